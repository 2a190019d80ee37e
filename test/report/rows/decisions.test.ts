import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decisionsCsv,
  emptyLog,
  type Mark,
  type Marked,
  marksOf,
  ownership,
  readLog,
  reasonsOf,
  undone,
  withStep,
} from "../../../functions/report/rows/decisions.ts";
import type { ListedHolder } from "../../../functions/report/rows/packed-rows.ts";
import { parseDecisions } from "../../../functions/review/rules/decision-file.ts";

const keep: Mark = { decision: "keep", until: "2027-01-31", reason: "still needed" };
const revoke: Mark = { decision: "revoke", until: null, reason: "moved on" };

const step = (grantIds: string[], mark: Mark | null) => ({
  grantIds,
  mark,
  reviewer: "chen",
  decidedAt: "2026-10-03T08:00:00Z",
});

const log = [step(["a", "b"], keep), step(["b"], revoke), step(["a"], null)].reduce(withStep, emptyLog);

describe("marksOf()", () => {
  it("gives the last mark of every grant, and none for one that was taken back", () => {
    expect([...marksOf(log)]).toEqual([["b", { ...revoke, reviewer: "chen", decidedAt: "2026-10-03T08:00:00Z" }]]);
  });
});

describe("undone()", () => {
  it("takes back one act after the other, be it many marks or a mark taken back, until nothing is left", () => {
    expect(marksOf(undone(log)).get("a")).toMatchObject(keep);
    expect(marksOf(undone(undone(log))).get("b")).toMatchObject(keep);
    expect(marksOf(undone(undone(undone(log)))).size).toBe(0);
    expect(undone(emptyLog)).toEqual(emptyLog);
  });
});

describe("reasonsOf()", () => {
  it("gives the reasons of that decision, the newest first, each once", () => {
    const other = { ...keep, reason: "audit season" };
    const more = [step(["c"], other), step(["d"], keep)].reduce(withStep, log);
    expect(reasonsOf(more, "keep")).toEqual(["still needed", "audit season"]);
    expect(reasonsOf(more, "revoke")).toEqual(["moved on"]);
  });
});

describe("readLog()", () => {
  it("gives back what was kept, and an empty log for nothing or for what is none", () => {
    expect(readLog(JSON.stringify(log))).toEqual(log);
    for (const text of [null, "", "{", "[]", "null", '{"reviewer":"a"}', '{"reviewer":"a","steps":[1]}'])
      expect(readLog(text)).toEqual(emptyLog);
  });
});

const person: ListedHolder = {
  ...{ id: "h1", kind: "user", status: "active", name: "林晓", email: "lin@example.com" },
  ...{ departmentId: null, managerId: null, lastDay: null, employedAgain: false },
};
const member = { id: "u7", status: "active", name: "Chen Yu", email: "chen@example.com" } as const;
const group: ListedHolder = {
  ...person,
  ...{ id: "g1", kind: "group", name: "Operators", email: null, members: { count: 1, first: [member] } },
};

describe("ownership()", () => {
  it.each(["h1", "LIN@example.com", " lin@example.com "])("knows the holder by %j", (reviewer) => {
    expect(ownership(person, reviewer)).toBe("own");
  });

  it.each(["u7", "Chen@Example.com"])("knows a member of the group that holds it by %j", (reviewer) => {
    expect(ownership(group, reviewer)).toBe("own");
  });

  it.each([
    [person, "林晓"],
    [group, "chen yu"],
  ])("doubts where only a name was given that two people may share", (holder, reviewer) => {
    expect(ownership(holder, reviewer)).toBe("same-name");
  });

  it.each(["", "  ", "li@example.com"])("leaves everybody else alone: %j", (reviewer) => {
    expect(ownership(person, reviewer)).toBeNull();
    expect(ownership({ ...person, email: null, name: null }, reviewer)).toBeNull();
  });
});

const marked = (parts: Partial<Marked> = {}): Marked => ({
  ...{ decision: "revoke", until: null, reviewer: "chen@example.com", reason: "moved on" },
  ...{ decidedAt: "2026-10-03T08:00:00.000Z", ...parts },
});

const review = "2026-10-01T020000Z";
const grantId = "00ab00ab00ab00ab";

const readBack = (mark: Marked) =>
  parseDecisions(decisionsCsv(review, new Map([[grantId, mark]])), "d.csv", "Asia/Shanghai");

describe("decisionsCsv()", () => {
  it("has the contract's columns, a line a mark", () => {
    expect(decisionsCsv(review, new Map([[grantId, marked({ decision: "keep", until: "2027-01-31" })]]))).toBe(
      `\ufeffreview,grant_id,decision,until,reviewer,reason,decided_at\r\n` +
        `"${review}","${grantId}","keep","2027-01-31","chen@example.com","moved on","2026-10-03T08:00:00.000Z"\r\n`,
    );
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", `=HYPERLINK("https://example.com","x")`])(
    "lets no spreadsheet take %j for a formula, and is read back as it was meant",
    (reason) => {
      const text = decisionsCsv(review, new Map([[grantId, marked({ reason, reviewer: reason })]]));
      expect(text).not.toMatch(/(^|,)"[\s]*[=+\-@\t\r]/m);
      expect(readBack(marked({ reason, reviewer: reason }))).toMatchObject({
        decisions: [{ reason: reason.trim(), reviewer: reason.trim() }],
        faults: [],
      });
    },
  );

  it("is read back as it was meant, whatever was typed", () => {
    // A typed apostrophe before a formula cannot be told from the one that guards it.
    const typed = fc
      .string({ unit: "grapheme", minLength: 1 })
      .map((text) => text.replace(/\r\n?/g, "\n").trim())
      .filter(
        (text) =>
          text !== "" &&
          !text.includes("\ufffd") &&
          !/^'/.test(text) &&
          !/^[\p{Cc}\p{Cf}\p{Z}]|[\p{Cc}\p{Cf}\p{Z}]$/u.test(text),
      );
    fc.assert(
      fc.property(typed, typed, (reason, reviewer) => {
        expect(readBack(marked({ reason, reviewer }))).toMatchObject({ decisions: [{ reason, reviewer }], faults: [] });
      }),
      { numRuns: 300 },
    );
  });
});
