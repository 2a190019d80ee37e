import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { reviewKeys } from "../../../functions/review/keys.ts";
import type { WhoReviews } from "../../../functions/review/people/who-reviews.ts";
import type { Rule } from "../../../functions/review/rules/policy.ts";
import { lendFont } from "../../report/lend-font.ts";
import { endLives, type Life, openLife, sourceId } from "../../review-life/open-life.ts";
import { planReview } from "../../review-life/run-review.ts";
import { busiestReviewer } from "../open-desk.ts";
import { serveDesk } from "./served-desk.ts";

// What gives a reviewer something to decide: each grant once a quarter, with a suggestion.
const flag = { then: "flag", noticeDays: 0, overridable: true } as const;
const rules: Rule[] = [
  {
    ...flag,
    id: "long-held",
    when: 'holder.status == "active" && grant.grantedAt < now - days(200)',
    onNoDecision: "expire",
    reason: { en: "Granted over 200 days ago", zh: "授予已超过 200 天" },
  },
  {
    ...flag,
    id: "each-quarter",
    when: 'holder.status == "active" && !(grant.grantedAt < now - days(200))',
    onNoDecision: "keep",
    reason: { en: "Each is confirmed once a quarter", zh: "每季度逐项确认" },
  },
];

const pictures = [
  { name: "desk-zh", locale: "zh-CN", viewport: { width: 1280, height: 720 } },
  { name: "desk-en", locale: "en-GB", viewport: { width: 1280, height: 720 } },
  { name: "desk-phone", locale: "zh-CN", viewport: { width: 390, height: 844 } },
  { name: "desk-phone-en", locale: "en-GB", viewport: { width: 390, height: 844 } },
] as const;

async function nameOf({ store }: Life, review: string, id: string): Promise<string> {
  const who = await store.getJson<WhoReviews>(reviewKeys(sourceId, review).assessment("0001").reviewers);
  return who?.reviewers.find((each) => each.id === id)?.name ?? id;
}

/** Marks the first row, as a picture of a page that nobody touched shows little. */
async function markOne(page: Page): Promise<void> {
  await page.locator(".ask .choices .keep").nth(0).click();
  await page.evaluate("document.activeElement.blur(); scrollTo(0, 0)");
}

/** Takes the first screen of a reviewer's page: both languages, and on a phone. */
export async function takeDesk(browser: Browser, folder: string): Promise<void> {
  const life = await openLife();
  life.config.policy.decideWithinDays = 14;
  life.config.policy.rules.push(...rules);
  const { review } = await planReview(life);
  const desk = await serveDesk(life, { desk: { contact: life.config.desk!.contact } });
  const id = await busiestReviewer(life, review);
  const name = await nameOf(life, review, id);
  const reader = desk.as({ subject: "on_reader", name, people: { [sourceId]: [id] } });
  const [cookie = "", value = ""] = reader.cookie.split("=");
  for (const { name: picture, locale, viewport } of pictures) {
    const context = await browser.newContext({ viewport, locale, bypassCSP: true });
    await context.addCookies([{ name: cookie, value, url: desk.url }]);
    const page = await context.newPage();
    await page.goto(`${desk.url}/reviews/${sourceId}/${review}`);
    await page.locator("html.whole").waitFor({ state: "attached" });
    if (viewport.width > 860) await markOne(page);
    await lendFont(page);
    await page.screenshot({ path: join(folder, `${picture}.png`), animations: "disabled" });
    await context.close();
  }
  await desk.close();
  await endLives();
}
