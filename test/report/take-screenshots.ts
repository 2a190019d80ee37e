import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { takeDesk } from "../desk/browser/take-screenshots.ts";
import { lendFont } from "./lend-font.ts";
import { launchBrowser } from "./open-browser.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));

/** The first screen of a report in both languages. */
async function takeReport(browser: Browser, report: string): Promise<void> {
  for (const language of ["zh", "en"]) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, bypassCSP: true });
    const page = await context.newPage();
    await page.goto(pathToFileURL(report).href);
    await page.locator("html.whole").waitFor({ state: "attached" });
    await page.locator(`#language-${language}`).check({ force: true });
    await lendFont(page);
    await page.screenshot({ path: join(docs, `report-${language}.png`), animations: "disabled" });
  }
}

// Takes the desk's pictures, and those of a report where one is named: npm run screenshots -- reviews/…/report.html
const [report] = process.argv.slice(2);
const browser = await launchBrowser();
if (report) await takeReport(browser, report);
await takeDesk(browser, docs);
await browser.close();
