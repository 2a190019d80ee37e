import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReportRow } from "../../functions/report/review-view.ts";
import type { HolderMember } from "../../functions/review/grants/grant.ts";
import type { WhoReviews } from "../../functions/review/people/who-reviews.ts";
import { parseDecisions } from "../../functions/review/rules/decision-file.ts";
import { answer, decideRow, downloadDecisions, rowOf, rowsIn } from "./decisive-reviewer.ts";
import { flaggedRow, heldRow, inventedGrant, outcomeRow, silentRow, waitingRow } from "./invented-review.ts";
import { describeLongReport } from "./long-report.ts";
import { type OpenBrowser, openBrowser } from "./open-browser.ts";
import { describeRoundTrip } from "./round-trip.ts";
import { writtenReport } from "./written-report.ts";

let chromium: OpenBrowser;

beforeAll(async () => {
  chromium = await openBrowser();
});
afterAll(() => chromium.close());

const idOf = (figure: number): string => inventedGrant(figure).id;

const reviewer = "wang.fang@example.com";

/** Far enough for any day the tests run on, and within 400 days of it. */
const untilDay = (): string => new Date(Date.now() + 100 * 86_400_000).toISOString().slice(0, 10);

/** Rows that differ in what a filter or an order looks at. */
const someRows = (): ReportRow[] => {
  const rows = [
    waitingRow(1),
    outcomeRow(2, "refused"),
    heldRow(3, "too-new"),
    flaggedRow(4),
    silentRow(5),
    silentRow(6),
  ];
  rows[3]!.grant.holder = { ...rows[3]!.grant.holder, status: "leaving", name: "Zoë Ångström", departmentId: "od-1" };
  rows[3]!.findings[0]!.rule = "leaving-soon";
  rows[4]!.grant.role = {
    ...rows[4]!.grant.role,
    id: "r-2",
    name: { zh: "审计员", en: "Auditor" },
    description: { zh: "查看全部账目", en: "Sees every ledger" },
  };
  rows[4]!.reviewer = { id: "u-9", name: "陈子海" };
  return rows;
};

const shownIds = (page: Page): Promise<(string | null)[]> =>
  rowsIn(page).evaluateAll((rows) => rows.map((row) => row.getAttribute("data-grant")));

const choose = (page: Page, label: string, value: string) =>
  page.getByLabel(label, { exact: true }).selectOption(value);

