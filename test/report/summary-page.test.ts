import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Standing } from "../../functions/report/rows/standing.ts";
import type { LeaverGrant, LeaverRow, SourceRow, SourcesView } from "../../functions/report/sources-view.ts";
import { createSummaryPage } from "../../functions/report/summary-page.ts";
import { inventedGrant } from "./invented-review.ts";

const evidenceSha256 = "9d".repeat(32);

const row = (parts: Partial<SourceRow> = {}): SourceRow => ({
  source: "people-hq",
  review: "2026-10-01T020000Z",
  status: "sealed",
  error: null,
  population: { grants: 912, holders: 640, roles: 40 },
  summary: {
    ...{ grants: 912, holders: 640, roles: 40, expired: 7, outcomesByKind: { revoked: 7 } },
    ...{ findingsByRule: { leaver: 9, undated: 2 }, heldByReason: { "too-new": 1, canary: 2 } },
    waiting: { count: 0, notBefore: null },
  },
  failedChecks: [],
  reportHref: "../reviews/people-hq/2026-10-01T020000Z/report.html",
  evidenceSha256,
  ...parts,
});

const held = (standing: Standing, parts: Partial<LeaverGrant> = {}): LeaverGrant => ({
  grant: { ...inventedGrant(1, { status: "active" }), source: "cloud" },
  standing,
  isSealed: true,
  restoredAt: null,
  ...parts,
});

const leaver = (grants: LeaverGrant[], parts: Partial<LeaverRow> = {}): LeaverRow => ({
  email: "lin@example.com",
  name: "Lin Xiao",
  departures: [{ source: "people-hq", status: "left", lastDay: "2026-08-31" }],
  grants,
  ...parts,
});

const pageOf = (parts: Partial<SourcesView> = {}): string =>
  createSummaryPage({
    language: "en",
    timezone: "Asia/Shanghai",
    writtenAt: "2026-10-01T17:00:00Z",
    sources: [row(), row({ source: "cloud" })],
    leavers: [],
    ...parts,
  });

/** The English part of the page. */
const english = (parts: Partial<SourcesView> = {}): string => {
  const page = pageOf(parts);
  return page.slice(page.lastIndexOf('<div class="in-en"'), page.lastIndexOf('<div class="in-zh"'));
};

const verdict = (parts: Partial<SourcesView>): string | undefined =>
  /<p class="verdict (.*?)<\/p>/.exec(english(parts))?.[1];

describe("createSummaryPage()", () => {
  it("is one page that loads and runs nothing, and styles itself with what its policy names by hash", () => {
    const page = pageOf();
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(page).toContain(`content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'`);
    expect(page).not.toMatch(/<(script|link|img|iframe|object|base|form)\b|\ssrc=|url\(|@import|https?:| style=/i);
  });

  it("reads in both languages, and begins with the configured one", () => {
    for (const language of ["zh", "en"] as const) {
      const page = pageOf({ language });
      expect(page).toContain(`<html lang="${language === "zh" ? "zh-CN" : "en"}">`);
      expect(page).toMatch(new RegExp(`id="language-${language}" checked`));
      for (const text of ["跨系统离职人员", "Leavers across systems"]) expect(page).toContain(text);
    }
  });

  it("has a row for each source: its review, state, figures, failed checks, report and evidence", () => {
    const waiting = row({
      source: "cloud",
      status: "waiting",
      summary: { ...row().summary!, waiting: { count: 5, notBefore: "2026-10-08T17:00:00Z" } },
      failedChecks: [{ name: "canaries-present", passed: false, detail: "0 of 1 seen" }],
      evidenceSha256: null,
    });
    const [people = "", cloud = ""] = english({ sources: [row(), waiting] }).match(/<tr><td[\s\S]*?<\/tr>/g) ?? [];
    for (const text of [
      "2026-10-01T020000Z",
      ">sealed<",
      ">912<",
      "640 holders",
      ">11<",
      ">7<",
      ">3<",
      evidenceSha256,
    ]) {
      expect(people).toContain(text);
    }
    expect(people).toContain('<a href="../reviews/people-hq/2026-10-01T020000Z/report.html">');
    for (const text of [">waiting<", ">5<", "the first until 2026-10-09 01:00", "canaries-present", "0 of 1 seen"]) {
      expect(cloud).toContain(text);
    }
  });

  it("shows no figure of what was not read, and says that leavers may be missing", () => {
    const unread = { ...{ population: null, summary: null, reportHref: null, evidenceSha256: null, review: null } };
    const sources = [row(), row({ ...unread, source: "cloud", status: "failed", error: "the app is disabled" })];
    const page = english({ sources });
    const cloud = page.match(/<tr><td[\s\S]*?<\/tr>/g)?.[1] ?? "";
    expect(cloud).toContain("the app is disabled");
    expect(cloud).not.toMatch(/>0</);
    expect(page).toMatch(/people or grants may be missing here: cloud</);
    expect(verdict({ sources })).toMatch(/^bad">.*could not be reviewed in full: cloud/);
  });

  it("names every leaver once with what became of each grant elsewhere, those who still hold something first", () => {
    const gone = leaver([held({ kind: "outcome", outcome: "revoked" })], { email: "a@example.com", name: null });
    const still = leaver([held({ kind: "kept" }), held({ kind: "held", by: "canary" }), held({ kind: "pending" })]);
    const page = english({ leavers: [gone, still] });
    expect(page.indexOf("lin@example.com")).toBeLessThan(page.indexOf("a@example.com"));
    for (const text of [
      ...["Lin Xiao", "people-hq", "last day 2026-08-31", "HR business partner", "cloud · active there", ">Revoked<"],
      ...["Stays: its source does not ask", "A canary: known to exist", "Not due when the review was sealed"],
    ]) {
      expect(page).toContain(text);
    }
    expect(verdict({ leavers: [gone, still] })).toMatch(/^wait">1 person is gone/);
    expect(verdict({ leavers: [gone] })).toMatch(/^good">/);
  });

  it("counts what was put back as still held", () => {
    const restored = held({ kind: "outcome", outcome: "revoked" }, { restoredAt: "2026-10-02T17:00:00Z" });
    expect(english({ leavers: [leaver([restored])] })).toContain("Revoked, and put back 2026-10-03 01:00");
    expect(verdict({ leavers: [leaver([restored])] })).toMatch(/^wait">1 person/);
  });

  it("says the worst of it first: not read, not removed, leavers, held, waiting, else done", () => {
    const refused = row({ summary: { ...row().summary!, outcomesByKind: { refused: 2 } } });
    const leavers = [leaver([held({ kind: "kept" })])];
    const [stopped, waiting] = [row({ status: "held" }), row({ status: "waiting" })];
    expect(verdict({ sources: [row({ status: "not-begun" }), refused], leavers })).toContain("could not be reviewed");
    expect(verdict({ sources: [refused, stopped], leavers })).toContain("2 grants should be gone");
    expect(verdict({ sources: [stopped, waiting], leavers })).toContain("1 person");
    expect(verdict({ sources: [stopped, waiting] })).toContain("somebody must decide");
    expect(verdict({ sources: [row(), waiting] })).toContain("waiting to be expired");
    expect(verdict({})).toContain("All 2 sources are reviewed");
  });

  it("escapes whatever a provider said", () => {
    const hostile = '<img src=x onerror="alert(1)">';
    const page = pageOf({
      sources: [row({ failedChecks: [{ name: hostile, passed: false, detail: hostile }], error: hostile })],
      leavers: [leaver([held({ kind: "kept" })], { name: hostile, email: hostile })],
    });
    expect(page).not.toContain("<img");
  });
});
