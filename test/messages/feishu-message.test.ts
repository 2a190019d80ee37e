import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toChat } from "../../functions/messages/feishu-address.ts";
import { openFeishuMessages } from "../../functions/messages/feishu-message.ts";
import type { OpenChannel } from "../../functions/review/message.ts";
import type { Clock } from "../../functions/review/ports.ts";
import { createJumpingClock } from "../providers/jumping-clock.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
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
  const channel = openFeishuMessages({ baseUrl, credentials, addressOf: toChat(chat.chatId), clock, ...more });
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
