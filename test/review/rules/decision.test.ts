import { describe, expect, it } from "vitest";
import {
  type Decision,
  type DecisionCheck,
  decisionFacts,
  isKeepInForce,
  judgeDecision,
  lapses,
  newestByGrant,
} from "../../../functions/review/rules/decision.ts";
import { parseDecisions } from "../../../functions/review/rules/decision-file.ts";
import { noDecision } from "../../../functions/review/rules/facts.ts";
import { namedPerson } from "../../../functions/review/rules/reviewer-cell.ts";
import { inventGrant, inventKeep } from "../grants/invented-grants.ts";

const header = "review,grant_id,decision,until,reviewer,reason,decided_at";
const good = "2026-03-01T000000Z,0123456789abcdef,keep,2026-12-31,r1,needed,2026-03-05T00:00:00Z";
const parse = (text: string) => parseDecisions(text, "d.csv", "Asia/Shanghai");
const withCell = (column: number, cell: string) => good.split(",").with(column, cell).join(",");

describe("parseDecisions()", () => {
  it("reads a keep until the end of a day where the policy lives", () => {
    expect(parse(`${header}\n${good}\n`)).toEqual({
      decisions: [
        {
          review: "2026-03-01T000000Z",
          grantId: "0123456789abcdef",
          decision: "keep",
          until: "2026-12-31T16:00:00Z",
          reviewer: "r1",
          reason: "needed",
          decidedAt: "2026-03-05T00:00:00Z",
          provenBy: null,
        },
      ],
      lineNumbers: [2],
      faults: [],
      grantIds: ["0123456789abcdef"],
      encoding: "utf-8",
    });
  });

  it("reads what spreadsheets write: a byte order mark, CRLF, quoted line ends, guarded formulas, other column order", () => {
    const text =
      `\uFEFFreason,review,grant_id,decision,until,reviewer,decided_at\r\n\r\n` +
      `"'=one,\r\n""two""",2026-03-01T000000Z,0123456789abcdef,revoke,, r1 ,2026-03-05T08:00:00+08:00\r\n` +
      `'tis,2026-03-01T000000Z,0123456789abcdef,keep,2026-12-31T00:00Z,'@r1,2026-03-05T00:00:00Z`;
    const { decisions, lineNumbers, faults } = parse(text);
    expect(faults).toEqual([]);
    expect(lineNumbers).toEqual([3, 5]);
    expect(decisions[0]).toMatchObject({ reason: '=one,\n"two"', until: null, reviewer: "r1" });
    expect(decisions[0]?.decidedAt).toBe("2026-03-05T00:00:00Z");
    expect(decisions[1]).toMatchObject({ reason: "'tis", reviewer: "@r1", until: "2026-12-31T00:00:00Z" });
  });

  it("names every bad line at once and keeps the good ones", () => {
    const lines = [
      header,
      withCell(2, "maybe"),
      good,
      withCell(3, ""),
      "a,b",
      `${good},more`,
      withCell(6, "yesterday"),
    ];
    const { decisions, lineNumbers, faults } = parse(lines.join("\n"));
    expect([decisions.length, lineNumbers]).toEqual([1, [3]]);
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual([
      "d.csv:2:",
      "d.csv:4:",
      "d.csv:5:",
      "d.csv:6:",
      "d.csv:7:",
    ]);
  });

  it.each([
    ["review", 0, "2026-03-01"],
    ["grant_id", 1, "0123456789abcdeg"],
    ["decision", 2, "Keep it"],
    ["until", 3, "2026-02-30"],
    ["until", 3, "31/12/2026"],
    ["until", 3, "2026-12-31T00:00:00"],
    ["until", 3, "9999-12-31T23:59:59-12:00"],
    ["reviewer", 4, "  "],
    ["reason", 5, ""],
    ["decided_at", 6, "2026-03-05"],
  ])("blames a bad %s (cell %i, %j) without repeating it", (column, at, cell) => {
    const { decisions, faults } = parse(`${header}\n${withCell(at, cell)}\n`);
    expect(decisions).toEqual([]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^d\\.csv:2: ${column} is `));
    if (cell.trim()) expect(faults[0]).not.toContain(cell);
  });

  it("names all faults of one line", () => {
    expect(parse(`${header}\n,,,x,,,\n`).faults).toHaveLength(7);
  });

  it("names missing, unknown and doubled columns, and reads nothing under them", () => {
    const { decisions, faults } = parse(`grant_id,grant_id,person@example.com\n${good}\n`);
    expect(decisions).toEqual([]);
    expect(faults).toContain("d.csv:1: column grant_id comes twice");
    expect(faults).toContain("d.csv:1: column 3 is unknown");
    expect(faults).toContain("d.csv:1: column review is missing");
    expect(faults).toHaveLength(8);
  });

  it("blames the line on which quoting breaks, and still reads those before", () => {
    const { decisions, faults } = parse(`${header}\n${good}\n${withCell(5, '"never closed')}\n${good}\n`);
    expect(decisions).toHaveLength(1);
    expect(faults).toEqual(["d.csv:3: a quote is misplaced or never closed"]);
  });

  it.each(["", "\uFEFF", "\n\n"])("refuses a file without header: %j", (text) => {
    expect(parse(text).faults).toEqual(["d.csv:1: the file has no header"]);
  });

  it("refuses text that was damaged before it was saved", () => {
    const gbk = new TextDecoder().decode(new Uint8Array([0xd0, 0xe8, 0xd2, 0xaa]));
    const [fault, ...others] = parse(`${header}\n${withCell(5, gbk)}\n`).faults;
    expect(fault).toMatch(/^d\.csv:1: the file is not UTF-8, or was made from text that was not/);
    expect(others).toEqual([]);
  });
});

describe("judgeDecision()", () => {
  const grant = inventGrant();
  const check: Omit<DecisionCheck, "reviewer"> = {
    grant,
    takenAt: "2026-03-01T00:10:30Z",
    who: null,
    now: "2026-04-01T00:00:00Z",
    maxKeepDays: 400,
    timezone: "Asia/Shanghai",
  };
  const checkDecision = (
    decision: Decision,
    { emails = [], ...changed }: Partial<DecisionCheck> & { emails?: string[] },
  ) => {
    const reviewer = { ...namedPerson([decision.reviewer], emails), isKnown: true };
    return judgeDecision(decision, { ...check, reviewer, ...changed }).fault?.en ?? null;
  };

  it("lets a decision on another's grant stand", () => {
    expect(checkDecision(inventKeep(grant), check)).toBeNull();
  });

  it("refuses one of a grant that its review does not show", () => {
    expect(checkDecision(inventKeep(grant), { ...check, grant: null })).toContain("no such grant");
    expect(checkDecision(inventKeep(grant, { grantId: "0".repeat(16) }), check)).toContain("no such grant");
  });

  it.each([
    "h1",
    "H1",
    "Person@Example.com",
    "ｈ１",
    "h\u200b1",
    "\u202eh1",
    "Some Body <person@example.com>",
    "mailto:person@example.com?subject=x",
    "mailto:person%40example.com",
    "<mailto:PERSON@example.com>",
    "person@example.com (me)",
    "ＰＥＲＳＯＮ＠ｅｘａｍｐｌｅ．ｃｏｍ",
    '"person@example.com"',
    "person @ example.com;",
  ])("refuses one of the reviewer's own grant: %s", (reviewer) => {
    const fault = checkDecision(inventKeep(grant, { reviewer }), check);
    expect(fault).toContain("nobody decides on their own");
    expect(fault).not.toContain(reviewer);
  });

  it("refuses one by another employment of whom the grant's holder is", () => {
    const decision = inventKeep(grant, { reviewer: "h2" });
    expect(checkDecision(decision, { ...check, emails: ["person@example.com"] })).toContain(
      "nobody decides on their own",
    );
    expect(checkDecision(decision, { ...check, emails: ["other@example.com"] })).toBeNull();
  });

  it("refuses one of before the snapshot, by more than the clocks of two people differ", () => {
    const at = (decidedAt: string) => checkDecision(inventKeep(grant, { decidedAt }), check);
    expect(at("2026-02-28T23:55:29Z")).toContain("before the review's snapshot");
    expect(at("2026-02-28T23:55:31Z")).toBeNull();
    expect(at("2026-03-01T00:10:31Z")).toBeNull();
  });

  it.each(["u7", "Chen@Example.com"])("refuses one of a grant of the reviewer's group: %s", (reviewer) => {
    const members = [{ id: "u7", status: "active", name: "Chen", email: "chen@example.com" }] as const;
    const ofGroup = inventGrant({ holder: { id: "g1", kind: "group", email: null, members: [...members] } });
    const fault = checkDecision(inventKeep(ofGroup, { reviewer }), { ...check, grant: ofGroup });
    expect(fault).toContain("nobody decides on their own");
  });

  it("takes a reviewer for no holder whose e-mail is not known", () => {
    const unnamed = inventGrant({ holder: { email: null } });
    expect(checkDecision(inventKeep(unnamed, { reviewer: "null" }), { ...check, grant: unnamed })).toBeNull();
  });

  it("lets a keep reach to the end of the furthest day, and no further", () => {
    // 5 March and 400 days is 9 April; its end in Shanghai is 16:00 UTC.
    const until = (at: string) => checkDecision(inventKeep(grant, { until: at }), check);
    expect(until("2027-04-09T16:00:00Z")).toBeNull();
    expect(until("2027-04-09T16:00:01Z")).toContain("maxKeepDays");
  });

  it("refuses times that cannot be: decided in the future, over before decided", () => {
    expect(checkDecision(inventKeep(grant, { decidedAt: "2026-04-01T00:00:01Z" }), check)).toContain("in the future");
    expect(checkDecision(inventKeep(grant, { until: "2026-03-04T00:00:00Z" }), check)).toContain("before decided_at");
  });
});

describe("newestByGrant()", () => {
  it("lets the newest count, and of two at one moment the later in order", () => {
    const grant = inventGrant();
    const [older, newer] = [inventKeep(grant), inventKeep(grant, { decidedAt: "2026-03-05T00:00:01Z" })];
    expect(newestByGrant([newer, older]).get(grant.id)).toBe(newer);
    const twin = inventKeep(grant, { reason: "again" });
    expect(newestByGrant([older, twin]).get(grant.id)).toBe(twin);
  });
});

describe("lapses()", () => {
  const grant = inventGrant();
  const keep = inventKeep(grant);

  it("does not come from what changes about the holder", () => {
    expect(lapses(keep, grant, inventGrant({ holder: { status: "leaving" } }))).toBe(false);
  });

  it("ends when the grant is given anew or its scopes grow", () => {
    const more = [[{ dimension: "department", ids: ["d1", "d2"], names: [null, null] }]];
    expect(lapses(keep, grant, inventGrant({ scopes: more }))).toBe(true);
    expect(lapses(keep, inventGrant({ scopes: more }), grant)).toBe(false);
    expect(lapses(keep, grant, inventGrant({ grantedAt: "2026-05-01T00:00:00Z" }))).toBe(true);
  });
});

describe("decisionFacts()", () => {
  const grant = inventGrant();
  const context = { grantThen: grant, grantNow: grant, now: "2026-06-01T00:00:00Z" };

  it("shows a keep, also one that is over", () => {
    const over = inventKeep(grant, { until: "2026-05-01T00:00:00Z" });
    expect(decisionFacts(over, context)).toEqual({
      made: true,
      keep: true,
      revoke: false,
      reviewer: "reviewer-1",
      until: "2026-05-01T00:00:00Z",
      decidedAt: "2026-03-05T00:00:00Z",
    });
    expect(isKeepInForce(over, context.now)).toBe(false);
  });

  it("shows none where none was made, it lapsed, or its review no longer shows the grant", () => {
    expect(decisionFacts(undefined, context)).toEqual(noDecision);
    const again = inventGrant({ grantedAt: "2026-05-01T00:00:00Z" });
    expect(decisionFacts(inventKeep(grant), { ...context, grantNow: again })).toEqual(noDecision);
    expect(decisionFacts(inventKeep(grant), { ...context, grantThen: null })).toEqual(noDecision);
  });

  it("forgets a revoke after 90 days", () => {
    const revoke = inventKeep(grant, { decision: "revoke", until: null });
    const revokeAt = (now: string) => decisionFacts(revoke, { ...context, now }).revoke;
    expect(revokeAt("2026-06-03T00:00:00Z")).toBe(true);
    expect(revokeAt("2026-06-03T00:00:01Z")).toBe(false);
  });
});

describe("isKeepInForce()", () => {
  const grant = inventGrant();

  it("lasts to the last moment of a keep; a revoke keeps nothing", () => {
    const keep = inventKeep(grant);
    expect(isKeepInForce(keep, "2027-01-01T00:00:00Z")).toBe(true);
    expect(isKeepInForce(keep, "2027-01-01T00:00:00.001Z")).toBe(false);
    expect(isKeepInForce({ ...keep, decision: "revoke" }, "2026-06-01T00:00:00Z")).toBe(false);
  });
});
