import type { ListedGrant } from "../rows/packed-rows.ts";
import { isUnremoved, type PlanStop, standingOf } from "../rows/standing.ts";
import { type Markup, markup } from "./markup.ts";
import { type Page, sectionMarkup } from "./page.ts";
import { grantTableMarkup } from "./page-grant-row.ts";

/** The rows of grants that should be gone and are not. */
export const unremovedRows = (rows: Iterable<ListedGrant>, planStop: PlanStop | null): ListedGrant[] =>
  Iterator.from(rows)
    .filter((row) => isUnremoved(standingOf(row, planStop)))
    .toArray();

/** What could not be removed stands apart, for it needs a person; nothing where every removal is proven. */
export function unremovedMarkup(page: Page, rows: ListedGrant[]): Markup {
  if (rows.length === 0) return markup``;
  const { unremoved: heading } = page.phrases.sections;
  return sectionMarkup(page, "unremoved", { heading, body: grantTableMarkup(page, rows) });
}
