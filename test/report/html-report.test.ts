import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { pageScript } from "../../functions/report/page/page-script.ts";
import type { ReportRow, ReviewView } from "../../functions/report/review-view.ts";
import { buildPageScript, standingPageScript } from "./build-page-script.ts";
import { flaggedRow, heldRow, inventedView, outcomeRow, planHash, silentRow, waitingRow } from "./invented-review.ts";
import { listedIn, partOf, settingsIn, staticPart, writtenReport } from "./written-report.ts";

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

const command = `npx access-review approve --plan ${planHash} --by NAME --reason TEXT`;

const balance = {
  ...{ population: 912, kept: 911, revoked: 1, alreadyGone: 0, changed: 0, refused: 0, failed: 0, unverified: 0 },
  ...{ held: 0, pending: 0, narrowed: 0, balanced: true },
};

const sealedAt = "2026-10-02T17:00:00Z";

describe("createHtmlReport()", () => {
  it("is one page that loads nothing, and runs and styles itself with nothing but what its policy names by hash", async () => {
    const html = await writtenReport([flaggedRow(1)]);
    const hashOf = (text: string | undefined) =>
      createHash("sha256")
        .update(text ?? "")
        .digest("base64");
    const style = hashOf(/<style>([\s\S]*?)<\/style>/.exec(html)?.[1]);
    const policy = `default-src 'none'; script-src 'sha256-${hashOf(pageScript)}'; style-src 'sha256-${style}'`;
    expect(html).toContain(`<meta http-equiv="Content-Security-Policy" content="${policy}; base-uri 'none'`);
    expect(staticPart(html)).not.toMatch(
      /<(script|link|img|iframe|object|base|form)\b|\ssrc=|url\(|@import|https?:| style=/i,
    );
    expect(html).not.toMatch(/\bhttps?:\/\/(?!www\.w3\.org)/);
  });

  it("carries the rows that it opens without behind its script, in pieces that no browser stops for", async () => {
    const rows = Array.from({ length: 9_000 }, (_, figure) => silentRow(figure));
    for (const [at, { grant }] of rows.entries()) grant.holder = { ...grant.holder, name: String(Math.sin(at)) };
    const html = await writtenReport([flaggedRow(9_001), ...rows]);
    const carried = html.slice(html.indexOf(pageScript) + pageScript.length);
    const pieces = [...carried.matchAll(/<script type="text\/plain">([^<]*)<\/script>/g)].map(
      ([, text]) => text!.length,
    );
    expect(pieces.length).toBeGreaterThan(1);
    expect(Math.max(...pieces)).toBe(65_536);
    expect(await listedIn(html)).toHaveLength(9_001);
    expect(html.slice(0, html.indexOf(pageScript))).toContain('id="list-rows"');
    expect(carried).toContain('id="list-other-rows"');
  });

  it("comes out the same, byte for byte, for the same review", async () => {
    const rows = [waitingRow(1), outcomeRow(2, "revoked"), silentRow(3)];
    expect(await writtenReport(rows)).toBe(await writtenReport(structuredClone(rows)));
  });

  it("reads in both languages, and begins with the configured one", async () => {
    const rows = [outcomeRow(1, "refused")];
    for (const [language, lang] of [
      ["zh", "zh-CN"],
      ["en", "en"],
    ] as const) {
      const html = await writtenReport(rows, { language });
      expect(html).toContain(`<html lang="${lang}">`);
      expect(html).toMatch(new RegExp(`id="language-${language}" checked`));
      for (const text of ["权限复核", "Access review", "持有人已离职", "The holder has left the company"]) {
        expect(staticPart(html)).toContain(text);
      }
    }
  });

  it("says which review of what, when in the policy's time zone, and whether it is sealed and balanced", async () => {
    const html = await writtenReport([]);
    for (const text of [
      "people-hq",
      "open.feishu.cn",
      "2026-10-01T020000Z",
      "snapshot of 2026-10-01 10:10",
      ">open<",
    ]) {
      expect(html).toContain(text);
    }
    const sealed = await writtenReport([], { sealed: { balance, sealedAt } });
    expect(sealed).toContain("sealed 2026-10-03 01:00");
    expect(partOf(sealed, "balance-en")).toContain("Balanced: each of the 912 grants has exactly one fate.");
    const unbalanced = await writtenReport([], { sealed: { balance: { ...balance, balanced: false }, sealedAt } });
    expect(partOf(unbalanced, "balance-en")).toContain("NOT balanced");
  });

  it.each([
    [
      "what is still there before all else",
      [outcomeRow(1, "refused"), waitingRow(2)],
      {},
      "1 grant should be gone and is still there",
    ],
    ["what waits", [waitingRow(1)], {}, "1 grant under notice, to be expired from 2026-10-15 10:10."],
    [
      "what report mode would do",
      [waitingRow(1)],
      { mode: "report" },
      "Report mode: in enforce mode 1 grant would be expired.",
    ],
    ["what is held", [heldRow(1, "canary")], {}, "Nothing is left to expire; 1 grant held back."],
    ["what was expired", [outcomeRow(1, "revoked")], {}, "1 grant expired and proven gone"],
    ["what is worth a look", [flaggedRow(1)], {}, "Nothing to expire; 1 grant worth a look."],
    ["that all is well", [silentRow(1)], {}, "No rule found anything: all is well."],
  ] as [string, ReportRow[], Partial<ReviewView>, string][])(
    "begins with a verdict: %s",
    async (_, rows, parts, verdict) => {
      expect(/<p class="verdict [a-z]+">([^<]*)/.exec(await writtenReport(rows, parts))?.[1]).toContain(verdict);
    },
  );

  it("draws the findings by rule, what became of the plan, and what changed, as charts that are read out", async () => {
    const rows = [outcomeRow(1, "revoked"), outcomeRow(2, "refused"), heldRow(3, "too-new"), waitingRow(4)];
    const html = await writtenReport(rows, {
      changesSincePrevious: {
        previousReview: "2026-07-01T020000Z",
        removedByPrevious: [],
        appeared: 12,
        vanished: 3,
        changed: { "came-back": 2 },
      },
    });
    const summaries = [...html.matchAll(/<svg [^>]*aria-label="([^"]*)"/g)].map(([, summary]) => summary);
    expect(summaries.slice(0, 3)).toEqual([
      "Findings by rule: The holder has left the company 4",
      "What becomes of the plan: Revoked 1, Refused by the provider, still there 1, Waiting to be expired 1, Too new 1",
      "Since the previous review: Appeared 12, Vanished 3, Came back after a revocation 2",
    ]);
  });

  it("draws the six largest bars of a chart, and says in both languages how many more there are", async () => {
    const rowsOf = (rules: number) =>
      Array.from({ length: rules }, (_, rule) =>
        Array.from({ length: rule + 1 }, (_, count) => {
          const row = flaggedRow(100 * rule + count);
          Object.assign(row.findings[0]!, {
            rule: `rule-${rule}`,
            reason: { en: `Said by ${rule}`, zh: `规则${rule}` },
          });
          return row;
        }),
      ).flat();
    const chartIn = (html: string, language: string) =>
      new RegExp(`<div class="in-${language}"[\\s\\S]*?(<svg[\\s\\S]*?</svg>)`).exec(partsOf(html))?.[1] ?? "";
    const partsOf = (html: string) => html.slice(html.indexOf('<div id="overview">'));
    const many = await writtenReport(rowsOf(8));
    const [english, chinese] = [chartIn(many, "en"), chartIn(many, "zh")];
    expect([...english.matchAll(/href="#rule=rule-(\d)"/g)].map(([, rule]) => rule)).toEqual([..."765432"]);
    expect(english).toContain("Said by 2 3, and 2 more");
    expect(english).toContain(">and 2 more</text>");
    expect(chinese).toContain("规则2 3、另有 2 项");
    expect(chinese).toContain(">另有 2 项</text>");
    expect(chartIn(await writtenReport(rowsOf(6)), "en")).toMatch(/^(?![\s\S]*more)[\s\S]*rule=rule-0/);
  });

  it("carries every grant for its list, with its findings, item, outcome and history, and says nothing of it twice", async () => {
    const history = { changes: ["moved" as const], movedFrom: "od-1", removals: [], decisions: [] };
    const rows = [{ ...silentRow(1), history }, flaggedRow(2), heldRow(3, "too-new"), outcomeRow(4, "refused")];
    const listed = await listedIn(await writtenReport(rows));
    expect(listed.map(({ grant }) => grant.id)).toEqual(rows.map(({ grant }) => grant.id));
    expect(listed[0]).toMatchObject({ findings: [], item: null, outcome: null, history });
    expect(listed[0]?.grant).toMatchObject({
      holder: rows[0]?.grant.holder,
      role: rows[0]?.grant.role,
      scopes: rows[0]?.grant.scopes,
    });
    expect(listed[2]?.item).toMatchObject({ hold: { by: "too-new" } });
    expect(listed[3]?.outcome).toMatchObject({ outcome: "refused", requestId: "req-20261001" });
  });

  it("names the departments where listed holders work or worked, and no other", async () => {
    const history = { changes: ["moved" as const], movedFrom: "od-5", removals: [], decisions: [] };
    const departmentNames = new Map([..."5679"].map((figure) => [`od-${figure}`, `部门${figure}`]));
    const elsewhere = flaggedRow(2);
    elsewhere.grant.holder = { ...elsewhere.grant.holder, departmentId: "od-6" };
    const html = await writtenReport([{ ...silentRow(1), history }, elsewhere], { departmentNames });
    expect(settingsIn(html).departmentNames).toEqual({ "od-5": "部门5", "od-6": "部门6" });
  });

  it("shows hostile names as they are, and none as markup", async () => {
    const names = [
      `<script>alert(1)</script>`,
      `"><img src=x onerror='alert(1)'>`,
      "\u202e مرحبا",
      "👩‍👩‍👧",
      "长".repeat(200),
      "=1+1",
      "&lt;",
    ];
    const rows = names.map((name, figure) => outcomeRow(figure, "refused", name));
    for (const [figure, { grant }] of rows.entries()) grant.holder = { ...grant.holder, name: names[figure] ?? null };
    const { snapshot } = inventedView([]);
    const html = await writtenReport(rows, { snapshot: { ...snapshot, source: "</script><script>alert(2)</script>" } });
    expect(html).not.toMatch(/<script>alert|<img/);
    expect(html.match(/<script\b/g)).toHaveLength(4);
    expect(html).toContain("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>");
    expect(html).toContain("<bdi>&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;</bdi>");
    for (const name of names.slice(2, 6)) expect(html).toContain(`<bdi>${name}</bdi>`);
  });

  it("sets apart what could not be removed, with the provider's words, and counts it in the first block", async () => {
    const rows = [outcomeRow(1, "refused", "1161604"), outcomeRow(2, "revoked"), heldRow(3, "unremovable")];
    const html = await writtenReport(rows);
    const apart = partOf(html, "unremoved-en");
    for (const text of ["林晓1", "Refused by the provider, still there", "1161604", "林晓3"])
      expect(apart).toContain(text);
    expect(apart).not.toContain("林晓2");
    expect(html).toMatch(/class="figure bad"[^>]*><span>Not removed<\/span><strong>2</);
    expect(await writtenReport([outcomeRow(2, "revoked")])).not.toContain("unremoved-en");
  });

  it("tells of every role that is to be retired how many were removed, and what became of it; nothing where none is", async () => {
    const role = (id: string) => ({ id, name: { zh: `角色${id}`, en: null } });
    const outcome = (kind: "deleted" | "refused", detail: string | null) => ({
      ...{ outcome: kind, detail, requestId: "req-7", at: "2026-10-01T02:30:00Z", verifiedAt: null },
    });
    const retiring = [
      { role: role("r1"), members: 1204, removed: 1204, outcome: outcome("deleted", null) },
      { role: role("r2"), members: 3, removed: 3, outcome: outcome("refused", "41206 the role has members") },
      { role: role("r3"), members: 3, removed: 2, outcome: null },
      { role: role("r4"), members: 0, removed: 0, outcome: null },
    ];
    const open = partOf(await writtenReport([], { rolesToRetire: retiring }), "retired-en");
    expect(open).toMatch(/角色r1[\s\S]*1,204 of 1,204[\s\S]*Deleted[\s\S]*req-7/);
    expect(open).toMatch(/角色r2[\s\S]*3 of 3[\s\S]*Left alone: the provider refused[\s\S]*41206 the role has members/);
    expect(open).toMatch(/角色r3[\s\S]*2 of 3[\s\S]*To be emptied, then deleted[\s\S]*角色r4[\s\S]*To be emptied/);
    const sealed = partOf(
      await writtenReport([], { rolesToRetire: retiring, sealed: { balance, sealedAt } }),
      "retired-en",
    );
    expect(sealed).toMatch(/角色r3[\s\S]*not every member was removed[\s\S]*角色r4[\s\S]*emptied, and not deleted/);
    expect(await writtenReport([])).not.toContain("retired-en");
  });

  it("names a holder without a name by id, and scopes that could not be read as not known", async () => {
    const row = heldRow(1, "unremovable");
    row.grant.holder = { ...row.grant.holder, name: null, status: "unknown", lastDay: null, departmentId: null };
    row.grant.scopes = null;
    const apart = partOf(await writtenReport([row]), "unremoved-en");
    expect(apart).toContain("700000000000001");
    expect(apart).toContain("not known");
    expect(apart).not.toContain("null");
  });

  it("names every check with its verdict, and warns where the snapshot is incomplete", async () => {
    const { snapshot } = inventedView([]);
    const checks = [...snapshot.checks, { name: "expect-leavers", passed: false, detail: "0 leavers found" }];
    const html = await writtenReport([], { snapshot: { ...snapshot, complete: false, checks } });
    expect(partOf(html, "checks-en")).toMatch(/listings-ended.*Passed.*24 listings, 24 ended/);
    expect(partOf(html, "checks-en")).toMatch(/expect-leavers.*Failed.*0 leavers found/);
    expect(staticPart(html)).toContain("This snapshot is incomplete");
    expect(staticPart(await writtenReport([]))).not.toContain("This snapshot is incomplete");
  });

  it("sets apart what awaits approval, with the limits that tripped the brake and the command that lifts it", async () => {
    const rows = [waitingRow(1)];
    const html = await writtenReport(rows, { plan: brakeOf(rows) });
    const approval = partOf(html, "approval-en");
    expect(approval).toContain(command);
    expect(approval).toMatch(/maxExpiries.*>20<.*>1,045</);
    expect(approval).toMatch(/maxShare.*>5 %<.*>12.3 %</);
    expect(approval).toContain("a-later-limit");
    expect(html).toContain("The brake stopped the plan: 1 grant await approval");
  });

  it("gives no command where approving would do nothing: lifted, report mode, incomplete, sealed, not tripped", async () => {
    const rows = [waitingRow(1)];
    const plan = brakeOf(rows);
    const lifted = await writtenReport(rows, { plan, approval: { by: "Chen <b>", at: "2026-10-02T00:00:00Z" } });
    expect(partOf(lifted, "brake-en")).toContain("lifted by Chen &lt;b&gt; on 2026-10-02 08:00");
    const incomplete = { ...inventedView([]).snapshot, complete: false };
    const reports = await Promise.all([
      lifted,
      writtenReport(rows, { plan, mode: "report" }),
      writtenReport(rows, { plan, snapshot: incomplete }),
      writtenReport(rows, { plan, sealed: { balance, sealedAt } }),
      writtenReport(rows),
    ]);
    for (const html of reports) expect(html).not.toContain("approve --plan");
  });

  it("lists the rules of the policy even where they found nothing, then the others with their reason", async () => {
    const row = flaggedRow(1);
    for (const finding of row.findings)
      Object.assign(finding, { rule: "rule-error", then: "flag", reason: { en: "It failed", zh: "" } });
    const rules = partOf(await writtenReport([row]), "rules-en");
    expect(rules).toMatch(/leaver<\/code>.*expire.*>0<[\s\S]*rule-error<\/code>.*flag.*It failed.*>1</);
  });

  it("tells what the previous review removed, and that a first review has none", async () => {
    const removed = { grantId: "00ab", holderName: "王五", roleName: null, at: "2026-07-01T03:00:00Z" };
    const changesSincePrevious = {
      previousReview: "2026-07-01T020000Z",
      removedByPrevious: [removed],
      appeared: 12,
      vanished: 3,
    };
    const previous = partOf(await writtenReport([], { changesSincePrevious }), "previous-en");
    for (const text of ["2026-07-01T020000Z, removed 1 grant.", "12 grants appeared and 3 vanished", "王五", "00ab"]) {
      expect(previous).toContain(text);
    }
    expect(partOf(await writtenReport([]), "previous-en")).toContain("first review");
  });

  it("ends with what an auditor asks for", async () => {
    const auditor = partOf(await writtenReport([]), "auditor-en");
    for (const text of [planHash, "1a".repeat(32), "2b".repeat(32), "3c".repeat(32), "2026-10-01T020000Z", "0001"]) {
      expect(auditor).toContain(text);
    }
  });
});

describe("pageScript", () => {
  it("is what functions/report/browser builds to (else: npm run page-script)", async () => {
    expect(standingPageScript() === (await buildPageScript())).toBe(true);
  });
});
