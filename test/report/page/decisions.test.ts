import { describe, expect, it } from "vitest";
import type { ReviewView, ToldDecision } from "../../../functions/report/review-view.ts";
import { filterRows, openFilter } from "../../../functions/report/rows/list-filter.ts";
import type { ListedGrant } from "../../../functions/report/rows/packed-rows.ts";
import { keptText, rowWordsIn } from "../../../functions/report/words/row-words.ts";
import { flaggedRow } from "../invented-review.ts";
import { partOf, staticPart, writtenReport } from "../written-report.ts";

const told = (more: Partial<ToldDecision> = {}): ToldDecision => ({
  review: "2026-10-01T020000Z",
  grantId: "0123456789abcdef",
  holderName: "林晓",
  roleName: { en: "Payroll", zh: "薪酬" },
  decision: "keep",
  until: "2027-01-31T16:00:00Z",
  reviewer: "何安",
  reason: "still pays <the> salaries",
  decidedAt: "2026-10-02T02:00:00Z",
  fault: null,
  provenBy: "signed in",
  seen: "ab".repeat(32),
  ...more,
});

async function sectionOf(view: Partial<ReviewView>, language: "en" | "zh" = "en"): Promise<string> {
  const html = staticPart(await writtenReport([flaggedRow(1)], view));
  return html.includes(`id="decisions-${language}"`) ? partOf(html, `decisions-${language}`) : "";
}

describe("the section Decisions of report.html", () => {
  it("is not there where nobody was asked and nobody decided", async () => {
    expect(await sectionOf({ decisions: { first: [], all: 0, counted: 0 } })).toBe("");
  });

  it("says who decided what, by what that is proven, why, when, until when, and as it was shown", async () => {
    const section = await sectionOf({ decisions: { first: [told()], all: 1, counted: 1 } });
    for (const said of ["何安", "signed in", "Keep until 2027-01-31", "林晓", "Payroll", "ab".repeat(32)])
      expect(section).toContain(said);
    expect(section).toContain("still pays &lt;the&gt; salaries");
    expect(section).toContain('href="#decision=keep"');
  });

  it("says of a file's decision that it is a claim, why it does not count, and that somebody else was asked", async () => {
    const claim = told({ provenBy: "file", fault: "not the reviewer", decidedAs: ["claimed", "decided-by-another"] });
    delete claim.seen;
    const decisions = { first: [claim], all: 1_001, counted: 1_000 };
    const section = await sectionOf({ decisions });
    for (const said of [
      "claimed in a file",
      "does not count: not the reviewer",
      "somebody else was asked",
      "And 1,000 more",
    ])
      expect(section).toContain(said);
    expect(await sectionOf({ decisions }, "zh")).toContain("系统请的是另一个人");
  });

  it("names who was asked and did not answer", async () => {
    const reviewers = [
      { id: "u-1", name: "Asked", email: null, grants: 3, notable: 3, undecided: 2 },
      { id: "u-2", name: "Answered", email: null, grants: 3, notable: 3, undecided: 0 },
    ];
    const rules = { order: ["fallback" as const], roleOwners: {}, fallback: null, delegates: [] };
    const whoReviews = {
      formatVersion: 1 as const,
      asOf: "2026-10-01T02:11:00Z",
      rules,
      reviewers,
      formerReviewers: [],
      coverage: null,
    };
    const section = await sectionOf({ decisions: { first: [], all: 0, counted: 0 }, whoReviews });
    expect(section).toContain("Asked, and did not answer");
    expect(section).toContain("<bdi>Asked</bdi>");
    expect(section).not.toContain("<bdi>Answered</bdi>");
  });
});

const historyOf = (...decisions: ToldDecision[]) => ({
  history: { changes: [], movedFrom: null, removals: [], decisions },
});

describe("keptText()", () => {
  const words = rowWordsIn("en", "Asia/Shanghai", new Map());

  it("says by whom a grant is kept, and until when", () => {
    expect(keptText(historyOf(told()), words)).toBe("Kept by 何安 until 2027-01-31");
  });

  it("says nothing where the newest decision that counts is no keep", () => {
    expect(keptText(historyOf(told(), told({ decision: "revoke", until: null })), words)).toBeNull();
    expect(keptText(historyOf(told({ fault: "not signed in" })), words)).toBeNull();
    expect(keptText({ history: null }, words)).toBeNull();
  });
});

describe("filterRows()", () => {
  it("narrows the list by the decision that counts, as a link of the section asks", () => {
    const rowOf = (...decisions: ToldDecision[]) =>
      ({ ...flaggedRow(1), ...historyOf(...decisions), reviewer: null }) as unknown as ListedGrant;
    const [kept, revoked, silent] = [rowOf(told()), rowOf(told({ decision: "revoke" })), rowOf()];
    const context = { planStop: null, isDecided: () => false, departmentNames: new Map() };
    const by = (decision: "keep" | "revoke" | "none") =>
      filterRows([kept, revoked, silent], { ...openFilter, decision }, context);
    expect(by("keep")).toEqual([kept]);
    expect(by("revoke")).toEqual([revoked]);
    expect(by("none")).toEqual([silent]);
  });
});
