import { type Markup, markup } from "./markup.ts";
import { type Page, sectionMarkup, tableHead } from "./page.ts";
import { grantHeadings, grantRow, type PlacedRow } from "./page-grant-row.ts";
import type { ReportRow } from "./review-view.ts";
import { isUnremoved, type PlanStop, standingOf } from "./standing.ts";

/** The rows of grants that should be gone and are not. */
export const unremovedRows = (rows: ReportRow[], planStop: PlanStop | null): PlacedRow[] =>
  rows.map((row) => ({ ...row, standing: standingOf(row, planStop) })).filter(({ standing }) => isUnremoved(standing));

const shownRows = 50;

/** What could not be removed stands apart, for it needs a person; nothing where every removal is proven. */
export function unremovedMarkup(page: Page, rows: PlacedRow[]): Markup {
  if (rows.length === 0) return markup``;
  const { sections, sentences } = page.phrases;
  const headings = grantHeadings(page);
  const body = markup`<tbody>${rows.slice(0, shownRows).map((row) => grantRow(page, headings, row))}</tbody>`;
  const more = rows.length - shownRows;
  return sectionMarkup(page, "unremoved", {
    heading: sections.unremoved,
    body: [
      markup`<div class="wide"><table class="grant-table">${tableHead(headings)}${body}</table></div>`,
      more > 0 ? markup`<p>${sentences.unremovedMore(page.amount(more))}</p>` : markup``,
    ],
  });
}
