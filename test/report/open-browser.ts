import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import chromiumBinary from "@sparticuz/chromium";
import { type Browser, chromium, type Page } from "playwright-core";

/** A browser of a whole test file, with one page: a context of its own for each report takes longer than most tests of a report. */
export type OpenBrowser = {
  /** Opens a report from disk in place of the one before, as if nobody had opened any, and waits until its list is there. */
  open(html: string, looks?: Looks): Promise<OpenPage>;
  close(): Promise<void>;
};

type Looks = { viewport?: { width: number; height: number }; colorScheme?: "light" | "dark" };

/** A report in the browser. `requests` are the requests besides the page itself, `faults` the errors that the page logged or threw. */
export type OpenPage = { page: Page; path: string; requests: string[]; faults: string[] };

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

/** Keeps what the page asks for and complains of, from now until somebody watches anew. */
const watch = (page: Page, own: string): Pick<OpenPage, "requests" | "faults"> => {
  const seen = { requests: [] as string[], faults: [] as string[] };
  for (const event of ["request", "console", "pageerror"]) page.removeAllListeners(event);
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
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  let count = 0;
  return {
    async open(html, { viewport = { width: 1280, height: 860 }, colorScheme } = {}) {
      // All files are of one origin: the decisions of the test before would be this one's.
      if (count > 0) await page.evaluate("localStorage.clear()");
      count += 1;
      const path = join(folder, `report-${count}.html`);
      writeFileSync(path, html);
      await page.setViewportSize(viewport);
      await page.emulateMedia({ media: null, colorScheme: colorScheme ?? null });
      const address = pathToFileURL(path).href;
      const seen = watch(page, address);
      await page.goto(address);
      await page.locator("html.whole").waitFor({ state: "attached" });
      return { page, path, ...seen };
    },
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true });
    },
  };
}
