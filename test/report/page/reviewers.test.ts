import { describe, expect, it } from "vitest";
import type { WhoReviews } from "../../../functions/review/people/who-reviews.ts";
import { flaggedRow } from "../invented-review.ts";
import { partOf, staticPart, writtenReport } from "../written-report.ts";

const load = (id: string | null, more: Partial<WhoReviews["reviewers"][number]> = {}) => ({
  ...{ id, name: id && `name of ${id}`, email: null, grants: 2, notable: 1, undecided: 1 },
  ...more,
});

const who = (more: Partial<WhoReviews> = {}): WhoReviews => ({
  formatVersion: 1,
  asOf: "2026-10-01T02:11:00Z",
  rules: { order: ["holder-hrbp", "fallback"], roleOwners: {}, fallback: null, delegates: [] },
  reviewers: [load("u-1"), load("u-2", { name: null })],
  formerReviewers: [],
  coverage: { uncoveredDepartments: [], formerPartners: [] },
  ...more,
});

const sectionOf = async (whoReviews: WhoReviews | null, language: "en" | "zh" = "en"): Promise<string> => {
  const html = staticPart(await writtenReport([flaggedRow(1)], { whoReviews }));
  return partOf(html, `reviewers-${language}`);
};

describe("who reviews, in report.html", () => {
  it("is not there where nobody was asked for", async () => {
    expect(staticPart(await writtenReport([flaggedRow(1)]))).not.toContain("reviewers-en");
  });

  it("leads from each reviewer to what is theirs, by name where it is known", async () => {
    const section = await sectionOf(who());
    expect(section).toMatch(/href="#reviewer=u-1"><bdi>name of u-1</);
    expect(section).toMatch(/href="#reviewer=u-2"><bdi>u-2</);
    expect(section).not.toContain("Nobody is left");
  });

  it("says in both languages how much nobody is left to review, and leads there", async () => {
    const withNobody = who({ reviewers: [load(null, { grants: 3 })] });
    expect(await sectionOf(withNobody)).toContain("Nobody is left to review 3 grants");
    expect(await sectionOf(withNobody, "zh")).toContain("3 项授权无人可以复核");
    expect(await sectionOf(withNobody)).toContain('href="#reviewer=nobody"');
  });

  it("tells who was passed over, which departments have no HRBP, and which HRBPs have left", async () => {
    const section = await sectionOf(
      who({
        formerReviewers: [{ id: "u-3", name: "何安", by: ["holder-hrbp"], grants: 4 }],
        coverage: {
          uncoveredDepartments: [
            { id: "d-1", name: "<b>One</b>", holders: 5, coveredBy: null },
            { id: "d-2", name: null, holders: 1, coveredBy: { id: "d-3", name: "Three" } },
            { id: "d-4", name: "Four", holders: 1 },
          ],
          formerPartners: [{ id: "u-3", name: "何安", departments: [{ id: "d-5", name: "Five" }] }],
        },
      }),
    );
    for (const said of [
      "何安",
      "HRBP of the holder",
      "&lt;b&gt;One&lt;/b&gt;",
      "nobody above either",
      "Three",
      "Five",
    ]) {
      expect(section).toContain(said);
    }
    expect(section).toMatch(/Four[\s\S]*not known/);
  });

  it("shows a hundred lines of many, and says how many more there are", async () => {
    const section = await sectionOf(who({ reviewers: Array.from({ length: 130 }, (_, at) => load(`u-${at}`)) }));
    expect(section.match(/#reviewer=/g)).toHaveLength(100);
    expect(section).toContain("And 30 more");
  });
});
