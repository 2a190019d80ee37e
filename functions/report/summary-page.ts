import { documentText } from "./page/html-document.ts";
import { languagesFrom, switchMarkup } from "./page/language-switch.ts";
import { type Markup, markup } from "./page/markup.ts";
import { idIn, inBoth } from "./page/page.ts";
import { countStillHolding, leaversMarkup } from "./page/summary-leavers.ts";
import { isReadWhole, type SummaryPart } from "./page/summary-part.ts";
import { countUnremoved, sourcesMarkup, sumOf } from "./page/summary-sources.ts";
import type { Language, ReviewSummary } from "./review-view.ts";
import type { SourceRow, SourceStatus, SourcesView } from "./sources-view.ts";
import { createMoments } from "./words/moments.ts";
import { phrasesOf } from "./words/phrases.ts";
import type { Tone } from "./words/standing-words.ts";
import { summaryPhrasesOf } from "./words/summary-phrases.ts";

const partIn = (view: SourcesView, language: Language): SummaryPart => {
  const phrases = phrasesOf(language);
  const figures = new Intl.NumberFormat(phrases.htmlLang);
  const words = summaryPhrasesOf(language);
  const moments = createMoments(view.timezone);
  return { view, language, phrases, words, moments, amount: (count) => figures.format(count) };
};

const total = ({ sources }: SourcesView, count: (summary: ReviewSummary) => number): number =>
  sources.reduce((sum, { summary }) => sum + (summary ? count(summary) : 0), 0);

const cutShort: ReadonlySet<SourceStatus> = new Set(["failed", "continue", "not-begun"]);

const isReviewed = (row: SourceRow): boolean => isReadWhole(row) && !cutShort.has(row.status);

/** The worst of it in one sentence. */
const verdictOf = ({ view, words, phrases, amount }: SummaryPart): [Tone, string] => {
  const named = (isNamed: (row: SourceRow) => boolean): string =>
    view.sources
      .filter(isNamed)
      .map(({ source }) => source)
      .join(phrases.listSeparator);
  const unread = named((row) => !isReviewed(row));
  if (unread) return ["bad", words.verdictUnread(unread)];
  const unremoved = total(view, countUnremoved);
  if (unremoved > 0) return ["bad", phrases.sentences.verdictUnremoved(amount(unremoved))];
  const holding = countStillHolding(view);
  if (holding > 0) return ["wait", words.verdictLeavers(amount(holding))];
  const held = named(({ status }) => status === "held");
  if (held) return ["wait", words.verdictHeld(held)];
  const waiting = named(({ status }) => status === "waiting");
  return waiting ? ["wait", words.verdictWaiting(waiting)] : ["good", words.verdictDone(amount(view.sources.length))];
};

const figuresMarkup = (page: SummaryPart): Markup => {
  const { view, phrases, words, amount } = page;
  const { figures } = phrases;
  const holding = countStillHolding(view);
  const [sources, leavers] = [`#${idIn(page, "sources")}`, `#${idIn(page, "leavers")}`];
  const grants = view.sources.reduce((sum, { population }) => sum + (population?.grants ?? 0), 0);
  const shown: [string, number, string][] = [
    [figures.grants, grants, sources],
    [figures.findings, total(view, ({ findingsByRule }) => sumOf(findingsByRule)), sources],
    [figures.expired, total(view, ({ expired }) => expired), sources],
    [figures.waiting, total(view, ({ waiting }) => waiting.count), sources],
    [figures.held, total(view, ({ heldByReason }) => sumOf(heldByReason)), sources],
    [words.figures.leavers, view.leavers.length, leavers],
  ];
  const noteOf = (href: string): string => (href === leavers && holding > 0 ? words.stillHolding(amount(holding)) : "");
  return markup`<div class="figures">${shown.map(
    ([label, count, href]) =>
      markup`<a class="figure" href="${href}"><span>${label}</span><strong>${amount(count)}</strong><small>${noteOf(href)}</small></a>`,
  )}</div>`;
};

const headMarkup = ({ view, words, moments }: SummaryPart): Markup =>
  markup`<h1>${words.title}</h1><p class="small">${words.writtenAt(moments.text(view.writtenAt))} · ${view.timezone}</p>`;

const bodyMarkup = (page: SummaryPart): Markup => {
  const [tone, sentence] = verdictOf(page);
  return markup`<section class="overview"><p class="verdict ${tone}">${sentence}</p>${figuresMarkup(page)}</section>
${sourcesMarkup(page)}${leaversMarkup(page)}`;
};

/** `summary.html`: one self-contained page over all sources, in both languages, beginning with the view's. It loads and runs nothing. */
export function createSummaryPage(view: SourcesView): string {
  const pages = languagesFrom(view.language).map((language) => partIn(view, language));
  const body = markup`<header class="top"><div>${inBoth(pages, "div", headMarkup)}</div><div class="tools">${switchMarkup(view.language)}</div></header>
<main>${inBoth(pages, "div", bodyMarkup)}</main>`;
  const { htmlLang } = phrasesOf(view.language);
  return documentText({ title: summaryPhrasesOf(view.language).title, lang: htmlLang, script: null }, body);
}
