import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ReceiptModel, ReviewModel } from "../../../functions/desk/model.ts";
import { pageOf } from "../../../functions/desk/pages/page-of.ts";
import { signedDecisionsOf } from "../../../functions/ledger/signed-decisions.ts";
import { reviewKeys } from "../../../functions/review/keys.ts";
import type { WhoReviews } from "../../../functions/review/people/who-reviews.ts";
import type { Store } from "../../../functions/review/ports.ts";
import { launchBrowser } from "../../report/open-browser.ts";
import { endLives, type Life, openLife, sourceId } from "../../review-life/open-life.ts";
import { planReview } from "../../review-life/run-review.ts";
import { busiestReviewer, type Browser as Reader } from "../open-desk.ts";
import { type ServedDesk, serveDesk } from "./served-desk.ts";

let life: Life;
let desk: ServedDesk;
let review: string;
let reader: Reader;
let chromium: Browser;
let open: ReviewModel;
const store = { isFailing: false };

/** Named in the first sentence, above the first row. */
const contact = { en: "IT Security (it-security@example.com)", zh: "信息安全组（it-security@example.com）" };

/** A store that fails to write while it is told to. */
const failing = (real: Store): Store => ({
  ...real,
  create: (...given) => (store.isFailing ? Promise.reject(new Error("the disk is full")) : real.create(...given)),
});

beforeAll(async () => {
  life = await openLife({ people: 200 });
  const { policy } = life.config;
  policy.decideWithinDays = 14;
  policy.rules.push({
    id: "each-quarter",
    when: 'holder.status == "active"',
    then: "flag",
    noticeDays: 0,
    overridable: true,
    onNoDecision: "keep",
    reason: { en: "Each is confirmed once a quarter", zh: "每季度逐项确认" },
  });
  ({ review } = await planReview(life));
  desk = await serveDesk(life, { stage: { store: failing(life.store) }, desk: { contact } });
  reader = desk.as({
    subject: "on_manager",
    name: "王芳",
    people: { [sourceId]: [await busiestReviewer(life, review)] },
  });
  open = (await (await reader.get(`/reviews/${sourceId}/${review}`)).json()) as ReviewModel;
  chromium = await launchBrowser();
});
afterAll(async () => {
  await chromium.close();
  await desk.close();
  await endLives();
});

// The clock stands still otherwise, and the desk admits 30 requests a second.
beforeEach(() => life.clock.sleep(2_000));

/** Whoever has the fewest grants to decide on, but so many at least; not the reader. */
async function reviewerOf(grants: number): Promise<string> {
  const who = await life.store.getJson<WhoReviews>(reviewKeys(sourceId, review).assessment("0001").reviewers);
  const ranked = who!.reviewers.filter(({ id, undecided }) => id !== null && undecided >= grants);
  return ranked.sort((a, b) => a.undecided - b.undecided)[0]!.id!;
}

const reviewUrl = (): string => `${desk.url}/reviews/${sourceId}/${review}`;

/** A page of somebody's browser. `acts`: how often they clicked or pressed a key. */
type Sitting = { page: Page; acts: () => number; faults: string[] };

const phone = { width: 390, height: 844 };

/** One page a language serves everybody, one after another: a context of its own takes longer than most of these tests. */
const seats = new Map<string, Sitting & { forget(): void }>();

async function seatOf(locale: string): Promise<Sitting & { forget(): void }> {
  const seat = seats.get(locale);
  if (seat) return seat;
  const context = await chromium.newContext({ locale });
  let acts = 0;
  await context.exposeFunction("acted", () => {
    acts += 1;
  });
  await context.addInitScript(
    `for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => acted(), { capture: true });`,
  );
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on(
    "console",
    (message) => /Content Security Policy|Refused/.test(message.text()) && faults.push(message.text()),
  );
  page.on("popup", () => faults.push("a new window"));
  page.on("download", () => faults.push("a download"));
  const forget = (): void => {
    acts = 0;
    faults.splice(0);
  };
  const opened = { page, acts: () => acts, faults, forget };
  seats.set(locale, opened);
  return opened;
}

