import { globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../functions/basics/hash.ts";
import { type CliRun, jsonOf, runCli } from "./cli-process.ts";
import { configText, leaverRule, makeFolder, openGuard } from "./reviewed-company.ts";

const anybody = { ...leaverRule, id: "anybody", when: "true" };

let place: ReturnType<typeof makeFolder>;
beforeAll(async () => {
  place = makeFolder({ mode: "report" });
  expect(await runCli(place, "review")).toMatchObject({ code: 0 });
});
afterAll(() => place.remove());

/** Everything in the folder but the tried files: the store, and the company beside it. */
const tree = (): string[] =>
  globSync("{store,.sandbox}/**/*", { cwd: place.folder })
    .map((path) => join(place.folder, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => `${path} ${statSync(path).mtimeMs} ${sha256(readFileSync(path))}`)
    .sort();

/** Writes the file, tries it as a policy, and expects that nothing else in the folder changed. */
async function simulate(text: string, ...args: string[]): Promise<CliRun> {
  writeFileSync(join(place.folder, "tried.yaml"), text);
  const before = tree();
  expect(before.length).toBeGreaterThan(5);
  const run = await runCli(place, "simulate", "--policy", "tried.yaml", ...args);
  expect(tree()).toEqual(before);
  return run;
}

const partOf = (policy: object): string => `policy: ${JSON.stringify(policy)}\n`;

describe("simulate", () => {
  it("says of the policy in force that it makes no difference, and names nobody", async () => {
    const run = await simulate(configText({ mode: "report" }), "--json", "--list");
    expect({ code: run.code, stderr: run.stderr.includes("@") }).toEqual({ code: 0, stderr: false });
    const { command, exitCode, sources } = jsonOf(run);
    expect({ command, exitCode }).toEqual({ command: "simulate", exitCode: 0 });
    expect(sources).toMatchObject([{ source: "people", plan: { added: 0, gone: 0, changed: 0 }, list: [] }]);
    expect(sources[0].would).toEqual(sources[0].was);
  });

  it("takes the policy: part of a file alone, and says by rule what comes and goes, and that the brake would trip", async () => {
    const guard = { ...openGuard, keepLastHolder: false, maxExpiries: 5 };
    const part = partOf({ rules: [anybody], guard });
    const [source] = jsonOf(await simulate(part, "--json")).sources;
    const [added, gone] = ["anybody", "leaver"].map((id) =>
      source.rules.find(({ rule }: { rule: string }) => rule === id),
    );
    expect(added).toMatchObject({ was: 0, gone: 0, added: added.would });
    expect(gone).toMatchObject({ would: 0, added: 0, gone: gone.was });
    expect(source.would.brake).toMatchObject({ tripped: true, limits: [{ name: "maxExpiries", limit: 5 }] });
    expect(source).not.toHaveProperty("list");
    const text = await simulate(part, "--list", "--review", source.review);
    expect(text.code).toBe(0);
    expect(text.stdout).toContain("The brake would trip (was: does not trip): maxExpiries:");
    expect(text.stdout).toMatch(/│ anybody +│ 0 +│ \d+ +│ \+\d+ +│ -0/);
    expect(text.stdout).not.toMatch(/@|[\u4e00-\u9fff]/);
  });

  it("writes a page in both languages that says the same, by ids alone", async () => {
    const part = partOf({ rules: [anybody], guard: { ...openGuard, keepLastHolder: false, maxExpiries: 5 } });
    const run = await simulate(part, "--list", "--html", "tried.html", "--json");
    const [source] = jsonOf(run).sources;
    const page = readFileSync(join(place.folder, "tried.html"), "utf8");
    expect(page).toContain("What a policy would do");
    expect(page).toContain("试算：换一份策略会怎样");
    expect(page).toContain("<code>anybody</code>");
    const { grantId } = source.list[0];
    const named = source.list.filter((each: { grantId: string }) => each.grantId === grantId).length;
    expect(page.split(grantId)).toHaveLength(2 * named + 1);
    expect(page).toContain("The brake stops the plan");
    expect(page).not.toMatch(/@[a-z]+\.example/);
    const { code, stderr } = await simulate(part, "--html", "nowhere/tried.html");
    expect({ code, says: stderr.includes("Cannot write nowhere/tried.html") }).toEqual({ code: 2, says: true });
  });

  it("takes what stands in policy: as well", async () => {
    const [source] = jsonOf(await simulate(`rules: ${JSON.stringify([anybody])}\n`, "--json")).sources;
    expect(source.rules.map(({ rule }: { rule: string }) => rule)).toEqual(["anybody", "leaver"]);
    const { stderr } = await simulate("rules:\n  - id: 12\n");
    expect(stderr).toContain('tried.yaml: policy.rules[0].id: must be text: write it in quotes, "12"');
  });

  it("refuses a policy with faults, all of them by file and key", async () => {
    const wrong = partOf({ rules: [{ ...anybody, when: "holder.nothing", noticeDays: -1 }], guards: {} });
    const { code, stdout, stderr } = await simulate(wrong);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    const keys = stderr.match(/^tried\.yaml: [^:]+/gm)?.sort();
    expect(keys).toEqual(
      ["policy.guards", "policy.rules[0].noticeDays", "policy.rules[0].when"].map((key) => `tried.yaml: ${key}`),
    );
  });

  it.each([
    ["", /^tried\.yaml: is empty/],
    ["- 1\n", /^tried\.yaml: /],
    ["rule: []\n", /^tried\.yaml: rule/m],
    ["policy: [\n", /^tried\.yaml: line/],
    [configText({ source: { id: "others" } }), /^tried\.yaml: sources: has no people/],
  ])("refuses a file that is no policy: %j", async (text, said) => {
    const run = await simulate(text);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(said);
  });

  it("refuses where no source has a snapshot, and says how to get one", async () => {
    const empty = makeFolder();
    writeFileSync(join(empty.folder, "tried.yaml"), configText());
    const { code, stderr } = await runCli(empty, "simulate", "--policy", "tried.yaml");
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("run a review in report mode") });
    empty.remove();
  });
});
