import { describe, expect, it } from "vitest";
import { decidingOf } from "../../functions/report/deciding.ts";
import type { ReportRow, ReviewView } from "../../functions/report/review-view.ts";
import type { Finding } from "../../functions/review/rules/finding.ts";
import { flaggedRow, inventedView, outcomeRow, silentRow, waitingRow } from "./invented-review.ts";
import { listedIn, partOf, writtenReport } from "./written-report.ts";

const asking: Partial<ReviewView> = {
  windowEndsAt: "2026-10-15T02:10:00Z",
  asOf: "2026-10-03T00:00:00Z",
};
const over: Partial<ReviewView> = { ...asking, asOf: "2026-10-15T02:10:00Z" };

/** A row that a flag asks to be decided on. */
const askedRow = (figure: number, suppressedBy: Finding["suppressedBy"] = null): ReportRow => {
  const row = flaggedRow(figure, { status: "active" });
  return { ...row, findings: row.findings.map((finding) => ({ ...finding, then: "flag", suppressedBy })) };
};
/** The same, to be expired if nobody decides. */
const expiringRow = (figure: number): ReportRow => ({
  ...askedRow(figure),
  item: { ...waitingRow(figure).item!, ifUndecided: true },
});
describe("decidingOf()", () => {
  const of = (rows: ReportRow[], parts: Partial<ReviewView> = asking) => decidingOf(inventedView(rows, parts), rows);

  it("is nothing where the policy waits for nobody", () => {
    expect(of([askedRow(1)], { asOf: "2026-10-03T00:00:00Z" })).toBeNull();
  });

  it("counts what a flag asks about and nobody decided on, and lists what expires then", () => {
    const settled = [
      flaggedRow(3),
      silentRow(4),
      outcomeRow(5, "revoked"),
      askedRow(6, { by: "no-decision", detail: "nobody had decided by then" }),
      askedRow(7, { by: "decision", detail: "kept until then" }),
    ];
    const deciding = of([askedRow(1), expiringRow(2), ...settled]);
    expect(deciding).toMatchObject({ untilAt: "2026-10-15T02:10:00Z", isOpen: true, undecided: 2, keptUndecided: 1 });
    expect(deciding?.expiring).toEqual([expiringRow(2)]);
  });

  it("asks nobody about a finding that no decision on its grant could answer", () => {
    const about = (figure: number, rule: string): ReportRow => {
      const row = askedRow(figure);
      return { ...row, findings: row.findings.map((finding) => ({ ...finding, rule })) };
    };
    const rows = [about(1, "rule-error"), about(2, "suspicious-certification"), about(3, "restored")];
    expect(of(rows)?.undecided).toBe(1);
  });

  it("ends with the window, or with the review", () => {
    expect(of([askedRow(1)], over)?.isOpen).toBe(false);
    const balance = {
      ...{ population: 1, kept: 1, revoked: 0, alreadyGone: 0, changed: 0, refused: 0, failed: 0 },
      ...{ unverified: 0, held: 0, pending: 0, narrowed: 0, balanced: true },
    };
    expect(of([askedRow(1)], { ...asking, sealed: { balance, sealedAt: "2026-10-02T00:00:00Z" } })?.isOpen).toBe(false);
  });
});

describe("createHtmlReport() while one can decide", () => {
  it("says until when, how many are undecided, and sets apart who expires if nobody decides, in both languages", async () => {
    const html = await writtenReport([askedRow(1), expiringRow(2)], asking);
    const english = partOf(html, "deciding-en");
    for (const text of [
      "until 2026-10-15 10:10",
      "2 grants are undecided",
      "1 grant will be expired from 2026-10-15 10:10",
    ])
      expect(english).toContain(text);
    expect(english).toContain("林晓2");
    expect(english).not.toContain("林晓1");
    const chinese = partOf(html, "deciding-zh");
    for (const text of ["2026-10-15 10:10 之前", "2 项授权尚无人决定", "若无人决定，以下 1 项授权"])
      expect(chinese).toContain(text);
    expect(html).toMatch(/class="verdict wait">1 grant will be expired from 2026-10-15 10:10 unless somebody decides/);
    expect((await listedIn(html)).map(({ item }) => item?.ifUndecided)).toEqual([undefined, true]);
  });

  it("says in report mode that it only would", async () => {
    const english = partOf(await writtenReport([expiringRow(2)], { ...asking, mode: "report" }), "deciding-en");
    expect(english).toContain("In enforce mode 1 grant would be expired if nobody decides");
  });

  it("asks for decisions where nothing but they are awaited", async () => {
    const html = await writtenReport([askedRow(1)], asking);
    expect(html).toMatch(/class="verdict wait">1 grant is undecided: decide until 2026-10-15 10:10/);
    expect(partOf(html, "deciding-en")).not.toContain("expired");
  });

  it("says afterwards what was kept by nobody's decision, and does not call it one", async () => {
    const detail = "nobody had decided by 2026-10-15T02:10:00Z";
    const html = await writtenReport([askedRow(1, { by: "no-decision", detail })], over);
    const english = partOf(html, "deciding-en");
    for (const text of ["ended on 2026-10-15 10:10", "Nothing is undecided", "1 grant kept, as nobody decided in time"])
      expect(english).toContain(text);
    expect(partOf(html, "deciding-zh")).toContain("没有人确认过它们");
  });

  it("is silent where nobody is waited for", async () => {
    expect(await writtenReport([askedRow(1)], { asOf: "2026-10-03T00:00:00Z" })).not.toContain('id="deciding-en"');
  });
});
