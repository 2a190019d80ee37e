import { loadavg } from "node:os";
import Table from "cli-table3";
import type { Browser as Chromium } from "playwright-core";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { ReviewerRules } from "../../functions/review/people/routing.ts";
import type { WhoReviews } from "../../functions/review/people/who-reviews.ts";
import type { Rule } from "../../functions/review/rules/policy.ts";
import { type ServedDesk, serveDesk } from "../desk/browser/served-desk.ts";
import { launchBrowser } from "../report/open-browser.ts";
import { endLives, type Life, openLife, sourceId } from "../review-life/open-life.ts";
import { planReview } from "../review-life/run-review.ts";
import { medianOf } from "./median.ts";

// The desk over a directory: how long a page takes until its first byte, and until it answers to clicks in Chromium.

const warmings = 20;
const requests = 41;
const visits = 9;

const quarterly: Rule = {
  ...{ id: "each-quarter", when: 'holder.status == "active"', then: "flag", noticeDays: 0, overridable: true },
  ...{ onNoDecision: "keep", reason: { en: "Each is confirmed once a quarter", zh: "每季度逐项确认" } },
};

/** A review up to its plan, the desk over it, and how many grants each reviewer is asked about, the most first. */
type AskingDesk = { life: Life; desk: ServedDesk; path: string; grants: number; asked: { id: string; rows: number }[] };

async function openAsking(
  people: number,
  more: (life: Life) => Partial<ReviewerRules> = () => ({}),
): Promise<AskingDesk> {
  const life = await openLife({ people });
  life.config.policy.decideWithinDays = 14;
  life.config.policy.rules.push(quarterly);
  const [source] = life.config.sources;
  source!.reviewers = { ...source!.reviewers!, ...more(life) };
  const { review } = await planReview(life);
  const who = await life.store.getJson<WhoReviews>(reviewKeys(sourceId, review).assessment("0001").reviewers);
  const asked = who!.reviewers.flatMap(({ id, undecided }) => (id === null ? [] : [{ id, rows: undecided }]));
  asked.sort((a, b) => b.rows - a.rows);
  const path = `/reviews/${sourceId}/${review}`;
  return { life, desk: await serveDesk(life), path, grants: life.sandbox.grants().length, asked };
}

type Reader = ReturnType<ServedDesk["as"]>;

function readerOf({ desk }: AskingDesk, id: string): Reader {
  return desk.as({ subject: `on_${id}`, people: { [sourceId]: [id] } });
}

/** Milliseconds until the page is there, in process, and those that the process worked for it. */
async function firstByte({ life }: AskingDesk, reader: Reader, path: string) {
  const times: number[] = [];
  let worked = process.cpuUsage();
  for (let at = 0; at < warmings + requests; at++) {
    // The clock stands still by itself, and a person may ask thirty times a second.
    await life.clock.sleep(1_000);
    if (at === warmings) worked = process.cpuUsage();
    const begun = performance.now();
    const { status } = await reader.get(path, { accept: "text/html" });
    if (status !== 200) throw new Error(`${path} answers ${status}`);
    if (at >= warmings) times.push(performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(worked);
  return { median: medianOf(times), least: Math.min(...times), worked: (user + system) / 1000 / requests };
}

const untilReady = `(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
  const reached = async (state) => {
    while (!document.documentElement.classList.contains(state)) await frame();
    return await frame();
  };
  const ready = await reached("ready");
  return { ready, whole: await reached("whole"), first: performance.getEntriesByType("navigation")[0].responseStart };
})()`;

type Visit = { first: number; ready: number; whole: number };

/** A visit on a phone's screen, in a context of its own. */
async function visit(chromium: Chromium, url: string, { cookie }: Reader): Promise<Visit> {
  const context = await chromium.newContext({ viewport: { width: 390, height: 844 }, bypassCSP: true });
  const [name = "", value = ""] = cookie.split("=");
  await context.addCookies([{ name, value, url }]);
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: "commit" });
    return await page.evaluate<Visit>(untilReady);
  } finally {
    await context.close();
  }
}

async function firstByteTable(): Promise<string> {
  const asking = await openAsking(1_500);
  const [{ id, rows }] = asking.asked as [AskingDesk["asked"][number]];
  const pages: [what: string, reader: Reader, path: string][] = [
    [`the review of a reviewer of ${rows} grants`, readerOf(asking, id), asking.path],
    ["the first page of that reviewer", readerOf(asking, id), "/"],
    ["the first page of an operator", asking.desk.as({ subject: "on_operator" }), "/"],
  ];
  const head = [`page, over ${asking.grants} grants`, `first byte (ms, median of ${requests})`, "least", "CPU", "goal"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const [what, reader, path] of pages) {
    const { median, least, worked } = await firstByte(asking, reader, path);
    table.push([what, ...[median, least, worked].map((ms) => ms.toFixed(1)), "< 50"]);
  }
  await asking.desk.close();
  return table.toString();
}

/** One person who reviews nearly everything, and one who owns one role. */
async function longPageTable(): Promise<string> {
  const asking = await openAsking(3_600, ({ sandbox }) => {
    const [fallback, owner] = sandbox.company.backgroundHolders as [string, string];
    const [role] = Map.groupBy(sandbox.grants(), ({ roleId }) => roleId)
      .entries()
      .toArray()
      .sort(([, a], [, b]) => a.length - b.length)[0]!;
    return { order: ["role-owner", "fallback"], roleOwners: { [role]: owner }, fallback };
  });
  const chromium = await launchBrowser();
  const [most, fewest] = [asking.asked[0]!, asking.asked.at(-1)!];
  const url = `${asking.desk.url}${asking.path}`;
  const times = new Map([fewest, most].map((one) => [one, [] as Visit[]]));
  try {
    for (let at = 0; at <= visits; at++) {
      for (const [one, taken] of times) {
        await asking.life.clock.sleep(1_000);
        const seen = await visit(chromium, url, readerOf(asking, one.id));
        if (at > 0) taken.push(seen); // the first visit warms up both
      }
    }
  } finally {
    await chromium.close();
    await asking.desk.close();
  }
  const middle = (taken: Visit[], part: (one: Visit) => number): number => medianOf(taken.map(part));
  const head = [
    "rows",
    `first byte (ms, median of ${visits})`,
    "interactive",
    "of the least one's",
    "from its first byte",
    "of the least one's",
    "all rows there",
    "goal",
  ];
  const table = new Table({ head, style: { head: [], border: [] } });
  const least = times.get(fewest)!;
  for (const [{ rows }, taken] of times) {
    const [ready, leastReady] = [taken, least].map((each) => middle(each, (one) => one.ready)) as [number, number];
    const [after, leastAfter] = [taken, least].map((each) => middle(each, (one) => one.ready - one.first)) as [
      number,
      number,
    ];
    const [first, whole] = [middle(taken, (one) => one.first), middle(taken, (one) => one.whole)];
    const cells = [
      first.toFixed(0),
      ready.toFixed(0),
      (ready / leastReady).toFixed(2),
      after.toFixed(0),
      (after / leastAfter).toFixed(2),
      whole.toFixed(0),
    ];
    table.push([String(rows), ...cells, "<= 1.5"]);
  }
  return table.toString();
}

/** The desk's first byte, and a page of two thousand rows in Chromium, as tables; and how busy the machine was. */
export async function deskTable(): Promise<string> {
  const load = (): string => `load ${loadavg()[0]!.toFixed(1)}`;
  try {
    const before = load();
    return [before, await firstByteTable(), await longPageTable(), load()].join("\n");
  } finally {
    await endLives();
  }
}
