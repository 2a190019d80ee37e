import { sha256 } from "../review/canonical-json.ts";
import { type Markup, markup } from "./markup.ts";
import { createMoments } from "./moments.ts";
import type { PackedRows } from "./packed-rows.ts";
import { inBoth, type Page } from "./page.ts";
import { approvalMarkup } from "./page-brake.ts";
import { evidenceMarkup } from "./page-evidence.ts";
import { listCargo, listMarkup } from "./page-list.ts";
import { overviewMarkup } from "./page-overview.ts";
import { pageScript } from "./page-script.ts";
import { topMarkup } from "./page-top.ts";
import { unremovedMarkup, unremovedRows } from "./page-unremoved.ts";
import { phrasesOf } from "./phrases.ts";
import type { Language, ReportRow, ReviewView } from "./review-view.ts";
import { type PlanStop, planStopOf } from "./standing.ts";
import { styleSheet } from "./style-sheet.ts";

const base64Of = (hex: string): string => Buffer.from(hex, "hex").toString("base64");

/** The content policy of a page that runs exactly these texts and loads nothing. */
export const contentPolicy = ({ script, style }: { script: string | null; style: string }): string =>
  [
    "default-src 'none'",
    script ? `script-src 'sha256-${base64Of(sha256(script))}'` : null,
    `style-src 'sha256-${base64Of(sha256(style))}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ]
    .filter((directive) => directive !== null)
    .join("; ");

const createPage = (view: ReviewView, language: Language, planStop: PlanStop | null): Page => {
  const phrases = phrasesOf(language);
  const figures = new Intl.NumberFormat(phrases.htmlLang);
  return {
    view,
    language,
    phrases,
    planStop,
    moments: createMoments(view.policy.timezone),
    amount: (count) => figures.format(count),
  };
};

/** What frames a page: texts of our own that need no escaping, and quotes that must not be escaped. */
export const documentText = (
  head: { title: string; lang: string; script: string | null },
  body: Markup,
): string => `<!doctype html>
<html lang="${head.lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy({ script: head.script, style: styleSheet })}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<style>${styleSheet}</style>
${markup`<title>${head.title}</title>`.html}
</head>
<body>
${body.html}
${head.script ? `<script>${head.script}</script>\n` : ""}</body>
</html>
`;

/** The notable rows (those with a finding, an item or an outcome), and every row that the list is to show. */
export type ReportedRows = { notable: ReportRow[]; listed: PackedRows };

/**
 * `report.html`: one self-contained page that loads nothing, in both languages, beginning with the view's. Times are in
 * the policy's time zone. The same view and rows give the same bytes.
 */
export async function createHtmlReport(view: ReviewView, { notable, listed }: ReportedRows): Promise<string> {
  const planStop = planStopOf(view, notable);
  const languages: Language[] = view.language === "zh" ? ["zh", "en"] : ["en", "zh"];
  const pages = languages.map((language) => createPage(view, language, planStop));
  const unremoved = unremovedRows(notable, planStop);
  const overview = (page: Page) => overviewMarkup(page, { rows: notable, unremoved: unremoved.length });
  const attention = (page: Page) => markup`${approvalMarkup(page)}${unremovedMarkup(page, unremoved)}`;
  const body = markup`${topMarkup(pages, view.language)}
<main><div id="overview">${inBoth(pages, "div", overview)}</div>
${inBoth(pages, "div", attention)}${listMarkup(pages)}
${inBoth(pages, "div", (page) => evidenceMarkup(page, notable))}</main>
${await listCargo(view, planStop, listed)}`;
  const { title, htmlLang } = phrasesOf(view.language);
  const { source, review } = view.snapshot;
  return documentText({ title: `${title} ${source} ${review}`, lang: htmlLang, script: pageScript }, body);
}
