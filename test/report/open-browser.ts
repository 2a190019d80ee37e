import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import chromiumBinary from "@sparticuz/chromium";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** A browser of a whole test file. */
export type OpenBrowser = {
  browser: Browser;
  /** Opens a report from disk in a context of its own, and waits until its list is there. */
  open(html: string, options?: BrowserContextOptions): Promise<OpenPage>;
  close(): Promise<void>;
};

/** A report in the browser. `requests` are the requests besides the page itself, `faults` the errors that the page logged or threw. */
export type OpenPage = { page: Page; path: string; requests: string[]; faults: string[]; close(): Promise<void> };

// In one process, a page that ends would end every other page. A graphics card that is only imitated costs a third of the time.
const unwanted =
  /^--(single-process|no-zygote|ignore-gpu-blocklist|in-process-gpu|use-gl=|use-angle=|enable-unsafe-swiftshader)/;

const launch = async (executablePath: string): Promise<Browser> =>
  await chromium.launch({
    executablePath,
    args: [...chromiumBinary.args.filter((argument) => !unwanted.test(argument)), "--disable-gpu"],
    headless: true,
  });

/** Chromium as the npm package has it: no installation, no download. One at a time, as it unpacks itself to one place. */
export const launchBrowser = async (): Promise<Browser> => {
  const path = await chromiumBinary.executablePath();
  try {
    return await launch(path);
  } catch {
    // A process that was stopped while unpacking left half a browser behind.
    rmSync(path, { force: true });
    return await launch(await chromiumBinary.executablePath());
  }
};

const watch = (page: Page, own: string): Pick<OpenPage, "requests" | "faults"> => {
  const seen = { requests: [] as string[], faults: [] as string[] };
  page.on("request", (request) => {
    if (!request.url().startsWith(own) && !request.url().startsWith("blob:")) seen.requests.push(request.url());
  });
  page.on("console", (message) => seen.faults.push(message.text()));
  page.on("pageerror", (error) => seen.faults.push(error.message));
  return seen;
};

/** Starts the browser; `close` ends it and removes what it opened. */
export async function openBrowser(): Promise<OpenBrowser> {
  const browser = await launchBrowser();
  const folder = mkdtempSync(join(tmpdir(), "access-review-report-"));
  let count = 0;
  return {
    browser,
    async open(html, options = {}) {
      count += 1;
      const path = join(folder, `report-${count}.html`);
      writeFileSync(path, html);
      const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      const address = pathToFileURL(path).href;
      const seen = watch(page, address);
      await page.goto(address);
      await page.locator("html.whole").waitFor({ state: "attached" });
      return { page, path, ...seen, close: () => context.close() };
    },
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true });
    },
  };
}
