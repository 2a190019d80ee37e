import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFeishuMessages, toChat } from "../../functions/messages/feishu-message.ts";
import type { OpenChannel } from "../../functions/review/people/message.ts";
import type { Clock } from "../../functions/review/ports.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { createJumpingClock } from "../providers/jumping-clock.ts";
import { outgoing } from "./invented-text.ts";

let clock: Clock;
let sandbox: Sandbox;
const channels: OpenChannel[] = [];
beforeEach(async () => {
  clock = createJumpingClock();
  sandbox = await startSandbox({ people: 60, now: clock.now });
});
afterEach(async () => {
  for (const channel of channels.splice(0)) await channel.close();
  await sandbox.close();
});

const open = (more: Partial<Parameters<typeof openFeishuMessages>[0]> = {}): OpenChannel => {
  const { url: baseUrl, bot: credentials, chat } = sandbox;
  const duty = { chatId: chat.chatId, convertsIds: true };
  const channel = openFeishuMessages({ baseUrl, credentials, ...toChat(chat.chatId), duty, clock, ...more });
  channels.push(channel);
  return channel;
};

describe("openFeishuMessages()", () => {
  it("sends a card to the chat, and gives the vendor's name for it", async () => {
    const reply = await open().send(outgoing());
    const [message] = sandbox.chat.messages;
    expect(reply).toEqual({ kind: "sent", id: message?.messageId });
    expect(message).toMatchObject({ uuid: outgoing().uuid, content: { schema: "2.0", header: { template: "blue" } } });
    expect(JSON.stringify(message?.content)).toContain("https://reports.example.com/people");
  });

  it("repeats what got no answer under the same uuid, and it arrives once", async () => {
    Object.assign(sandbox.chat.quirks, { loseAnswers: 2, loseMessages: 1 });
    expect(await open().send(outgoing())).toMatchObject({ kind: "sent" });
    expect(sandbox.chat.messages).toHaveLength(1);
    expect(sandbox.calls.byEndpoint.createMessage.calls).toBe(4);
  });

  it("says that nobody knows where no answer ever came", async () => {
    sandbox.chat.quirks.loseAnswers = 100;
    expect(await open().send(outgoing())).toMatchObject({ kind: "no-answer" });
    expect(sandbox.chat.messages).toHaveLength(1);
  });

  it("keeps to five a second for one chat, so that none is refused", async () => {
    const channel = open();
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, at) => channel.send(outgoing({ uuid: `message ${at}` }))),
    );
    expect(replies.map(({ kind }) => kind)).toEqual(Array.from({ length: 12 }, () => "sent"));
    expect(sandbox.calls.byEndpoint.createMessage.calls).toBe(12);
  });

  it("gives the vendor's code and what it means where it is refused", async () => {
    sandbox.chat.quirks.botIsOut = true;
    expect(await open().send(outgoing())).toMatchObject({
      kind: "failed",
      detail: expect.stringMatching(/230002 \(the bot is not in the group\)/),
    });
  });

  it("has failed, not vanished, without a token or the permission", async () => {
    const wrong = { ...sandbox.bot, appSecret: "hunter2" };
    const reply = await open({ credentials: wrong }).send(outgoing());
    expect(reply).toMatchObject({ kind: "failed", detail: expect.stringContaining("tenantAccessToken") });
    expect(JSON.stringify(reply)).not.toContain("hunter2");
    expect(await open({ credentials: sandbox.apps.read }).send(outgoing())).toMatchObject({
      kind: "failed",
      detail: expect.stringContaining("im:message:send_as_bot"),
    });
  });
});

describe("openFeishuMessages().check()", () => {
  const checked = async (more: Parameters<typeof open>[0] = {}) =>
    Object.fromEntries((await open(more).check!()).map(({ call, passed, missing }) => [call, passed || missing]));

  it("finds a bot that may send where it can, and sends nothing", async () => {
    expect(await checked()).toEqual({ getBot: true, sendMessage: true, convertId: true, isInChat: true });
    expect(sandbox.chat.messages).toEqual([]);
    expect(sandbox.calls.byEndpoint.createMessage.calls).toBe(0);
  });

  it("asks only for what the bot is to do", async () => {
    expect(await checked({ duty: { chatId: null, convertsIds: false } })).toEqual({ getBot: true, sendMessage: true });
  });

  it("names the permissions that are missing", async () => {
    sandbox.quirks.deniedScopes = ["im:message:send_as_bot", "corehr:common_data.id.convert:read"];
    await expect(checked()).rejects.toThrow(/no bot/);
    sandbox.quirks.deniedScopes = ["corehr:common_data.id.convert:read"];
    expect(await checked()).toMatchObject({ convertId: "corehr:common_data.id.convert:read" });
  });

  it("says where the bot is not in the group", async () => {
    sandbox.chat.quirks.botIsOut = true;
    expect(await checked()).toMatchObject({ isInChat: expect.stringContaining("add it in the group's settings") });
  });

  it("does not know whether it is in the group without a permission that sending does not take", async () => {
    sandbox.quirks.deniedScopes = ["im:chat:readonly"];
    sandbox.chat.quirks.botIsOut = true;
    expect(await open().check!()).toContainEqual({
      call: "isInChat",
      passed: true,
      missing: "not looked at, which takes im:chat:readonly",
    });
  });

  it("fails where the app is not let in at all", async () => {
    await expect(checked({ credentials: { appId: sandbox.bot.appId, appSecret: "wrong" } })).rejects.toThrow();
  });
});