describe("report.html in a browser", () => {
  it("opens from disk without any request, and says the same in the other language after a click", async () => {
    const { page, requests, faults } = await chromium.open(await writtenReport(someRows()));
    expect(await page.locator("h1:visible").textContent()).toBe("Access review people-hq");
    expect(await rowOf(page, idOf(1)).textContent()).toContain("The holder has left the company");
    await page.getByText("中文").click();
    expect(await page.locator("h1:visible").textContent()).toBe("权限复核 people-hq");
    expect(await rowOf(page, idOf(1)).textContent()).toContain("持有人已离职");
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
    expect([requests, faults]).toEqual([[], []]);
  });

  it("finds what is one reviewer's, and what nobody is left to review", async () => {
    const rows = someRows();
    const by = { id: "u-9", name: "陈子海", by: "manager", delegateOf: "u-8" } as const;
    for (const [at, row] of rows.entries()) row.reviewer = at === 0 ? null : by;
    const whoReviews = {
      formatVersion: 1,
      asOf: "2026-10-01T02:11:00Z",
      rules: { order: ["manager"], roleOwners: {}, fallback: null, delegates: [] },
      reviewers: [],
      formerReviewers: [],
      coverage: null,
    } satisfies WhoReviews;
    const { page } = await chromium.open(await writtenReport(rows, { whoReviews }));
    await choose(page, "Reviewer", "nobody");
    expect(await shownIds(page)).toEqual([idOf(1)]);
    await choose(page, "Reviewer", "u-9");
    expect(await shownIds(page)).not.toContain(idOf(1));
    await rowOf(page, idOf(2)).getByRole("button", { name: "Details" }).first().click();
    expect(await rowOf(page, idOf(2)).textContent()).toContain("Reviewer: 陈子海 (manager, for u-8)");
  });

  it("lists what needs a person first, and every grant where that is asked for", async () => {
    const { page } = await chromium.open(await writtenReport(someRows()));
    expect(await shownIds(page)).toEqual([2, 1, 3, 4].map(idOf));
    await page.getByRole("button", { name: /^All/ }).click();
    expect((await shownIds(page)).toSorted()).toEqual([1, 2, 3, 4, 5, 6].map(idOf));
  });

  it("narrows to one rule, role, department, reviewer, standing or status", async () => {
    const { page } = await chromium.open(await writtenReport(someRows()));
    await page.getByRole("button", { name: /^All/ }).click();
    for (const [label, value, figures] of [
      ["Rule", "leaving-soon", [4]],
      ["Role", "r-2", [5]],
      ["Department", "od-1", [4]],
      ["Reviewer", "u-9", [5]],
      ["What becomes of it", "held", [3]],
      ["Holder", "leaving", [4]],
    ] as const) {
      await choose(page, label, value);
      expect([label, await shownIds(page)]).toEqual([label, figures.map(idOf)]);
      await choose(page, label, "");
      expect(await shownIds(page)).toHaveLength(6);
    }
  });

  it("calls departments by the names that the review knows, where one looks, searches and chooses", async () => {
    const departmentNames = new Map([["od-77", "结算部"]]);
    const { page } = await chromium.open(await writtenReport(someRows(), { departmentNames }));
    expect(await rowOf(page, idOf(1)).textContent()).toContain("结算部");
    expect(await page.getByLabel("Department", { exact: true }).textContent()).toContain("结算部 (5)");
    await page.getByRole("searchbox").fill("结算部");
    expect((await shownIds(page)).toSorted()).toEqual([1, 2, 3].map(idOf));
  });

  it("finds words of names, roles, scopes and ids wherever they stand, and follows a chart's link to its rule", async () => {
    const { page } = await chromium.open(await writtenReport(someRows()));
    await page.getByRole("button", { name: /^All/ }).click();
    const search = page.getByRole("searchbox");
    for (const [text, figures] of [
      ["ångström", [4]],
      ["auditor 华东", [5]],
      [idOf(6), [6]],
      ["no such thing", []],
    ] as const) {
      await search.fill(text);
      expect(await shownIds(page)).toEqual(figures.map(idOf));
    }
    expect(await page.locator(".nothing").textContent()).toBe("No grant matches.");
    await page.locator(".in-en svg a[href='#rule=leaving-soon']").click();
    await expect.poll(() => shownIds(page)).toEqual([idOf(4)]);
  });

  it("orders by holder, and by the oldest date of grant", async () => {
    const rows = [silentRow(1), silentRow(2), silentRow(3)];
    for (const [at, grantedAt] of ["2025-03-01T00:00:00Z", null, "2024-01-01T00:00:00Z"].entries())
      rows[at]!.grant.grantedAt = grantedAt;
    const { page } = await chromium.open(await writtenReport(rows));
    await choose(page, "Order", "granted");
    expect(await shownIds(page)).toEqual([2, 3, 1].map(idOf));
    await choose(page, "Order", "holder");
    expect(await shownIds(page)).toEqual([1, 2, 3].map(idOf));
  });

  it("tells of a row why it is there, with its facts, its role's description, scopes by name and history", async () => {
    const row = flaggedRow(1);
    row.grant.role = { ...row.grant.role, description: { zh: "查看全部账目", en: "Sees every ledger" } };
    row.history = {
      changes: ["moved"],
      movedFrom: "od-1",
      removals: [{ review: "2026-04-01T020000Z", outcome: "revoked", at: "2026-04-02T00:00:00Z" }],
      decisions: [
        {
          ...{
            review: "2026-07-01T020000Z",
            decision: "keep",
            until: "2026-09-30T15:59:59Z",
            reviewer: "chen@example.com",
          },
          ...{ reason: "audit season", provenBy: "file", decidedAt: "2026-07-03T00:00:00Z", fault: null },
        } as const,
      ],
    };
    const { page } = await chromium.open(await writtenReport([row]));
    const shown = rowOf(page, idOf(1));
    for (const text of [
      "The holder has left the company",
      "last day 2026-08-31",
      "granted 2025-03-04",
      "moved from 华东销售部",
    ]) {
      expect(await shown.textContent()).toContain(text);
    }
    await page.getByRole("button", { name: /^Details of/ }).click();
    const told = (await shown.locator(".detail").textContent()) ?? "";
    for (const text of [
      ...["Sees every ledger", "Department: 华东销售部, od-2", "First seen 2026-01-01", "A rule takes it whatever"],
      ...[
        "review 2026-04-01T020000Z revoked it on 2026-04-02",
        "Kept by chen@example.com until 2026-09-30 — audit season",
      ],
    ]) {
      expect(told).toContain(text);
    }
  });

  it("tells who is in a group, with the status of each: by id where nobody is to be named, and a hundred of many", async () => {
    const group = (figure: number, members: HolderMember[]) =>
      flaggedRow(figure, { kind: "group", name: "平台管理员", members });
    const zhang: HolderMember = { id: "u-1", status: "disabled", name: "张伟", email: "zhang@example.com" };
    const many = Array.from(
      { length: 1_000 },
      (_, at): HolderMember => ({ ...zhang, id: `u-${at}`, name: `成员${at}` }),
    );
    const nameless: HolderMember = { id: "u-2", status: "active", name: null, email: null };
    const html = await writtenReport([group(1, [zhang, nameless]), group(2, many), group(3, []), flaggedRow(4)]);
    const { page } = await chromium.open(html);
    const toldOf = async (figure: number): Promise<string> => {
      const row = rowOf(page, idOf(figure));
      await row.getByRole("button", { name: /^Details of/ }).click();
      return (await row.locator(".detail").textContent()) ?? "";
    };
    expect(await toldOf(1)).toMatch(/Members of the group \(2\)\s*张伟: disabledu-2: active/);
    expect(await toldOf(2)).toMatch(/Members of the group \(1,000\).*成员99: disabledand 900 more/);
    expect(await toldOf(3)).toContain("Nobody is in the group.");
    expect(await toldOf(4)).not.toContain("Members of the group");
    await page.getByRole("searchbox").fill("张伟");
    expect(await shownIds(page)).toEqual([idOf(1)]);
  });

  it("keeps its place and its focus: scrolling past an expanded row, marking by keyboard", async () => {
    const rows = Array.from({ length: 300 }, (_, figure) => heldRow(figure + 1, "too-new"));
    const { page } = await chromium.open(await writtenReport(rows));
    const box = rowsIn(page).nth(2).locator("input");
    await box.focus();
    await page.keyboard.press("Space");
    expect(await box.isChecked()).toBe(true);
    expect(await box.evaluate((input) => input.ownerDocument.activeElement === input)).toBe(true);
    await rowsIn(page).first().locator(".chevron").click();
    const height = () => page.evaluate("document.body.scrollHeight");
    const tall = await height();
    await page.evaluate("scrollTo(0, 12000)");
    await expect.poll(() => rowOf(page, idOf(1)).count()).toBe(0);
    expect(await height()).toBe(tall);
    const seen = await page.evaluate(
      "[...document.querySelectorAll('.slice .row')].some((row) => row.getBoundingClientRect().top <= 0) && [...document.querySelectorAll('.slice .row')].some((row) => row.getBoundingClientRect().bottom >= innerHeight)",
    );
    expect(seen).toBe(true);
  });

  it("leaves the rows that stay in sight untouched while it scrolls, and has rows above and below once it rests", async () => {
    const rows = Array.from({ length: 300 }, (_, figure) => heldRow(figure + 1, "too-new"));
    const { page } = await chromium.open(await writtenReport(rows));
    await page.evaluate(`(() => {
      const [slice] = document.getElementsByClassName("slice");
      scrollTo(0, 6000);
      window.removed = [];
      new MutationObserver((changes) => {
        for (const { removedNodes } of changes) for (const row of removedNodes) window.removed.push(row.isConnected);
      }).observe(slice, { childList: true });
    })()`);
    const hidden = (side: string) =>
      page.evaluate(
        `[...document.querySelectorAll(".slice .row")].filter((row) => { const { top, bottom } = row.getBoundingClientRect(); return ${side}; }).length`,
      );
    await expect.poll(() => hidden("bottom < 0")).toBeGreaterThanOrEqual(9);
    await expect.poll(() => hidden("top > innerHeight")).toBeGreaterThanOrEqual(9);
    // The last of the hidden rows may still be drawn, and would count as a row that the scrolling builds.
    await page.evaluate(`(async () => {
      for (let quiet = 0; quiet < 5; quiet += 1) {
        const count = document.getElementsByClassName("slice")[0].childElementCount;
        await new Promise(requestAnimationFrame);
        if (document.getElementsByClassName("slice")[0].childElementCount !== count) quiet = 0;
      }
    })()`);
    const first = await rowsIn(page).first().getAttribute("data-grant");
    await page.evaluate("removed.length = 0; scrollBy(0, 200)");
    await expect.poll(() => rowsIn(page).first().getAttribute("data-grant")).not.toBe(first);
    const removed = await page.evaluate<boolean[]>("removed");
    expect(removed.length).toBeGreaterThan(0);
    expect(removed.length).toBeLessThan(6);
    expect(removed).not.toContain(true);
  });

  it("claims no counts before all rows are unpacked, and keeps what is being typed when they come", async () => {
    const { page, path } = await chromium.open(await writtenReport(someRows()));
    const held = await page.addInitScript(`{
      const Real = DecompressionStream;
      const come = new Promise((resolve) => { window.come = resolve; });
      let opened = 0;
      window.DecompressionStream = function (format) {
        const { readable, writable } = new Real(format);
        opened += 1;
        if (opened === 1) return { readable, writable };
        const held = new TransformStream({ start: () => come });
        return { readable: readable.pipeThrough(held), writable };
      };
    }`);
    await page.goto(pathToFileURL(path).href);
    await held.dispose();
    await page.locator("html.ready").waitFor({ state: "attached" });
    const told = () => page.locator(".shares button, .shown, .note, .nothing").allTextContents();
    expect(await told()).toEqual(["With findings 4", "Undecided 4", "Decided 0", "All …", "4 of …", "", ""]);
    await page.getByRole("searchbox").pressSequentially("lin");
    await page.evaluate("come()");
    await page.locator("html.whole").waitFor({ state: "attached" });
    await page.keyboard.type("@");
    expect(await page.getByRole("searchbox").inputValue()).toBe("lin@");
    expect((await told()).slice(3, 5)).toEqual(["All 6", "4 of 6"]);
  });

  it("shows hostile names as they are: markup, quotes, other writing directions, emoji, 200 characters", async () => {
    const names = [
      `<img src=x onerror="document.title='broken'">`,
      `"'&amp;</script>`,
      "\u202e مرحبا",
      "👩‍👩‍👧",
      "长".repeat(200),
    ];
    const rows = names.map((name, figure) => flaggedRow(figure, { name }));
    const { page, faults } = await chromium.open(await writtenReport(rows));
    const shown = await rowsIn(page).locator(".holder bdi:first-child").allTextContents();
    expect(shown.filter((text) => names.includes(text)).toSorted()).toEqual(names.toSorted());
    expect(await page.title()).toContain("people-hq");
    expect(faults).toEqual([]);
  });
});

