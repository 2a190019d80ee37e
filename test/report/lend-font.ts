import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";

const fontFolder = dirname(createRequire(import.meta.url).resolve("@fontsource/noto-sans-sc/package.json"));
const fontHost = "https://fonts.invalid/";

/** The browser of the npm package has no Chinese glyphs, and the pages ship no font: lent for a picture alone. */
export async function lendFont(page: Page): Promise<void> {
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
}
