import { describe, expect, it } from "vitest";
import { createHtmlReport } from "../../functions/report/html-report.ts";
import { phrasesOf } from "../../functions/report/phrases.ts";
import type { ReportRow, ReviewView } from "../../functions/report/review-view.ts";
import { flaggedRow, heldRow, inventedView, outcomeRow, planHash, silentRow, waitingRow } from "./invented-review.ts";

const reportOf = (rows: ReportRow[], parts: Partial<ReviewView> = {}) =>
  createHtmlReport(inventedView(rows, parts), rows);

/** What stands between the section of that id and the next. */
const sectionOf = (html: string, id: string): string => {
  const start = html.indexOf(`<section id="${id}">`);
  if (start < 0) throw new Error(`no section ${id}`);
  return html.slice(start, html.indexOf("</section>", start));
};

const brakeOf = (rows: ReportRow[]): ReviewView["plan"] => ({
  ...inventedView(rows).plan,
  brake: {
    tripped: true,
    limits: [
      { name: "maxExpiries", limit: 20, actual: 1045 },
      { name: "maxShare", limit: 0.05, actual: 0.1234 },
      { name: "a-later-limit", limit: 1, actual: 2 },
    ],
  },
});

const command = `node functions/cli.ts approve --plan ${planHash} --by NAME --reason TEXT`;

