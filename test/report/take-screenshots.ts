import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { launchBrowser } from "./open-browser.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const fontFolder = dirname(createRequire(import.meta.url).resolve("@fontsource/noto-sans-sc/package.json"));
const fontHost = "https://fonts.invalid/";

/** The browser of the npm package has no Chinese glyphs, and the report ships no font: lent for the picture alone. */
const lendFont = async (page: Page): Promise<void> => {
  await page.route(`${fontHost}**`, (route) => {
    const body = readFileSync(join(fontFolder, new URL(route.request().url()).pathname));
    return route.fulfill({ body, headers: { "access-control-allow-origin": "*" } });
  });
  for (const weight of ["400", "600", "700"]) {
    const sheet = readFileSync(join(fontFolder, `${weight}.css`), "utf8").replaceAll("./files/", `${fontHost}files/`);
    await page.addStyleTag({ content: sheet });
  }
  await page.addStyleTag({ content: `body { font-family: "Open Sans", "Noto Sans SC", sans-serif !important; }` });
  await page.evaluate("document.fonts.ready");
};

// Takes the first screen of a report in both languages: npm run screenshots -- reviews/…/report.html
const [report] = process.argv.slice(2);
if (!report) throw new Error("Name a report.html");
const browser = await launchBrowser();
for (const language of ["zh", "en"]) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(pathToFileURL(report).href);
  await page.locator("html.whole").waitFor({ state: "attached" });
  await page.locator(`#language-${language}`).check({ force: true });
  await lendFont(page);
  await page.screenshot({ path: join(docs, `report-${language}.png`), animations: "disabled" });
}
await browser.close();
