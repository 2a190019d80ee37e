import { describe, expect, it } from "vitest";
import { type ConflictRow, conflictCases, conflictsMarkup } from "../../../functions/report/page/conflicts.ts";
import { inBothLanguages } from "../../../functions/report/page/page.ts";

const reason = { en: "Too much", zh: "职责冲突" };
const roleOf = (id: string) => ({
  id,
  code: null,
  name: { zh: null, en: id },
  description: { zh: null, en: null },
  kind: null,
  status: null,
});
const kept = {
  by: "decision" as const,
  detail: "",
  because: { code: "decision-keeps", figures: { until: "2027-01-31", decidedAt: "2026-10-02" } },
};

const rowOf = (
  grantId: string,
  others: [source: string, id: string][],
  suppressedBy: ConflictRow["findings"][number]["suppressedBy"] = null,
): ConflictRow => ({
  grant: {
    id: grantId,
    role: roleOf(grantId),
    grantedAt: "2026-03-01T00:00:00Z",
    firstSeenAt: "2026-04-01T00:00:00Z",
    holder: { id: "ann", name: "Ann" },
  },
  findings: [
    {
      rule: "conflict:pay",
      reason,
      suppressedBy,
      conflict: {
        all: others.length,
        with: others.map(([source, id]) => ({
          source,
          review: "r",
          grantId: id,
          holderId: "x",
          role: roleOf(id),
          since: "2026-02-01T00:00:00Z",
        })),
      },
    },
  ],
});

describe("conflictCases()", () => {
  it("tells of a person once for a conflict: both roles, since when, and what was decided on each", () => {
    const cases = conflictCases(
      [rowOf("prepare", [["hr", "approve"]], kept), rowOf("approve", [["hr", "prepare"]])],
      "hr",
    );
    expect(cases).toHaveLength(1);
    expect(
      cases[0]?.parts.map(({ grantId, since, settled }) => [grantId, since.slice(0, 7), settled?.by ?? settled]),
    ).toEqual([
      ["prepare", "2026-03", "decision"],
      ["approve", "2026-03", null],
    ]);
  });

  it("leaves open what is decided elsewhere: on the grant of another source", () => {
    const [one] = conflictCases([rowOf("prepare", [["cloud", "approve"]])], "hr");
    expect(one?.parts.map(({ source, settled }) => [source, settled])).toEqual([
      ["hr", null],
      ["cloud", undefined],
    ]);
  });
});

describe("conflictsMarkup()", () => {
  it("writes person, roles, since when and exceptions, in both languages; nothing where nobody holds too much", () => {
    const pages = inBothLanguages(null, { language: "en", timezone: "UTC" });
    const cases = conflictCases([rowOf("prepare", [["cloud", "approve"]], kept)], "hr");
    const [en, zh] = pages.map((page) => conflictsMarkup(page, cases).html);
    for (const text of ["Conflicts", "Ann", "Too much", "cloud", "2027-01-31", "see the report of its source"])
      expect(en).toContain(text);
    expect(zh).toContain("职责冲突");
    expect(conflictsMarkup(pages[0]!, []).html).toBe("");
  });
});