describe("createHtmlReport()", () => {
  it("is one page that loads nothing, runs nothing and says so", () => {
    const html = reportOf([flaggedRow(1)]);
    expect(html).toMatch(
      /^<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'/,
    );
    expect(html).not.toMatch(/<(script|link|img|iframe|object|base|form)\b|\ssrc=|url\(|@import|https?:/i);
    expect(html.match(/<style>/g)).toHaveLength(1);
  });

  it.each([
    ["zh", "zh-CN", "权限审查", "持有人已离职", "人力资源业务伙伴"],
    ["en", "en", "Access review", "The holder has left the company", "HR business partner"],
  ] as const)("speaks one language throughout: %s", (language, lang, title, reason, role) => {
    const html = reportOf([flaggedRow(1)], { language });
    for (const text of [`<html lang="${lang}">`, title, reason, role]) expect(html).toContain(text);
    const other = phrasesOf(language === "zh" ? "en" : "zh");
    for (const heading of Object.values(other.sections)) expect(html).not.toContain(`<h2>${heading}</h2>`);
  });

  it("says which review of what, when in the policy's time zone, and whether it is sealed", () => {
    const html = reportOf([]);
    for (const text of ["people-hq", "open.feishu.cn · cli_a1b2", "2026-10-01T020000Z", "Asia/Shanghai"]) {
      expect(html).toContain(text);
    }
    expect(html).toContain('<time datetime="2026-10-01T02:10:00Z">2026-10-01 10:10</time>');
    expect(html).toContain("<dd>open</dd>");
    const balance = {
      ...{ population: 912, kept: 911, revoked: 1, alreadyGone: 0, changed: 0, refused: 0, failed: 0, unverified: 0 },
      ...{ held: 0, pending: 0, balanced: true },
    };
    const sealed = reportOf([], { sealed: { balance, sealedAt: "2026-10-02T17:00:00Z" } });
    expect(sealed).toContain("<dd>sealed 2026-10-03 01:00</dd>");
    expect(sectionOf(sealed, "balance")).toContain("Balanced: each of the 912 grants has exactly one fate.");
    const unbalanced = reportOf([], {
      sealed: { balance: { ...balance, balanced: false }, sealedAt: "2026-10-02T17:00:00Z" },
    });
    expect(sectionOf(unbalanced, "balance")).toContain("NOT balanced");
  });

  it("shows hostile names as they are, and none as markup", () => {
    const names = [
      `<script>alert(1)</script>`,
      `"><img src=x onerror='alert(1)'>`,
      "\u202e مرحبا",
      "👩‍👩‍👧",
      "长".repeat(200),
      "=1+1",
      "&lt;",
    ];
    const rows = names.map((name, figure) => flaggedRow(figure, { name, departmentId: name, lastDay: name }));
    rows.push(outcomeRow(99, "refused", names[1]));
    for (const { grant, findings } of rows) {
      grant.scopes = [[{ dimension: grant.holder.name ?? "", ids: ["a"], names: [grant.holder.name] }]];
      for (const finding of findings) finding.suppressedBy = { by: "decision", detail: grant.holder.name ?? "" };
    }
    const html = reportOf(rows, {
      changesSincePrevious: {
        previousReview: names[0] ?? null,
        removedByPrevious: [
          { grantId: names[0] ?? "", holderName: names[0] ?? "", roleName: names[1] ?? "", at: names[1] ?? "" },
        ],
        ...{ appeared: 0, vanished: 0 },
      },
    });
    expect(html).not.toMatch(/<script|<img/);
    expect(html).toContain("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>");
    expect(html).toContain("<bdi>&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;</bdi>");
    expect(html).toContain("<bdi>&amp;lt;</bdi>");
    for (const name of names.slice(2, 6)) expect(html).toContain(`<bdi>${name}</bdi>`);
  });

  it("shows a grant with its holder, role, scopes by name, dates, findings and what becomes of it", () => {
    const grants = sectionOf(reportOf([waitingRow(1)]), "grants");
    for (const text of ["林晓1", "700000000000001", "left", "2026-08-31", "od-77", "HR business partner", "hrbp"]) {
      expect(grants).toContain(text);
    }
    for (const text of [
      "Department: 华东销售部, od-2",
      "2025-03-04",
      "2026-01-01",
      "leaver",
      "To be expired",
      "2026-10-15 10:10",
    ]) {
      expect(grants).toContain(text);
    }
  });

  it("gives in words why an item is held, with the detail", () => {
    const grants = sectionOf(reportOf([heldRow(1, "last-holder", "1 active holder of 1")]), "grants");
    expect(grants).toContain("The role would lose its last active holder");
    expect(grants).toContain("1 active holder of 1");
  });

  it("sets apart what could not be removed, with the provider's words, and counts it in the first block", () => {
    const rows = [outcomeRow(1, "refused", "1161604"), outcomeRow(2, "revoked"), heldRow(3, "unremovable")];
    const html = reportOf(rows);
    const [apart, others] = [sectionOf(html, "unremoved"), sectionOf(html, "grants")];
    for (const text of ["林晓1", "Refused by the provider, still there", "1161604", "林晓3"])
      expect(apart).toContain(text);
    expect(apart).not.toContain("林晓2");
    expect(others).toContain("林晓2");
    expect(others).not.toMatch(/林晓[13]/);
    expect(sectionOf(html, "figures")).toMatch(/alarm.*Could not be removed<\/a><\/h3><strong>2</);
    expect(sectionOf(reportOf([outcomeRow(2, "revoked")]), "unremoved")).toContain(
      "every removal that was tried is proven",
    );
  });

  it("leaves out rows that nothing was said of, and says how many grants those are", () => {
    const html = reportOf([silentRow(1), flaggedRow(2), outcomeRow(3, "refused")]);
    expect(html).not.toContain("林晓1");
    expect(html).toContain("Nothing asked for the other 910 of 912 grants");
  });

  it("marks a finding that a decision set aside", () => {
    const row = flaggedRow(1);
    for (const finding of row.findings) finding.suppressedBy = { by: "decision", detail: "until 2027-01-01" };
    expect(sectionOf(reportOf([row]), "grants")).toContain("set aside by a decision: until 2027-01-01");
  });

  it("names every check with its verdict, and warns where the snapshot is incomplete", () => {
    const { snapshot } = inventedView([]);
    const checks = [...snapshot.checks, { name: "expect-leavers", passed: false, detail: "0 leavers found" }];
    const html = reportOf([], { snapshot: { ...snapshot, complete: false, checks } });
    expect(sectionOf(html, "checks")).toMatch(/listings-ended.*Passed.*24 listings, 24 ended/);
    expect(sectionOf(html, "checks")).toMatch(/expect-leavers.*Failed.*0 leavers found/);
    expect(html).toContain("This snapshot is incomplete");
    expect(reportOf([])).not.toContain("This snapshot is incomplete");
  });

  it("gives the limits that tripped the brake and the command that lifts it", () => {
    const rows = [waitingRow(1)];
    const html = reportOf(rows, { plan: brakeOf(rows) });
    const brake = sectionOf(html, "brake");
    expect(brake).toContain(command);
    expect(brake).toMatch(/maxExpiries.*>20<.*>1,045</);
    expect(brake).toMatch(/maxShare.*>5 %<.*>12.3 %</);
    expect(brake).toContain("a-later-limit");
    expect(sectionOf(html, "grants")).toContain("Stopped by the brake, awaits approval");
  });

  it("gives no command where approving would do nothing: lifted, report mode, incomplete, not tripped", () => {
    const rows = [waitingRow(1)];
    const plan = brakeOf(rows);
    const lifted = reportOf(rows, { plan, approval: { by: "Chen <b>", at: "2026-10-02T00:00:00Z" } });
    expect(sectionOf(lifted, "brake")).toContain("lifted by Chen &lt;b&gt; on 2026-10-02 08:00");
    const incomplete = { ...inventedView([]).snapshot, complete: false };
    const reports = [
      lifted,
      reportOf(rows, { plan, mode: "report" }),
      reportOf(rows, { plan, snapshot: incomplete }),
      reportOf(rows),
    ];
    for (const html of reports) expect(html).not.toContain("approve --plan");
  });

  it("lists the rules of the policy even where they found nothing, then the others with their reason", () => {
    const row = flaggedRow(1);
    for (const finding of row.findings)
      Object.assign(finding, { rule: "rule-error", then: "flag", reason: { en: "It failed", zh: "" } });
    const findings = sectionOf(reportOf([row]), "findings");
    expect(findings).toMatch(/leaver<\/code>.*expire.*>0<[\s\S]*rule-error<\/code>.*flag.*It failed.*>1</);
    expect(sectionOf(reportOf([]), "findings")).toContain("No rule found anything.");
  });

  it("tells what the previous review removed, and that a first review has none", () => {
    const removed = { grantId: "00ab", holderName: "王五", roleName: null, at: "2026-07-01T03:00:00Z" };
    const changesSincePrevious = {
      previousReview: "2026-07-01T020000Z",
      removedByPrevious: [removed],
      appeared: 12,
      vanished: 3,
    };
    const previous = sectionOf(reportOf([], { changesSincePrevious }), "previous");
    for (const text of ["2026-07-01T020000Z, removed 1 grant.", "12 grants appeared and 3 vanished", "王五", "00ab"]) {
      expect(previous).toContain(text);
    }
    expect(sectionOf(reportOf([]), "previous")).toContain("first review");
  });

  it("ends with what an auditor asks for", () => {
    const auditor = sectionOf(reportOf([]), "auditor");
    for (const text of [planHash, "1a".repeat(32), "2b".repeat(32), "3c".repeat(32), "2026-10-01T020000Z", "0001"]) {
      expect(auditor).toContain(text);
    }
  });

  it("shows five thousand rows", () => {
    const html = reportOf(Array.from({ length: 5000 }, (_, figure) => waitingRow(figure)));
    expect(html.match(/data-label="Holder"/g)).toHaveLength(5000);
  });

  it("names a holder without a name by id, and scopes that could not be read as not known", () => {
    const row = flaggedRow(1, { name: null, status: "unknown", lastDay: null, departmentId: null });
    row.grant.scopes = null;
    const grants = sectionOf(reportOf([row]), "grants");
    expect(grants).toContain("700000000000001");
    expect(grants).toContain("not known");
    expect(grants).not.toContain("null");
  });
});

describe("phrasesOf()", () => {
  it("has a text for everything in both languages", () => {
    const emptyIn = (phrases: object): string[] =>
      Object.entries(phrases).flatMap(([key, text]) =>
        typeof text === "object" ? emptyIn(text) : text === "" ? [key] : [],
      );
    expect(emptyIn(phrasesOf("zh"))).toEqual([]);
    expect(emptyIn(phrasesOf("en"))).toEqual([]);
  });
});
