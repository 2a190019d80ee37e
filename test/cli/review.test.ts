import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Intent } from "../../functions/review/proof/receipt.ts";
import { openProxy } from "../http/open-proxy.ts";
import { type ServedSandbox, serveSandbox } from "../serve-sandbox.ts";
import { type CliRun, inGroups, jsonOf, runCli, startCli } from "./cli-process.ts";
import { type ConfigParts, makeFolder, shippedText } from "./reviewed-company.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const openFolder = (parts: ConfigParts | string = {}) => {
  const place = makeFolder(parts);
  ends.push(place.remove);
  return place;
};

const expectCode = ({ code, stderr }: CliRun, expected: number): void =>
  expect({ code, stderr }).toMatchObject({ code: expected });

describe("npm run review", () => {
  it("reviews the embedded company, and the next review's report names what this one removed", async () => {
    const place = openFolder(shippedText.replace("language: zh", "language: en"));
    const [first, second] = [
      await runCli(place, "review", "--source", "people-hq"),
      await runCli(place, "review", "--source", "people-hq"),
    ];
    const reviews = join(place.folder, ".sandbox/reviews/reviews/people-hq");
    expectCode(first, 0);
    expect(first.stdout).toMatch(
      /people-hq \S+: sealed[\s\S]+population[\s\S]+ leaver[\s\S]+expired[\s\S]+held[\s\S]+waiting/,
    );
    const intents = globSync("*/receipts/*.intent.json", { cwd: reviews })
      .sort()
      .map((path) => JSON.parse(readFileSync(join(reviews, path), "utf8")) as Intent)
      .filter(({ grantId }) => existsSync(revokedPath(place.folder, first, grantId)));
    const [, removed] = /changes .* (\d+) removed by it, \d+ appeared, \d+ vanished/.exec(second.stdout) ?? [];
    expect(Number(removed)).toBe(intents.length);
    const report = readFileSync(/^Report: (.*)$/m.exec(second.stdout)?.[1] ?? "", "utf8");
    expect(intents.length).toBeGreaterThan(5);
    for (const { grant } of intents) expect(report).toContain(grant.holder.name);
  });

  it("prints one JSON document and nothing else with --json; progress goes to stderr", async () => {
    const run = await runCli(openFolder(), "review", "--json");
    const [source] = jsonOf(run).sources;
    expect(jsonOf(run)).toMatchObject({ command: "review", exitCode: run.code });
    expect(source).toMatchObject({ source: "people", status: "sealed", summary: { grants: source.grants } });
    expect(source.evidenceSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(run.stderr).toContain("people: snapshot");
  });

  it("removes nothing with --mode report, and seals all the same", async () => {
    const run = await runCli(openFolder(), "review", "--json", "--mode", "report");
    expectCode(run, 0);
    expect(jsonOf(run).sources[0]).toMatchObject({ status: "sealed", revoked: 0 });
  });
});

const revokedPath = (folder: string, { stdout }: CliRun, grantId: string): string => {
  const review = /people-hq (\S+): sealed/.exec(stdout)?.[1] ?? "";
  return join(folder, ".sandbox/reviews/reviews/people-hq", review, "receipts", `${grantId}.outcome.json`);
};

describe("a review of a company in another process", () => {
  let sandbox: ServedSandbox;
  beforeAll(async () => {
    sandbox = await serveSandbox({ people: 300, pace: 6_000 });
  });
  afterAll(() => sandbox.close());

  it("exits with 4 where a canary is missing, names the check, and plans nothing", async () => {
    const guard = { canaries: [{ holder: "6999000000000000001", role: "7099000000000000001" }] };
    const place = openFolder({ baseUrl: sandbox.url, guard });
    const run = await runCli(place, "review");
    expectCode(run, 4);
    expect(run.stdout).toMatch(/failed check[\s\S]+canar/);
    expect(existsSync(join(place.folder, "store/reviews/people"))).toBe(true);
    expect(globSync("store/reviews/people/*/assessments", { cwd: place.folder })).toEqual([]);
  });

  it("exits with 1 where the provider fails for good, and leaves no snapshot.json", async () => {
    const place = openFolder({ baseUrl: sandbox.url });
    await sandbox.setQuirks({ failFor: { authorizationsQuery: { status: 400, code: 99991662 } } });
    const run = await runCli(place, "review");
    await sandbox.setQuirks({ failFor: {} });
    expectCode(run, 1);
    expect(run.stderr).toContain("the app is disabled");
    expect(globSync("store/reviews/**/snapshot.json", { cwd: place.folder })).toEqual([]);
  });

  it("exits with 1 where the provider refuses removals, says so, and seals all the same", async () => {
    const place = openFolder({ baseUrl: sandbox.url });
    await sandbox.setQuirks({ refuseRemoval: ["*"] });
    const run = await runCli(place, "review");
    await sandbox.setQuirks({ refuseRemoval: [] });
    expectCode(run, 1);
    expect(run.stdout).toMatch(/people \S+: sealed/);
    expect(run.stderr).toMatch(/not everything was removed \(\d+ refused\): see its report/);
  });

  it("goes by way of the proxy of the environment, in upper and in lower case, but for hosts of NO_PROXY", async () => {
    const place = openFolder({ baseUrl: sandbox.url });
    const { host, port, hostname } = new URL(sandbox.url);
    const proxy = await openProxy({ port: Number(port) });
    ends.push(proxy.close);
    const check = (env: Record<string, string>) => runCli({ ...place, env }, "check");
    expectCode(await check({ HTTP_PROXY: proxy.address, no_proxy: hostname }), 0);
    expect(proxy.asked).toEqual([]);
    for (const name of ["HTTP_PROXY", "http_proxy"]) {
      expectCode(await check({ [name]: proxy.address }), 0);
      expect(new Set(proxy.asked.splice(0))).toEqual(new Set([`CONNECT ${host}`]));
    }
  });

  it("exits with 2 where the environment names a proxy in a form that nobody understands", async () => {
    const run = await runCli({ ...openFolder(), env: { https_proxy: "socks5://s3cret@proxy" } }, "check");
    expect(run).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("https_proxy is not the") });
    expect(run.stderr).not.toContain("s3cret");
  });

  it("exits with 3 where the brake stops the plan, and goes on once that plan is approved", async () => {
    const place = openFolder({ baseUrl: sandbox.url, guard: { maxExpiries: 2, maxShare: 1, maxRoleShare: 1 } });
    const held = await runCli(place, "review");
    expectCode(held, 3);
    expect(held.stdout).toContain("maxExpiries: ");
    const [, plan = "", review = ""] = /--plan ([0-9a-f]{64}) [\s\S]+--review (\S+)/.exec(held.stdout) ?? [];
    const wrong = await runCli(place, "approve", "--plan", "0".repeat(64), "--by", "Li Wei", "--reason", "seen");
    expectCode(wrong, 2);
    expect(wrong.stderr).toContain(plan);
    const approved = await runCli(place, "approve", "--plan", inGroups(plan), "--by", "Li Wei", "--reason", "a merger");
    expectCode(approved, 0);
    expect(approved.stdout).toContain(`npx access-review review --source people --review ${review}`);
    const went = await runCli(place, "review", "--review", review, "--json");
    expect(jsonOf(went).sources[0]).toMatchObject({ review, status: "sealed" });
    expect(jsonOf(went).sources[0].revoked).toBeGreaterThan(2);
  });

  it("prints the summary of a sealed review again, and calls nobody", async () => {
    const place = openFolder({ baseUrl: sandbox.url });
    const sealed = jsonOf(await runCli(place, "review", "--json")).sources[0];
    const before = await sandbox.state();
    const again = jsonOf(await runCli(place, "review", "--review", sealed.review, "--json")).sources[0];
    expect(again).toMatchObject({ status: "sealed", evidenceSha256: sealed.evidenceSha256, summary: sealed.summary });
    expect((await sandbox.state()).calls).toEqual(before.calls);
  });
});

describe("the lease", () => {
  it("lets nobody else work while its holder lives (5), and is taken over from one that was killed", async () => {
    const sandbox = await serveSandbox({ people: 60, pace: 6_000 });
    try {
      const place = openFolder({ baseUrl: sandbox.url });
      await sandbox.setQuirks({ withheld: { call: "authorizationsQuery", when: "before" } });
      const first = startCli(place, ["snapshot", "--review", "2026-10-01T020000Z"]);
      await sandbox.untilWithheld(1);
      const second = await runCli(place, "snapshot", "--review", "2026-10-01T020000Z");
      expectCode(second, 5);
      expect(second.stderr).toMatch(/process \d+ on .* holds its lease since 20/);
      first.kill("SIGKILL");
      await first.ended;
      await sandbox.setQuirks({ withheld: null });
      expectCode(await runCli(place, "snapshot", "--review", "2026-10-01T020000Z"), 0);
    } finally {
      await sandbox.close();
    }
  });
});
