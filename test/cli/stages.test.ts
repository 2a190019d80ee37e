import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jsonOf, runCli, startCli } from "./cli-process.ts";
import { makeFolder } from "./reviewed-company.ts";

let place: ReturnType<typeof makeFolder>;
beforeAll(() => {
  place = makeFolder();
});
afterAll(() => place.remove());

describe("snapshot, assess, expire and seal, one by one", () => {
  it("take one review through its life, each going on where the last one ended", async () => {
    const answers: Record<string, unknown>[] = [];
    for (const stage of ["snapshot", "assess", "expire", "seal"]) {
      const run = await runCli(place, stage, "--json");
      expect(run).toMatchObject({ code: 0 });
      answers.push(jsonOf(run).sources[0]);
    }
    const [snapshot, assessed, expired, sealed] = answers;
    expect(new Set(answers.map(({ review }) => review)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(["done", "done", "done", "done"]);
    expect(sealed).toMatchObject({ population: snapshot?.grants, revoked: expired?.revoked, balanced: true });
    expect(assessed?.items).toBeGreaterThan(0);
  });

  it("answer in aligned lines where no JSON is asked for", async () => {
    const { stdout } = await runCli(place, "snapshot");
    expect(stdout).toMatch(/^people \S+: done\n {2}grants {3}\d+\n {2}holders {2}\d+\n {2}roles {4}\d+\n/);
  });

  it("says what is missing where a stage comes too early", async () => {
    const early = makeFolder();
    const run = await runCli(early, "assess");
    early.remove();
    expect(run).toMatchObject({ code: 1 });
    expect(run.stderr).toContain("has no snapshot.json: run the snapshot stage to its end first");
  });
});

describe("sandbox", () => {
  it("serves the embedded company with its credentials until it is interrupted", async () => {
    const running = startCli(place, ["sandbox", "--port", "0"]);
    const url = await running.printed(/answers at (http:\S+) /);
    const credentials = JSON.parse(await running.printed(/^read: (\{.*\})$/m));
    const answer = await fetch(`${url}/open-apis/auth/v3/tenant_access_token/internal`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ app_id: credentials.appId, app_secret: credentials.appSecret }),
    });
    expect(await answer.json()).toMatchObject({ code: 0 });
    running.kill("SIGINT");
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(await running.printed(/its state is in (\S+)\//)).toBe(".sandbox");
  });
});
