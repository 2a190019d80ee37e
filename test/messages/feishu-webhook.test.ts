import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFeishuWebhook, signed } from "../../functions/messages/feishu-webhook.ts";
import type { OpenChannel } from "../../functions/review/people/message.ts";
import type { Clock } from "../../functions/review/ports.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { createJumpingClock } from "../providers/jumping-clock.ts";
import { outgoing } from "./invented-text.ts";

let clock: Clock;
let sandbox: Sandbox;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  clock = createJumpingClock();
  sandbox = await startSandbox({ people: 60, now: clock.now });
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await sandbox.close();
});

const open = (more: { url?: string; secret?: string | null } = {}): OpenChannel => {
  const channel = openFeishuWebhook({ ...sandbox.webhook, clock, ...more });
  ends.push(channel.close);
  return channel;
};

describe("signed()", () => {
  it("signs as the vendor's example does: the time and the secret are the key", () => {
    expect(signed("demo", 1_599_360_473_000)).toEqual({
      timestamp: "1599360473",
      sign: "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=",
    });
  });
});

describe("openFeishuWebhook()", () => {
  it.each([false, true])("sends a signed card, and believes the body's code (an old bot's: %s)", async (isOld) => {
    sandbox.chat.quirks.answersAsOldBots = isOld;
    const channel = open();
    expect(await channel.send(outgoing())).toEqual({ kind: "sent", id: null });
    expect(sandbox.chat.messages).toMatchObject([{ via: "webhook", content: { schema: "2.0" } }]);
    sandbox.chat.quirks.keyword = "no such word";
    expect(await channel.send(outgoing())).toMatchObject({
      kind: "failed",
      detail: expect.stringContaining("19024 (none of the bot's keywords is in the message)"),
    });
  });

  it("fails with a wrong secret or address, and tells neither", async () => {
    const unsigned = await open({ secret: null }).send(outgoing());
    const unknown = await open({ url: sandbox.webhook.url.replace(/[^/]+$/, "hunter2") }).send(outgoing());
    expect([unsigned, unknown]).toMatchObject([
      { kind: "failed", detail: expect.stringContaining("19021") },
      { kind: "failed", detail: expect.stringContaining("19001") },
    ]);
    expect(JSON.stringify([unsigned, unknown])).not.toMatch(/hunter2|sandbox-hook-secret/);
  });

  it("blanks its address and its secret where the answer has them", async () => {
    const hookId = "0f9b2c4e-hook-id-of-a-bot";
    const secret = "sign/me+with=this";
    const headers = { "content-type": "application/json", "x-tt-logid": `${hookId} ${encodeURIComponent(secret)}` };
    const server = createServer((_, response) => response.writeHead(200, headers).end('{"code":19021,"msg":"no"}'));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ends.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/open-apis/bot/v2/hook/${hookId}`;
    const reply = await open({ url, secret }).send(outgoing());
    expect(reply).toMatchObject({ kind: "failed", detail: expect.stringContaining("log id [secret] [secret]") });
  });

  it("keeps to five a second, and waits where it is told that it was too quick all the same", async () => {
    const other = open();
    for (let count = 0; count < 4; count += 1) {
      await fetch(sandbox.webhook.url, { method: "POST", body: "{}" }); // somebody else's, who use the bot too
    }
    const replies = await Promise.all(Array.from({ length: 8 }, () => other.send(outgoing())));
    expect(new Set(replies.map(({ kind }) => kind))).toEqual(new Set(["sent"]));
    expect(sandbox.chat.messages).toHaveLength(8);
  });

  it("sends nothing twice where no answer came, as the vendor could not tell", async () => {
    let requests = 0;
    const server = createServer((request) => {
      requests += 1;
      request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ends.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const channel = open({ url: `http://127.0.0.1:${port}/open-apis/bot/v2/hook/abc` });
    expect(await channel.send(outgoing())).toMatchObject({ kind: "no-answer" });
    expect(requests).toBe(1);
  });

  it.each([
    "https://example.com/open-apis/bot/v2/hook/abc",
    "http://open.feishu.cn/open-apis/bot/v2/hook/abc",
    "hunter2",
  ])("opens for a custom bot of the vendor's alone, not for %s, and does not repeat it", (url) => {
    expect(() => open({ url })).toThrow(/^Cannot send by webhook as the secret's url is no custom bot's/);
    expect(() => open({ url })).not.toThrow(/example\.com|hunter2|abc/);
  });
});