type Looks = { locale?: string; viewport?: { width: number; height: number }; colorScheme?: "light" | "dark" };

/** Gives somebody a browser in which nobody has marked anything. */
async function sitDown(
  { locale = "en-GB", viewport = phone, colorScheme }: Looks = {},
  who: Reader = reader,
): Promise<Sitting> {
  const { forget, ...sitting } = await seatOf(locale);
  const { page } = sitting;
  await page.unrouteAll();
  if (page.url().startsWith(desk.url)) await page.evaluate("localStorage.clear()");
  const [name = "", value = ""] = who.cookie.split("=");
  await page.context().clearCookies();
  await page.context().addCookies([{ name, value, url: desk.url }]);
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme: colorScheme ?? null });
  forget();
  return sitting;
}

async function openReview(page: Page, more = ""): Promise<void> {
  await page.goto(`${reviewUrl()}${more}`);
  await page.locator("html.whole").waitFor({ state: "attached" });
}

const row = (page: Page, grantId: string) => page.locator(`#g-${grantId}`);
const button = (page: Page, grantId: string, text: string) => row(page, grantId).getByText(text, { exact: true });
const submitButton = (page: Page) => page.locator("#submit-bar button.save");
const decision = (page: Page, grantId: string) =>
  row(page, grantId).locator("input[type=radio]:checked").getAttribute("value");
const isChecked = (page: Page, grantId: string) => row(page, grantId).locator("input[type=radio]:checked").count();

/** Grants that ask for a decision and have none yet. */
const undecided = async (): Promise<ReviewModel["rows"]> => {
  const model = (await (await reader.get(`/reviews/${sourceId}/${review}`)).json()) as ReviewModel;
  return model.rows.filter(
    ({ asksForDecision, decision: made, effects }) => asksForDecision && !made && effects.keep.works,
  );
};
const files = () => signedDecisionsOf({ store: life.store, sourceId, review });

