import { afterAll, beforeAll, describe } from "vitest";
import { describeLongReport } from "./long-report.ts";
import { type OpenBrowser, openBrowser } from "./open-browser.ts";

let chromium: OpenBrowser;
beforeAll(async () => {
  chromium = await openBrowser();
});
afterAll(() => chromium.close());

describe("report.html for everybody", () => {
  describeLongReport(() => chromium, { grants: 50_000, megabytes: 15 });
});