describe("deciding in report.html", () => {
  it("keeps decisions over a reload, undoes the last, and downloads them as decide takes them", async () => {
    const { page } = await chromium.open(await writtenReport([flaggedRow(1), flaggedRow(2), flaggedRow(3)]));
    expect(await page.locator("input[type=checkbox]:checked").count()).toBe(0);
    const until = untilDay();
    await decideRow(page, idOf(1), "keep", { reviewer, until, reason: `=HYPERLINK("x"), she\nstill needs it` });
    await decideRow(page, idOf(2), "revoke", { reason: "moved on" });
    await decideRow(page, idOf(3), "revoke", { reason: "by mistake" });
    await page.getByRole("button", { name: "Undo" }).click();
    await page.reload();
    expect(await rowOf(page, idOf(1)).textContent()).toContain(`Keep until ${until}`);
    const { name, text } = await downloadDecisions(page);
    expect(name).toBe("decisions-people-hq-2026-10-01T020000Z.csv");
    expect(text).toContain(`"'=HYPERLINK(""x"")`);
    const { decisions, faults } = parseDecisions(text, name, "Asia/Shanghai");
    expect(faults).toEqual([]);
    expect(decisions).toMatchObject([
      {
        review: "2026-10-01T020000Z",
        grantId: idOf(1),
        decision: "keep",
        reviewer,
        reason: `=HYPERLINK("x"), she\nstill needs it`,
      },
      { grantId: idOf(2), decision: "revoke", until: null, reason: "moved on" },
    ]);
    expect(decisions[0]?.until?.slice(0, 10)).toBe(until);
  });

  it("asks for a reason and a day, however many grants are kept, and warns where that is everything", async () => {
    const { page } = await chromium.open(await writtenReport([flaggedRow(1), flaggedRow(2)]));
    await page.getByLabel("Select all that are shown").check();
    await page.locator(".decision-bar button.keep").click();
    expect(await page.locator("dialog").textContent()).toContain("This keeps everything that is shown");
    expect(await page.locator("dialog [name=until]").inputValue()).toBe("");
    await answer(page, { reviewer, reason: "all fine" });
    expect(await page.locator("dialog .fault").textContent()).toBe("Please fill this in.");
    await answer(page, { until: "2099-01-01" });
    expect(await page.locator("dialog .fault").textContent()).toMatch(/^A day from/);
    await answer(page, { until: untilDay(), reason: " " });
    expect(await page.locator("dialog .fault").textContent()).toBe("Please fill this in.");
    await answer(page, { reason: "each is still in the team" });
    await expect.poll(() => page.locator("dialog").count()).toBe(0);
    expect(await page.locator(".decision-bar").textContent()).toContain("2 decided");
  });

  it("refuses a decision on one's own grant, and leaves it out of many", async () => {
    const own = flaggedRow(1, { email: reviewer });
    const { page } = await chromium.open(await writtenReport([own, flaggedRow(2), flaggedRow(3)]));
    await decideRow(page, idOf(1), "keep", {
      reviewer: ` ${reviewer.toUpperCase()} `,
      until: untilDay(),
      reason: "mine",
    });
    expect(await page.locator("dialog .fault").textContent()).toContain("nobody decides on their own");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByLabel("Select all that are shown").check();
    await page.locator(".decision-bar button.revoke").click();
    await answer(page, { reviewer, reason: "left the team" });
    expect(await page.locator(".said").textContent()).toContain("1 grant of your own left out");
    expect(await page.locator(".decision-bar").textContent()).toContain("2 decided");
    expect(await rowOf(page, idOf(1)).textContent()).toContain("This grant is your own");
  });

  it("takes none where the review is sealed, and shows nothing to decide of what is gone", async () => {
    const balance = {
      ...{ population: 912, kept: 911, revoked: 1, alreadyGone: 0, changed: 0, refused: 0 },
      ...{ failed: 0, unverified: 0, held: 0, pending: 0, narrowed: 0, balanced: true },
    };
    const sealed = await chromium.open(
      await writtenReport([flaggedRow(1)], { sealed: { balance, sealedAt: "2026-10-02T17:00:00Z" } }),
    );
    expect(await sealed.page.locator("button.keep, button.revoke, input[type=checkbox]").count()).toBe(0);
    expect(await sealed.page.locator(".cell.decision").filter({ visible: true }).count()).toBe(0);
    expect(await sealed.page.locator(".note").textContent()).toContain("takes no more decisions");
    const heads = sealed.page.locator("[role=columnheader]").filter({ visible: true });
    expect((await heads.allTextContents()).filter((text) => text.trim() === "")).toEqual([]);
    const { page } = await chromium.open(await writtenReport([outcomeRow(1, "revoked"), flaggedRow(2)]));
    expect(await rowOf(page, idOf(1)).locator("button.keep").count()).toBe(0);
    expect(await rowOf(page, idOf(2)).locator("button.keep").count()).toBe(1);
  });
});