describe("a reviewer's page", () => {
  it("has the first row's buttons above the fold of a phone", async () => {
    const { page } = await sitDown();
    await openReview(page);
    const bar = (await page.locator("#submit-bar").boundingBox())!;
    const buttons = (await page.locator(".ask .choices").first().boundingBox())!;
    expect(buttons.y + buttons.height).toBeLessThan(bar.y);
  });

  it("can be used by the keyboard alone", async () => {
    const [first] = await undecided();
    const { page } = await sitDown({ viewport: { width: 1440, height: 900 } });
    await openReview(page);
    const focused = (): Promise<string> =>
      page.evaluate("document.activeElement?.closest('.ask')?.id ?? document.activeElement?.className ?? ''");
    const tabTo = async (is: (at: string) => boolean): Promise<void> => {
      for (let presses = 0; presses < 400 && !is(await focused()); presses += 1) await page.keyboard.press("Tab");
    };
    await tabTo((at) => at === `g-${first!.grantId}`);
    await page.keyboard.press("Space");
    expect(await decision(page, first!.grantId)).toBe("keep");
    await page.keyboard.press("ArrowRight");
    expect(await decision(page, first!.grantId)).toBe("revoke");
    await page.keyboard.press("Enter");
    await page.locator(".receipt").waitFor();
    expect((await files()).at(-1)!.decisions).toMatchObject([{ grantId: first!.grantId, decision: "revoke" }]);
  });

  it("takes three acts for one grant, from the link to the receipt: open, keep, submit", async () => {
    const [first] = await undecided();
    const { page, acts, faults } = await sitDown();
    await openReview(page);
    await button(page, first!.grantId, "Keep").click();
    await submitButton(page).click();
    await page.locator(".receipt").waitFor();
    expect(1 + acts()).toBe(3);
    expect(await page.locator("h1").textContent()).toBe("1 decision is recorded");
    expect(page.url()).toContain(`?receipt=${(await files()).at(-1)!.number}`);
    expect(faults).toEqual([]);
  });

  it("takes no more than five acts for all of one role, and records one act", async () => {
    const { page, acts } = await sitDown();
    await openReview(page);
    const all = page.locator("#asking .group-head [data-mark=keep]").first();
    const count = Number(/\d+/.exec((await all.textContent())!)![0]);
    await all.click();
    await submitButton(page).click();
    await page.locator(".receipt").waitFor();
    expect(1 + acts()).toBeLessThanOrEqual(5);
    const stored = (await files()).at(-1)!;
    expect([stored.decisions.length, stored.oneAct]).toEqual([count, true]);
  });

  it("says how many it suggests before it marks them, and can take them back", async () => {
    const { page } = await sitDown();
    await openReview(page);
    const suggest = page.locator("[data-mark=suggested]");
    const count = Number(/keep (\d+)/.exec((await suggest.textContent())!)![1]);
    await suggest.click();
    expect(await page.locator("#asking input[value=keep]:checked").count()).toBe(count);
    expect(await submitButton(page).textContent()).toBe(`Submit ${count} decisions`);
    const marked = page.locator("#asking .ask:has(input[value=keep]:checked)").first();
    expect(await marked.locator(".own-fields").count()).toBe(0);
    await marked.getByText("Keep", { exact: true }).click();
    expect(await marked.getByRole("button", { name: "Project is still running" }).count()).toBe(1);
    await page.locator(".clear").click();
    expect(await page.locator("input[type=radio]:checked").count()).toBe(0);
  });

  it("takes a day and a reason of a row's own, by a chip or by words", async () => {
    const [first, second] = await undecided();
    const { page } = await sitDown();
    await openReview(page);
    await button(page, first!.grantId, "Keep").click();
    await row(page, first!.grantId).locator("[data-field=until]").selectOption(open.keepChoices.months[0]!.until);
    await row(page, first!.grantId).getByRole("button", { name: "Stands in for a colleague" }).click();
    await row(page, second!.grantId).getByRole("radio", { name: "Revoke" }).check();
    await row(page, second!.grantId).locator("[data-field=reason]").fill("moved to the shop");
    await submitButton(page).click();
    await page.locator(".receipt").waitFor();
    const stored = (await files()).at(-1)!.decisions;
    expect(stored.map(({ grantId, reason }) => [grantId, reason])).toEqual([
      [first!.grantId, "Stands in for a colleague"],
      [second!.grantId, "moved to the shop"],
    ]);
  });

  it("groups by role or by person, and keeps what is marked", async () => {
    const [first] = await undecided();
    const { page } = await sitDown();
    await openReview(page);
    await button(page, first!.grantId, "Revoke").click();
    await page.getByText("By person", { exact: true }).click();
    await expect.poll(() => page.locator("[data-order=person]").getAttribute("aria-current")).toBe("true");
    expect(await decision(page, first!.grantId)).toBe("revoke");
    expect(await page.locator(".ask").count()).toBe(open.rows.length);
  });
});

