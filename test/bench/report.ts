import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Table from "cli-table3";
import type { Browser } from "playwright-core";
import { reviewKeys } from "../../functions/review/keys.ts";
import { launchBrowser } from "../report/open-browser.ts";
import { writtenReport } from "../report/written-report.ts";
import { largeReviews, largeSource } from "./large-review.ts";
import { medianOf } from "./median.ts";
import { earlierReview, runStage } from "./memory.ts";

const grants = 50_000;
const visits = 5;
const scrolledFrames = 240;
/** A fling of a screen and a half a frame, which nobody reads; and the pace of a finger or a wheel: a notch a frame. */
const paces = { fling: 1_500, wheel: 120 };

/** The report of an assessed review of fifty thousand grants, as the stage writes it. */
const writeLargeReport = async (folder: string): Promise<string> => {
  cpSync(await earlierReview(grants), folder, { recursive: true });
  for (const stage of ["snapshot", "assess"]) await runStage({ stage, folder, grants, generation: 1 });
  return join(folder, reviewKeys(largeSource, largeReviews[1]).assessment("0001").html);
};

// What runs in the page: its types are a browser's, which these files do not have.
const untilReady = `(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
  while (!document.documentElement.classList.contains("ready")) await frame();
  return await frame();
})()`;

const scrolling = (pixels: number): string => `(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const intervals = [];
  let last = await frame();
  for (let at = 0; at < ${scrolledFrames}; at++) {
    scrollBy(0, ${pixels});
    const now = await frame();
    intervals.push(now - last);
    last = now;
  }
  return intervals;
})()`;

/** Milliseconds from the navigation until the list answers to clicks, in a context of its own. */
const readyMs = async (browser: Browser, path: string): Promise<number> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  try {
    const page = await context.newPage();
    await page.goto(pathToFileURL(path).href, { waitUntil: "commit" });
    return await page.evaluate<number>(untilReady);
  } finally {
    await context.close();
  }
};

/** Milliseconds between the frames of a long scroll through the list. */
const scrollFrames = async (browser: Browser, path: string, pixels: number): Promise<number[]> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  try {
    const page = await context.newPage();
    await page.goto(`${pathToFileURL(path).href}#show=all`);
    await page.locator("html.whole").waitFor({ state: "attached" });
    return await page.evaluate<number[]>(scrolling(pixels));
  } finally {
    await context.close();
  }
};

type Visited = { fileBytes: number; readyMs: number; frames: Record<keyof typeof paces, number[]> };

/** Each in turn: what else the machine does then weighs on all alike. */
const medianReadyMs = async (browser: Browser, paths: string[]): Promise<number[]> => {
  const times: number[][] = paths.map(() => []);
  for (let at = 0; at < visits; at++)
    for (const [which, path] of paths.entries()) times[which]!.push(await readyMs(browser, path));
  return times.map(medianOf);
};

const visit = async (browser: Browser, path: string, ready: number): Promise<Visited> => {
  const fling = await scrollFrames(browser, path, paces.fling);
  const wheel = await scrollFrames(browser, path, paces.wheel);
  return { fileBytes: statSync(path).size, readyMs: ready, frames: { fling, wheel } };
};

const framesText = (frames: number[]): string => {
  const sorted = [...frames].sort((a, b) => a - b);
  return `${medianOf(frames).toFixed(1)}, ${sorted[Math.floor(sorted.length * 0.95)]!.toFixed(1)}`;
};

const slowText = (frames: number[]): string => `${frames.filter((ms) => ms > 34).length} of ${frames.length}`;

const rowOf = (name: string, { fileBytes, readyMs: ready, frames }: Visited, empty: Visited): string[] => [
  name,
  (fileBytes / 1e6).toFixed(2),
  ready.toFixed(0),
  (ready / empty.readyMs).toFixed(2),
  framesText(frames.fling),
  slowText(frames.fling),
  framesText(frames.wheel),
  slowText(frames.wheel),
];

/** A report of fifty thousand grants beside an empty one, in Chromium, as a table. */
export async function reportTable(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "access-review-bench-"));
  const browser = await launchBrowser();
  try {
    const large = await writeLargeReport(folder);
    const small = join(folder, "empty.html");
    writeFileSync(small, await writtenReport([]));
    const [emptyMs, fullMs] = await medianReadyMs(browser, [small, large]);
    const [empty, full] = [await visit(browser, small, emptyMs!), await visit(browser, large, fullMs!)];
    const head = [
      "report",
      "file (MB)",
      `interactive (ms, median of ${visits})`,
      "of the empty one's",
      "frames while scrolling (ms: median, 95th of 100)",
      "frames dropped",
      `frames at ${paces.wheel} px each`,
      "frames dropped",
    ];
    const table = new Table({ head, style: { head: [], border: [] } });
    table.push(rowOf("empty", empty, empty), rowOf("50,000 grants", full, empty), [
      "goal",
      "< 15",
      "",
      "<= 2",
      "16.7",
      "",
      "16.7",
      "",
    ]);
    return table.toString();
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
