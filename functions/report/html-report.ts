import { type Markup, markup } from "./markup.ts";
import { createMoments } from "./moments.ts";
import type { Page } from "./page.ts";
import { brakeMarkup } from "./page-brake.ts";
import { checksMarkup, figuresMarkup, findingsMarkup } from "./page-figures.ts";
import { grantsMarkup, placeRows, unremovedMarkup } from "./page-grants.ts";
import { auditorMarkup, headerMarkup, previousMarkup } from "./page-review.ts";
import { talliesMarkup } from "./page-tallies.ts";
import { phrasesOf } from "./phrases.ts";
import type { ReportRow, ReviewView } from "./review-view.ts";
import { planStopOf } from "./standing.ts";
import { styleSheet } from "./style-sheet.ts";

const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const createPage = (view: ReviewView, rows: ReportRow[]): Page => {
  const phrases = phrasesOf(view.language);
  const figures = new Intl.NumberFormat(phrases.htmlLang);
  return {
    view,
    phrases,
    planStop: planStopOf(view, rows),
    moments: createMoments(view.policy.timezone),
    amount: (count) => figures.format(count),
  };
};

const bodyMarkup = (page: Page, rows: ReportRow[]): Markup[] => {
  const placed = placeRows(rows, page.planStop, page.view.language);
  return [
    headerMarkup(page),
    figuresMarkup(page, placed.unremoved.length),
    brakeMarkup(page),
    unremovedMarkup(page, placed.unremoved),
    findingsMarkup(page, rows),
    talliesMarkup(page),
    checksMarkup(page),
    previousMarkup(page),
    grantsMarkup(page, placed),
    auditorMarkup(page),
  ];
};

/**
 * `report.html`: one self-contained page that loads nothing and runs nothing, in the view's language. Shows the rows
 * that have a finding, an item of the plan or an outcome; times are in the policy's time zone.
 */
export function createHtmlReport(view: ReviewView, rows: ReportRow[]): string {
  const page = createPage(view, rows);
  const { phrases } = page;
  const title = `${phrases.title} ${view.snapshot.source} ${view.snapshot.review}`;
  // Ours alone, and outside `markup`: its quotes need no escaping, and style is not text.
  const head = `<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<style>${styleSheet}</style>`;
  return `<!doctype html>
<html lang="${phrases.htmlLang}">
<head>
${head}
${markup`<title>${title}</title>`.html}
</head>
<body>
${markup`<main>${bodyMarkup(page, rows)}</main>`.html}
</body>
</html>
`;
}