const withoutFault = async (page: Page): Promise<unknown[]> => {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = (await page.evaluate(`axe.run({ resultTypes: ["violations"] })`)) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => ({ id, html: nodes[0]?.html }));
};

describe("report.html for everybody", () => {
  const openWide = async (language: "zh" | "en", colorScheme: "light" | "dark", width: number) => {
    const rows = [...someRows(), heldRow(20, "too-new"), heldRow(21, "too-new")];
    const html = await writtenReport(rows, { language });
    const opened = await chromium.open(html, { colorScheme, viewport: { width, height: 844 } });
    await rowsIn(opened.page).first().locator(".chevron").click();
    await rowsIn(opened.page).nth(1).locator("input[type=checkbox]").check();
    return opened;
  };

  it.each([
    ["zh", "light", 1280],
    ["en", "dark", 1280],
    ["zh", "dark", 390],
    ["en", "light", 390],
  ] as const)("never scrolls sideways: %s, %s, %i wide", async (language, colorScheme, width) => {
    const { page } = await openWide(language, colorScheme, width);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  });

  // Each language, each scheme of colours and each layout is in one of the two.
  it.each([
    ["zh", "light", 1280],
    ["en", "dark", 390],
  ] as const)("has no serious fault that axe finds: %s, %s, %i wide", async (language, colorScheme, width) => {
    const { page } = await openWide(language, colorScheme, width);
    expect(await withoutFault(page)).toEqual([]);
    await page.locator(".decision-bar button.keep").click();
    expect(await withoutFault(page)).toEqual([]);
  });

  it.each(["zh", "en"] as const)(
    "keeps each label of a chart clear of its figure on a phone, and calls a link by its whole label: %s",
    async (language) => {
      const reason = {
        zh: "授权覆盖全部部门而无人需要".repeat(4),
        en: "WHOEVER MOVED KEEPS WHAT THEY HAD ".repeat(4).trim(),
      };
      const rows = someRows();
      rows[3]!.findings[0]!.reason = reason;
      const html = await writtenReport(rows, { language });
      const { page } = await chromium.open(html, { viewport: { width: 390, height: 844 } });
      const chart = page.locator(".chart:visible").first();
      const boxes = await chart.locator("text").evaluateAll((texts) =>
        texts.map((text) => {
          const { left, right } = text.getBoundingClientRect();
          return { left, right };
        }),
      );
      expect(boxes).toHaveLength(4);
      for (const [label, figure] of [boxes.slice(0, 2), boxes.slice(2)] as const)
        expect(label!.right).toBeLessThan(figure!.left);
      const link = chart.getByRole("link", { name: reason[language], exact: true });
      expect(await link.getAttribute("href")).toBe("#rule=leaving-soon");
    },
  );

  it("follows the light and the dark of the system", async () => {
    const html = await writtenReport(someRows());
    const grounds: unknown[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await chromium.open(html, { colorScheme });
      grounds.push(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
    }
    expect(grounds).toEqual(["rgb(245, 246, 248)", "rgb(18, 21, 25)"]);
  });

  it("prints every row that is shown, without what only a screen can do", async () => {
    const rows = Array.from({ length: 150 }, (_, figure) => heldRow(figure, "too-new"));
    const { page } = await chromium.open(await writtenReport(rows));
    expect(await rowsIn(page).count()).toBeLessThan(60);
    const isWhole = () => page.evaluate("document.querySelector('#auditor-en > div').checkVisibility()");
    expect(await isWhole()).toBe(false);
    await page.emulateMedia({ media: "print" });
    // What is folded on a screen is whole on paper, without any script.
    expect(await isWhole()).toBe(true);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await rowsIn(page).count()).toBe(150);
    expect(await page.locator(".toolbar:visible, .tools:visible, button:visible").count()).toBe(0);
    const paper = await page.pdf({ format: "A4" });
    expect(paper.toString("latin1").match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(5);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await rowsIn(page).count()).toBeLessThan(60);
  });

  describeLongReport(() => chromium, { grants: 3_000, megabytes: 2 });
});

describe("report.html and the CLI", () => {
  describeRoundTrip(() => chromium);
});
