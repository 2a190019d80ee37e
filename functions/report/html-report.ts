import { decidingOf } from "./deciding.ts";
import { documentText } from "./page/html-document.ts";
import { languagesFrom } from "./page/language-switch.ts";
import { markup } from "./page/markup.ts";
import { inBoth, type Page } from "./page/page.ts";
import { approvalMarkup } from "./page/page-brake.ts";
import { badDecisionsMarkup, decidingMarkup } from "./page/page-deciding.ts";
import { evidenceMarkup } from "./page/page-evidence.ts";
import { listCargo, listMarkup, otherRowsCargo } from "./page/page-list.ts";
import { overviewMarkup, wordsByRule } from "./page/page-overview.ts";
import { retiredMarkup } from "./page/page-retired.ts";
import { reviewersMarkup } from "./page/page-reviewers.ts";
import { pageScript } from "./page/page-script.ts";
import { topMarkup } from "./page/page-top.ts";
import { unremovedMarkup, unremovedRows } from "./page/page-unremoved.ts";
import type { Language, ReviewView } from "./review-view.ts";
import { notableRows, type PackedList } from "./rows/packed-rows.ts";
import { createMoments } from "./words/moments.ts";
import { phrasesOf } from "./words/phrases.ts";

const createPage = (view: ReviewView, language: Language): Page => {
  const phrases = phrasesOf(language);
  const figures = new Intl.NumberFormat(phrases.htmlLang);
  return {
    view,
    language,
    phrases,
    moments: createMoments(view.policy.timezone),
    amount: (count) => figures.format(count),
  };
};

/**
 * `report.html`: one self-contained page that loads nothing, in both languages, beginning with the view's. Times are in
 * the policy's time zone. The same view and list give the same bytes.
 */
export async function createHtmlReport(view: ReviewView, list: PackedList): Promise<string> {
  const notable = notableRows(list);
  const pages = languagesFrom(view.language).map((language) => createPage(view, language));
  // Gone through once for both languages: every time they are is to unpack them all.
  const unremoved = unremovedRows(notable, view.planStop);
  const deciding = decidingOf(view, notable);
  const words = wordsByRule(view, notable);
  const flagged = Iterator.from(notable).reduce((count, { findings }) => count + (findings.length > 0 ? 1 : 0), 0);
  const overview = (page: Page) => overviewMarkup(page, { words, deciding, flagged, unremoved: unremoved.length });
  const attention = (page: Page) =>
    markup`${view.onlyFor ? null : approvalMarkup(page)}${badDecisionsMarkup(page)}${decidingMarkup(page, deciding)}${unremovedMarkup(page, unremoved)}${retiredMarkup(page)}`;
  const proof = (page: Page) => markup`${reviewersMarkup(page)}${evidenceMarkup(page, words)}`;
  const body = markup`${topMarkup(pages, view.language)}
<main><div id="overview">${inBoth(pages, "div", overview)}</div>
${inBoth(pages, "div", attention)}${listMarkup(pages)}
${view.onlyFor ? null : inBoth(pages, "div", proof)}</main>
${await listCargo(view, list)}`;
  const { title, htmlLang } = phrasesOf(view.language);
  const { source, review } = view.snapshot;
  const trailer = await otherRowsCargo(list);
  return documentText({ title: `${title} ${source} ${review}`, lang: htmlLang, script: pageScript, trailer }, body);
}
