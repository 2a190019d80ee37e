import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writings } from "../review/rules/saved-again.ts";
import { type CliRun, jsonOf, runCli } from "./cli-process.ts";
import { configText, leaverRule, makeFolder, openGuard } from "./reviewed-company.ts";

const waitingRule = { ...leaverRule, noticeDays: 7, overridable: true };
const header = ["review", "grant_id", "decision", "until", "reviewer", "reason", "decided_at"];

let place: ReturnType<typeof makeFolder>;
let review: string;
/** Grant ids of the review as report.csv has them. */
let ids: string[];
let decidedAt: string;

beforeAll(async () => {
  // So many grants that the ids of some look like numbers.
  place = makeFolder({ rules: [waitingRule], guard: openGuard }, 1_500);
  review = jsonOf(await runCli(place, "review", "--json")).sources[0].review;
  const path = join(place.folder, "store/reviews/people", review, "assessments/0001/report.csv");
  ids = readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => /^"('?[0-9a-f]{16})"/.exec(line)?.[1] ?? []);
  decidedAt = new Date(Date.now() - 60_000).toISOString();
});
afterAll(() => place.remove());

const textOf = (rows: string[][], separator = ",") => `${rows.map((row) => row.join(separator)).join("\r\n")}\r\n`;

const row = (cells: Partial<Record<string, string>> = {}): string[] => {
  const [id = ""] = ids.filter((each) => !each.startsWith("'"));
  const usual = { review, grant_id: id, decision: "keep", until: "", reviewer: "何安", reason: "仍需要" };
  return header.map((name) => ({ ...usual, until: day("/"), decided_at: decidedAt, ...cells })[name] ?? "");
};

/** A day in two months. */
const day = (separator: string): string => {
  const at = new Date(Date.now() + 60 * 86_400_000);
  return [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()].join(separator);
};

async function decideOn(content: string | Uint8Array, ...more: string[]): Promise<CliRun> {
  writeFileSync(join(place.folder, "d.csv"), content);
  return await runCli(place, "decide", "d.csv", ...more);
}

describe("decide on a file that a spreadsheet saved again", () => {
  it.each(Object.keys(writings) as (keyof typeof writings)[])(
    "takes %s with semicolons and spare cells",
    async (name) => {
      const rows = [[...header, ""], [...row({ decision: "Keep" }), ""], Array<string>(9).fill("")];
      const run = await decideOn(writings[name](textOf(rows, ";")), "--json");
      expect(run).toMatchObject({ code: 0, stderr: "" });
      const { key, decisions } = jsonOf(run);
      expect(decisions).toBe(1);
      expect(readFileSync(key)).toEqual(writings[name](textOf(rows, ";")));
    },
  );

  it("is heeded by the next assessment in every form", async () => {
    const again = jsonOf(await runCli(place, "assess", "--review", review, "--json")).sources[0];
    const path = join(place.folder, "store/reviews/people", review, "assessments", again.assessment, "decisions.jsonl");
    const lines = readFileSync(path, "utf8").trim().split("\n");
    const recorded = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(recorded.length).toBeGreaterThan(0);
    for (const decision of recorded)
      expect(decision).toMatchObject({ reviewer: "何安", reason: "仍需要", fault: null });
  });

  it("names the form to use for a date that can be read in two ways, for its line alone", async () => {
    const run = await decideOn(textOf([header, row(), row({ until: "3/9/2027" }), row({ until: "9.3.2027" })]));
    expect(run.code).toBe(2);
    expect(run.stderr.match(/d\.csv:\d+/g)).toEqual(["d.csv:3", "d.csv:4"]);
    expect(run.stderr).toContain("YYYY-MM-DD");
    expect(run.stderr).toContain("Nothing was stored");
  });

  it("finds the grant again by the digits that a spreadsheet left of its id", async () => {
    const guarded = ids.filter((id) => id.startsWith("'"));
    expect(guarded.length).toBeGreaterThan(0);
    const shown = guarded.map((id) => Number(id.slice(1)).toExponential(5).replace("e", "E"));
    const rows = [...guarded, ...shown].map((id) => row({ grant_id: id }));
    const run = await decideOn(textOf([header, ...rows]), "--json");
    expect(run).toMatchObject({ code: 0 });
    expect(jsonOf(run).decisions).toBe(rows.length);
  });

  it("says of an id that is lost what became of it, for its line alone", async () => {
    const lost = ["7.00001E+59", "9999999999999990"].map((id) => row({ grant_id: id }));
    const run = await decideOn(textOf([header, row(), ...lost]));
    expect(run.code).toBe(2);
    expect(run.stderr.match(/d\.csv:\d+: grant_id is a number that a spreadsheet made of it/g)).toHaveLength(2);
    expect(run.stderr).not.toMatch(/d\.csv:2|7\.00001/);
  });
});

describe("decide with several sources", () => {
  it("names the faults of the lines before it asks which source, in Chinese where that is the language", async () => {
    const config = JSON.parse(configText({ rules: [waitingRule] })) as { sources: object[] };
    const [source] = config.sources;
    const more = { ...config, language: "zh", sources: [source, { ...source, id: "more" }] };
    const other = join(place.folder, "several");
    mkdirSync(other);
    writeFileSync(join(other, "access-review.yaml"), JSON.stringify(more));
    writeFileSync(join(other, "d.csv"), textOf([header, row({ decision: "maybe" })]));
    const bad = await runCli({ folder: other }, "decide", "d.csv");
    expect(bad).toMatchObject({ code: 2 });
    expect(bad.stderr).toContain("d.csv:2: decision 既不是 keep 也不是 revoke");
    expect(bad.stderr).not.toContain("--source");
    writeFileSync(join(other, "d.csv"), textOf([header, row()]));
    const unclear = await runCli({ folder: other }, "decide", "d.csv");
    expect(unclear.stderr).toContain("无法判断这些决定属于哪个数据源：请用 --source people|more 指定");
  });
});

describe("review with a file among its decisions that cannot be understood", () => {
  it("goes on, names the file on stderr and in the table, and fails where grants were left alone for it (1)", async () => {
    const own = makeFolder({ guard: openGuard });
    const bad = join(own.folder, "store/decisions/people/bad.csv");
    mkdirSync(join(own.folder, "store/decisions/people"), { recursive: true });
    writeFileSync(bad, "what is this?\n");
    const run = await runCli(own, "review");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("decisions/people/bad.csv:1: column 1 is unknown");
    expect(run.stdout).toContain("unreadable");
    expect(run.stdout).toContain(": sealed");
    own.remove();
  });
});
