import { attentionMarkup, callsForPerson } from "./page/attention.ts";
import { controlCounts, controlsMarkup } from "./page/controls.ts";
import { decisionsMarkup } from "./page/decisions.ts";
import { evidenceMarkup } from "./page/evidence.ts";
import { listCargo, listMarkup, otherRowsCargo } from "./page/list.ts";
import { badgeMarkup, type Markup, markup } from "./page/markup.ts";
import { overviewMarkup, wordsByRule } from "./page/overview.ts";
import { documentText, idIn, inBoth, inBothLanguages, type ReportPage, switchMarkup } from "./page/page.ts";
import { pageScript } from "./page/page-script.ts";
import { reviewersMarkup } from "./page/reviewers.ts";
import type { ReviewView } from "./review-view.ts";
import { notableRows, type PackedList } from "./rows/packed-rows.ts";

function stateBadge({ view, phrases, moments }: ReportPage): Markup {
  return view.sealed
    ? badgeMarkup("good", phrases.sentences.sealedAt(moments.text(view.sealed.sealedAt)))
    : badgeMarkup("wait", phrases.sentences.open);
}

function titleMarkup(page: ReportPage): Markup {
  const { view, phrases, moments } = page;
  const { snapshot, onlyFor } = view;
  const taken = phrases.sentences.reviewOf(moments.text(snapshot.takenAt));
  const theirs = onlyFor && markup`<p>${phrases.reviewers.theirs(onlyFor.name ?? onlyFor.id)}</p>`;
  return markup`<h1>${phrases.title} <bdi>${snapshot.source}</bdi></h1>
<p class="small"><bdi>${snapshot.origin.host}</bdi> · <code>${snapshot.review}</code> · ${taken} ${stateBadge(page)}</p>${theirs ?? null}`;
}

function navMarkup(page: ReportPage): Markup {
  const { sections } = page.phrases;
  const evidence = page.view.onlyFor ? null : markup`<a href="#${idIn(page, "evidence")}">${sections.evidence}</a>`;
  return markup`<nav aria-label="${page.phrases.title}"><a href="#overview">${sections.figures}</a><a href="#grants">${sections.grants}</a>${evidence}</nav>`;
}

/** The head of the page: source and review, its time and state, the links within the page, the choice of language. */
function topMarkup(pages: ReportPage[], { language }: ReviewView): Markup {
  return markup`<header class="top"><div>${inBoth(pages, titleMarkup)}</div>
<div class="tools">${inBoth(pages, navMarkup)}${switchMarkup(language)}</div></header>`;
}

/**
 * `report.html`: one self-contained page that loads nothing, in both languages, beginning with the view's. Times are in
 * the policy's time zone. The same view and list give the same bytes.
 */
export async function createHtmlReport(view: ReviewView, list: PackedList): Promise<string> {
  const notable = notableRows(list);
  const { language, policy } = view;
  const pages = inBothLanguages(view, { language, timezone: policy.timezone });
  const calls = callsForPerson(view, notable);
  const { deciding, unremoved } = calls;
  const words = wordsByRule(view, notable);
  const controls = view.onlyFor ? [] : controlCounts(view.policy, notable);
  const flagged = Iterator.from(notable).reduce((count, { findings }) => count + (findings.length > 0 ? 1 : 0), 0);
  const facts = { words, deciding, flagged, unremoved: unremoved.length };
  const proof = (page: ReportPage) =>
    markup`${controlsMarkup(page, controls)}${decisionsMarkup(page)}${reviewersMarkup(page)}${evidenceMarkup(page, words)}`;
  const body = markup`${topMarkup(pages, view)}
<main><div id="overview">${inBoth(pages, (page) => overviewMarkup(page, facts))}</div>
${inBoth(pages, (page) => attentionMarkup(page, calls))}${listMarkup(pages)}
${view.onlyFor ? null : inBoth(pages, proof)}</main>
${await listCargo(view, list)}`;
  const { title, htmlLang } = pages[0]!.phrases;
  const { source, review } = view.snapshot;
  const trailer = await otherRowsCargo(list);
  return documentText({ title: `${title} ${source} ${review}`, lang: htmlLang, script: pageScript, trailer }, body);
}
