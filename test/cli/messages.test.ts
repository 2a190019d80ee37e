import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServedSandbox, serveSandbox } from "../serve-sandbox.ts";
import { jsonOf, reasons, runCli } from "./cli-process.ts";
import { makeFolder } from "./reviewed-company.ts";

let sandbox: ServedSandbox;
const ends: (() => void)[] = [];
beforeAll(async () => {
  sandbox = await serveSandbox({ people: 60, pace: 6_000 });
});
afterAll(async () => {
  for (const end of ends) end();
  await sandbox.close();
});

const chatId = "oc_5a3bdc0ffee0access0reviews";

/** A folder whose configuration tells this chat, by a bot whose secret is in the environment. */
const telling = (chat: string) => {
  const place = makeFolder({ baseUrl: sandbox.url });
  ends.push(place.remove);
  const file = join(place.folder, "access-review.yaml");
  const config = JSON.parse(readFileSync(file, "utf8")) as object;
  const messages = [{ to: "feishu-chat", chatId: chat, baseUrl: sandbox.url, credentials: "env:BOT" }];
  writeFileSync(file, JSON.stringify({ ...config, messages }));
  return { ...place, env: { BOT: JSON.stringify({ appId: "cli_sandbox_bot", appSecret: "sandbox-bot-secret" }) } };
};

const received = async (): Promise<{ content: unknown }[]> =>
  (await (await fetch(`${sandbox.url}/_sandbox/messages`)).json()) as { content: unknown }[];

describe("npm run review with people to tell", () => {
  it("tells them, prints how many messages were sent, and sends none twice", async () => {
    const place = telling(chatId);
    const run = await runCli(place, "review");
    expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/messages +│ 2 sent/) });
    expect(await received()).toHaveLength(2);
    const [, review = ""] = /people (\S+): sealed/.exec(run.stdout) ?? [];
    const again = await runCli(place, "review", "--review", review, "--json");
    expect(jsonOf(again).sources[0]).toMatchObject({ status: "sealed", messagesSent: 0 });
    const alone = await runCli(place, "send", "--review", review);
    expect(alone).toMatchObject({ code: 0, stdout: expect.stringMatching(/messages sent +0/) });
    expect(await received()).toHaveLength(2);
  });

  it("ends as it would have, exit code and all, where the chat refuses, and says why", async () => {
    // Whatever was stale is gone, so that there is no plan to tell of.
    const run = await runCli(telling("oc_another"), "review", "--json");
    expect(run.code).toBe(0);
    expect(jsonOf(run).sources[0]).toMatchObject({
      status: "sealed",
      messagesSent: 0,
      messagesFailed: 1,
      messageFaults: [expect.stringContaining("230002")],
    });
  });
});

describe("an act on the command line", () => {
  it("is told at once, and where the bot's secret is not here, by the next `send`", async () => {
    const place = telling(chatId);
    await runCli(place, "review");
    const before = (await received()).length;
    const told = async () => (await received()).slice(before).map(({ content }) => JSON.stringify(content));
    expect(await runCli(place, "stop", ...reasons)).toMatchObject({ code: 0, stderr: "" });
    expect(await told()).toEqual([expect.stringContaining("removals were stopped")]);
    const resumed = await runCli({ folder: place.folder }, "resume", ...reasons);
    expect(resumed).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/people: ended-acts-.* not sent: .*env:BOT/),
    });
    expect(await told()).toHaveLength(1);
    expect(await runCli(place, "send")).toMatchObject({ code: 0, stdout: expect.stringMatching(/messages sent +1/) });
    expect(await told()).toEqual([expect.any(String), expect.stringContaining("removals may go on again")]);
  });
});

describe("check with people to tell", () => {
  it("tries the bot without a word to anybody, and fails where it could not write", async () => {
    const before = (await received()).length;
    const well = await runCli(telling(chatId), "check");
    expect(well).toMatchObject({ code: 0, stdout: expect.stringMatching(/ok +people: feishu-chat oc_\S+ .*isInChat/) });
    const out = await runCli(telling("oc_another"), "check");
    expect(out).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/missing people: .*isInChat: .*not in the group/),
    });
    const place = telling(chatId);
    const wrong = await runCli({ ...place, env: { BOT: '{"appId":"cli_sandbox_bot","appSecret":"wrong"}' } }, "check");
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/missing people: feishu-chat/);
    expect(wrong.stdout).not.toContain('"wrong"');
    expect((await received()).length).toBe(before);
  });
});