describe("a page of many rows", () => {
  /** The reader's own page, as if they had that many rows. */
  function longPage(count: number): { html: string; rows: ReviewModel["rows"] } {
    const [first] = open.rows.filter(({ suggestion, asksForDecision }) => suggestion && asksForDecision);
    const rows = Array.from({ length: count }, (_, at) => ({ ...first!, grantId: at.toString(16).padStart(16, "0") }));
    const { html } = pageOf(
      { page: "review", model: { ...open, rows, progress: { toDecide: count, decided: 0, others: 0 } } },
      {
        viewer: { name: "王芳", csrf: reader.csrf, isOperator: false, isApprover: false, isPerson: true },
        language: "en",
        timezone: "Asia/Shanghai",
        now: open.request.takenAt,
        basePath: "",
        path: new URL(reviewUrl()).pathname,
        requestId: "request-of-many",
        contact: null,
        sent: null,
        asked: { byPerson: false, asSuggested: false, allRows: false, done: null },
      },
    );
    return { html, rows };
  }

  it("opens with the first twenty, small enough for a phone, and marks all of them at one press", async () => {
    expect(longPage(2_000).html.length).toBeLessThan(200_000);
    // `bench -- desk` opens 2,000 rows in a browser: they take seconds.
    const { html, rows } = longPage(300);
    expect(html.match(/<li class="ask" id/g)).toHaveLength(20);
    const { page } = await sitDown();
    await page.route(reviewUrl(), (route) => {
      const isJson = route.request().headers().accept === "application/json";
      return route.fulfill(isJson ? { json: { rows } } : { body: html, contentType: "text/html; charset=utf-8" });
    });
    await page.goto(reviewUrl());
    await page.locator("html.ready").waitFor({ state: "attached" });
    await page.locator("[data-mark=suggested]").click();
    await expect.poll(() => submitButton(page).textContent()).toBe("Submit 300 decisions");
    expect(await page.locator("#submit-bar .said").textContent()).toContain("More than 200 kept at once");
  });
});

