import { expect, it } from "vitest";
import type { ReportRow } from "../../functions/report/review-view.ts";
import { rowOf, rowsIn } from "./decisive-reviewer.ts";
import { heldRow, silentRow } from "./invented-review.ts";
import type { OpenBrowser } from "./open-browser.ts";
import { writtenReport } from "./written-report.ts";

const count = (grants: number): string => grants.toLocaleString("en");

/** A report of so many grants: `npm test` opens one of thousands, the soak one of 50,000, which takes ten seconds. */
export function describeLongReport(
  browser: () => OpenBrowser,
  { grants, megabytes }: { grants: number; megabytes: number },
): void {
  it(`holds ${count(grants)} grants in a file under ${megabytes} MB, of which only those in sight are in the document`, async () => {
    const rows = Array.from({ length: grants }, (_, figure): ReportRow => {
      const row = figure % 10 === 0 ? heldRow(figure, "too-new") : silentRow(figure);
      const { holder, role } = row.grant;
      row.grant.holder = {
        ...holder,
        id: `6967${figure}`,
        name: `员工${figure}`,
        email: `person${figure}@example.com`,
        departmentId: `od-${figure % 900}`,
      };
      row.grant.role = {
        ...role,
        id: `r-${figure % 3000}`,
        name: { zh: `角色${figure % 3000}`, en: `Role ${figure % 3000}` },
      };
      row.grant.id = ((BigInt(figure) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16).padStart(16, "0");
      row.grant.scopes = [[{ dimension: "department", ids: [`od-${figure % 7000}`], names: [`部门${figure % 7000}`] }]];
      return row;
    });
    const html = await writtenReport(rows);
    expect(Buffer.byteLength(html)).toBeLessThan(megabytes * 1_000_000);
    const { page } = await browser().open(html);
    await page.getByRole("button", { name: /^All/ }).click();
    await page.getByLabel("Order", { exact: true }).selectOption("holder");
    expect(await page.locator(".shown").textContent()).toBe(`${count(grants)} of ${count(grants)}`);
    await page.evaluate("scrollTo(0, document.body.scrollHeight - innerHeight - 1000)");
    await rowOf(page, rows[grants - 1]!.grant.id).waitFor();
    expect(await rowsIn(page).count()).toBeLessThan(60);
    await page.getByRole("searchbox").fill(`员工${grants - 2}`);
    await expect.poll(() => rowsIn(page).count()).toBe(1);
    expect(await rowsIn(page).first().getAttribute("data-grant")).toBe(rows[grants - 2]!.grant.id);
  });
}
