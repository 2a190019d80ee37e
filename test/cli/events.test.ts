import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { dateAt, dayMs } from "../../functions/sandbox/company/company.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { type Place, type RunningCli, runCli, startCli } from "./cli-process.ts";
import { serveReadOnlyBucket } from "./read-only-bucket.ts";
import { configText, leaverRule, makeFolder } from "./reviewed-company.ts";

let sandbox: Sandbox;
let place: Place & { remove(): void };
let running: RunningCli | null = null;

beforeAll(async () => {
  sandbox = await startSandbox({ people: 60, pace: 1e6 });
  const { desk, events, apps } = sandbox;
  const secrets = {
    READ_APP: JSON.stringify(apps.read),
    WRITE_APP: JSON.stringify(apps.write),
    DESK: JSON.stringify({
      appId: desk.appId,
      appSecret: desk.appSecret,
      eventEncryptKey: events.encryptKey,
      eventVerificationToken: events.verificationToken,
    }),
  };
  const parts = { baseUrl: sandbox.url, pace: 6_000, rules: [{ ...leaverRule, sweep: true }] };
  const config = JSON.parse(configText(parts)) as object;
  const signIn = { provider: "feishu", baseUrl: sandbox.url, credentials: "env:DESK", tenant: desk.tenant };
  const withEvents = { ...config, desk: { url: "http://127.0.0.1:8443", signIn }, events: {} };
  place = { ...makeFolder(JSON.stringify(withEvents)), env: secrets };
  const reviewed = await runCli(place, "review");
  expect(reviewed.stdout + reviewed.stderr).toContain("sealed");
});
afterEach(async () => {
  running?.kill("SIGTERM");
  const ended = await running?.ended;
  running = null;
  expect(ended?.code ?? 0).toBe(0);
});
afterAll(async () => {
  await sandbox.close();
  place.remove();
});

/** Somebody who works here and holds something leaves. */
const leave = (): string => {
  const now = sandbox.now();
  const { backgroundHolders } = sandbox.company;
  const holderId = sandbox.grants().find((grant) => backgroundHolders.includes(grant.holderId))!.holderId;
  sandbox.happen([{ op: "leave", at: now, holderId, lastDay: dateAt(now - dayMs) }]);
  return holderId;
};

/** Until it was said; fails with all that was said where the run takes too long. */
const said = async (text: string): Promise<void> => {
  const late = setTimeout(() => running!.kill("SIGKILL"), 20_000);
  await running!.untilSaid(text);
  clearTimeout(late);
};

const heldBy = (holderId: string) => sandbox.grants().filter((grant) => grant.holderId === holderId);

describe("listen", () => {
  it("sweeps a leaver within minutes, though no address of ours is public", async () => {
    running = startCli(place, ["listen"]);
    expect(await running.printed(/Listening to the events of (\S+)/)).toBe(sandbox.desk.appId);
    const leaver = leave();
    await said("swept 1 holder after an event: sealed");
    expect(heldBy(leaver)).toEqual([]);
    expect(sandbox.events.tries.map(({ answer }) => answer)).toEqual([200, 200]);
  });

  it("is refused where the configuration has no events, or the app is another", async () => {
    const other = makeFolder(configText({ baseUrl: sandbox.url }));
    expect(await runCli({ ...place, folder: other.folder }, "listen")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("has no events: write events.credentials"),
    });
    other.remove();
    const secret = JSON.stringify({ appId: sandbox.desk.appId, appSecret: "another" });
    const refused = await runCli({ ...place, env: { ...place.env, DESK: secret } }, "listen");
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Cannot connect to .* for events: .*app secret is wrong/),
    });
  });
});

describe("POST /events/feishu of a served desk", () => {
  let serving: RunningCli;
  let url: string;
  beforeAll(async () => {
    serving = startCli(place, ["serve", "--port", "0"]);
    url = await serving.printed(/The desk: (http:\S+) /);
  });
  afterAll(() => serving.kill("SIGKILL"));

  it("refuses what nobody signed, and wants the keys before it serves", async () => {
    const answer = await fetch(`${url}/events/feishu`, { method: "POST", body: "{}" });
    expect([answer.status, await answer.json()]).toEqual([401, { code: "unproven" }]);
    const large = await fetch(`${url}/events/feishu`, { method: "POST", body: new Uint8Array(10 * 1024 * 1024) });
    expect(large.status).toBe(413);
    const { appId, appSecret } = sandbox.desk;
    const without = { ...place, env: { ...place.env, DESK: JSON.stringify({ appId, appSecret }) } };
    expect(await runCli(without, "serve", "--port", "0")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/events\.credentials: .*eventEncryptKey/),
    });
  });

  it("answers the check of its address, takes what the company sends, and sweeps the leaver once", async () => {
    running = serving;
    await sandbox.events.subscribe(`${url}/events/feishu`);
    const leaver = leave();
    await said("swept 1 holder after an event: sealed");
    expect(heldBy(leaver)).toEqual([]);
    running.kill("SIGTERM");
    await running.ended;
    const waiting: string[] = [];
    for await (const key of openDirectoryStore(join(place.folder, "store")).list("checkpoints/_events/waiting/")) {
      waiting.push(key);
    }
    expect(waiting).toEqual([]);
  });

  it.each(["serve", "listen"])(
    "is refused at once by %s in a role that may write no review, with what to do",
    async (command) => {
      const bucket = await serveReadOnlyBucket(join(place.folder, "store"));
      const reading = { ...place, env: { ...place.env, ...bucket.env } };
      const run = await runCli(reading, command, "--store", "s3://bucket");
      bucket.close();
      expect([run.code, run.stdout, run.stderr]).toEqual([2, "", run.stderr]);
      expect(run.stderr).toMatch(
        /^Cannot sweep people after events as this role may write no review in s3:\/\/bucket.*: take events out .*AccessDenied/,
      );
      expect(run.stderr.match(/Cannot sweep/g)).toHaveLength(1);
    },
  );
});