describe("what was marked", () => {
  it("stays where a grant has changed: the page says which, and nothing was stored", async () => {
    const [first, second] = await undecided();
    const before = (await files()).length;
    const { page } = await sitDown();
    await openReview(page);
    await page.route("**/decisions", (route) =>
      route.continue({ postData: route.request().postData()!.replace(first!.seen, "0".repeat(64)) }),
    );
    await button(page, first!.grantId, "Keep").click();
    await button(page, second!.grantId, "Revoke").click();
    await submitButton(page).click();
    const refusal = page.locator("#submit-bar .refusal");
    await refusal.waitFor();
    expect(await refusal.textContent()).toContain("Something has changed since you looked");
    expect(await refusal.textContent()).toContain(first!.holder.name!);
    expect([await decision(page, first!.grantId), await decision(page, second!.grantId)]).toEqual(["keep", "revoke"]);
    expect(await files()).toHaveLength(before);
    await refusal.getByRole("button", { name: "Show what has changed" }).click();
    await page.locator("html.whole").waitFor({ state: "attached" });
    expect(await decision(page, second!.grantId)).toBe("revoke");
  });

  it("stays where the store fails and where nobody answers, and goes once it answers again", async () => {
    const [first] = await undecided();
    const before = (await files()).length;
    const { page } = await sitDown();
    await openReview(page);
    await button(page, first!.grantId, "Keep").click();
    store.isFailing = true;
    await submitButton(page).click();
    await page.locator("#submit-bar .refusal").waitFor();
    store.isFailing = false;
    expect(await page.locator("#submit-bar .refusal").textContent()).toContain("Your marks are kept");
    await page.route("**/decisions", (route) => route.abort());
    await submitButton(page).click();
    await expect.poll(() => page.locator("#submit-bar .said").textContent()).toContain("could not be reached");
    await page.unroute("**/decisions");
    expect(await decision(page, first!.grantId)).toBe("keep");
    expect(await files()).toHaveLength(before);
    await submitButton(page).click();
    await page.locator(".receipt").waitFor();
    expect(await files()).toHaveLength(before + 1);
  });

  it("is stored once, however fast one presses twice", async () => {
    const [first] = await undecided();
    const before = (await files()).length;
    const { page } = await sitDown();
    await openReview(page);
    await button(page, first!.grantId, "Keep").click();
    await submitButton(page).dblclick();
    await page.locator(".receipt").waitFor();
    expect(await files()).toHaveLength(before + 1);
  });

  it("is still there after going away and back, and is gone once it is submitted", async () => {
    const [first] = await undecided();
    const { page } = await sitDown();
    await openReview(page);
    await button(page, first!.grantId, "Keep").click();
    await page.locator("a.brand").click();
    await page.locator(".tasks").waitFor();
    await page.goBack();
    await page.locator("html.whole").waitFor({ state: "attached" });
    expect(await decision(page, first!.grantId)).toBe("keep");
    await submitButton(page).click();
    await page.locator(".receipt").waitFor();
    await page.goBack();
    await page.locator("html.whole").waitFor({ state: "attached" });
    expect(await isChecked(page, first!.grantId)).toBe(0);
    expect(await row(page, first!.grantId).locator(".answer").textContent()).toContain("You decided: kept until");
  });
});

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate(`axe.run({ resultTypes: ["violations"] })`)) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  const isWide = (await page.evaluate("document.documentElement.scrollWidth > innerWidth")) as boolean;
  return [...violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`), ...(isWide ? ["scrolls sideways"] : [])];
}

describe("the desk's pages", () => {
  /** Somebody with a few rows: what axe says does not depend on how many there are, and the time it takes does. */
  let few: Reader;
  let receipt: string;
  beforeAll(async () => {
    few = desk.as({ subject: "on_few", name: "陈静", people: { [sourceId]: [await reviewerOf(3)] } });
    const path = `/reviews/${sourceId}/${review}`;
    const { rows } = (await (await few.get(path)).json()) as ReviewModel;
    const { grantId, seen } = rows.find(({ asksForDecision }) => asksForDecision)!;
    const decisions = [{ grantId, seen, decision: "revoke", until: null, reason: "moved on" }];
    const stored = await few.post(`${path}/decisions`, { requestId: "request-of-few", decisions });
    receipt = `${path}?receipt=${((await stored.json()) as ReceiptModel).number}`;
  });

  // Each language, each scheme of colours and each width is in one of the two.
  it.each([
    ["zh-CN", "dark", 390],
    ["en-GB", "light", 1440],
  ] as const)(
    "have no fault that axe finds, no sideways scrolling and no new window: %s, %s, %i wide",
    async (locale, colorScheme, width) => {
      const { page, faults } = await sitDown({ locale, colorScheme, viewport: { width, height: 844 } }, few);
      await openReview(page);
      await page.locator("[data-mark=suggested]").click();
      await page.locator(".more > summary").first().click();
      expect(await faultsOf(page)).toEqual([]);
      expect(await page.locator("[target], [download]").count()).toBe(0);
      for (const path of ["/", receipt, "/nowhere"]) {
        await page.goto(`${desk.url}${path}`);
        expect([path, await faultsOf(page)]).toEqual([path, []]);
      }
      expect(faults).toEqual([]);
    },
  );

  it.each([
    [390, "light"],
    [1440, "dark"],
  ] as const)("have none for an approver and an operator either: %i wide, %s", async (width, colorScheme) => {
    const looks = { locale: "zh-CN", colorScheme, viewport: { width, height: 844 } };
    for (const [subject, path] of [
      ["on_approver", `/reviews/${sourceId}/${review}/approve`],
      ["on_operator", "/?done=reminded"],
    ] as const) {
      const { page } = await sitDown(looks, desk.as({ subject, name: "Lin" }));
      await page.goto(`${desk.url}${path}`);
      expect([path, await page.locator("h1").count()]).toEqual([path, 1]);
      expect([path, await faultsOf(page)]).toEqual([path, []]);
    }
  });
});

describe("fourteen grants alike", () => {
  it("take no more than five acts, from the link to the receipt, and are recorded as one", async () => {
    const other = desk.as({ subject: "on_other", name: "Zhao", people: { [sourceId]: [await reviewerOf(14)] } });
    const { page, acts } = await sitDown({}, other);
    await openReview(page);
    await page.locator("[data-mark=suggested]").click();
    await submitButton(page).click();
    await page.locator(".receipt").waitFor();
    expect(1 + acts()).toBeLessThanOrEqual(5);
    const stored = (await files()).at(-1)!;
    expect(stored.provenBy.subject).toBe("on_other");
    expect(stored.decisions.length).toBeGreaterThanOrEqual(14);
    expect(stored.oneAct).toBe(true);
  });
});
