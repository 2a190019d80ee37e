import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";

/** The rows of the list that are in the document. */
export const rowsIn = (page: Page): Locator => page.locator(".slice .row");

/** The row of a grant. */
export const rowOf = (page: Page, grantId: string): Locator => page.locator(`.row[data-grant="${grantId}"]`);

/** The texts that a reviewer types into the dialog; a field that is left out keeps its text. */
export type Answer = { reviewer?: string; until?: string; reason?: string };

/** Fills the open dialog and confirms it. */
export async function answer(page: Page, { reviewer, until, reason }: Answer): Promise<void> {
  const dialog = page.locator("dialog");
  if (reviewer !== undefined) await dialog.locator("[name=reviewer]").fill(reviewer);
  if (until !== undefined) await dialog.locator("[name=until]").fill(until);
  if (reason !== undefined) await dialog.locator("[name=reason]").fill(reason);
  await dialog.locator("button[type=submit]").click();
}

/** Decides one grant by its row's button. */
export async function decideRow(page: Page, grantId: string, decision: "keep" | "revoke", said: Answer): Promise<void> {
  await rowOf(page, grantId).locator(`button.${decision}`).click();
  await answer(page, said);
}

/** Downloads the decisions: the file's name and its text. */
export async function downloadDecisions(page: Page): Promise<{ name: string; path: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("button.save").click()]);
  const path = await download.path();
  return { name: download.suggestedFilename(), path, text: readFileSync(path, "utf8") };
}
