import { type Markup, markup } from "./page/markup.ts";
import { documentText, idIn, inBoth, inBothLanguages, switchMarkup } from "./page/page.ts";
import {
  countStillHolding,
  countUnremoved,
  isReadWhole,
  leaversMarkup,
  type SummaryPage,
  sourcesMarkup,
  sumOf,
} from "./page/summary-tables.ts";
import type { ReviewSummary } from "./review-view.ts";
import type { SourceRow, SourceStatus, SourcesView } from "./sources-view.ts";
import type { Tone } from "./words/words.ts";

function total({ sources }: SourcesView, count: (summary: ReviewSummary) => number): number {
  return sources.reduce((sum, { summary }) => sum + (summary ? count(summary) : 0), 0);
}

const cutShort: ReadonlySet<SourceStatus> = new Set(["failed", "continue", "not-begun"]);

function isReviewed(row: SourceRow): boolean {
  return isReadWhole(row) && !cutShort.has(row.status);
}

/** The verdict over all sources: of the sentences that apply the one about the worst. */
function verdictOf({ view, phrases, amount }: SummaryPage): [Tone, string] {
  const { summary: words, sentences, listSeparator } = phrases;
  const named = (isNamed: (row: SourceRow) => boolean): string =>
    view.sources
      .filter(isNamed)
      .map(({ source }) => source)
      .join(listSeparator);
  const unread = named((row) => !isReviewed(row));
  if (unread) return ["bad", words.verdictUnread(unread)];
  const unremoved = total(view, countUnremoved);
  if (unremoved > 0) return ["bad", sentences.verdictUnremoved(amount(unremoved))];
  const holding = countStillHolding(view);
  if (holding > 0) return ["wait", words.verdictLeavers(amount(holding))];
  const held = named(({ status }) => status === "held");
  if (held) return ["wait", words.verdictHeld(held)];
  const waiting = named(({ status }) => status === "waiting");
  return waiting ? ["wait", words.verdictWaiting(waiting)] : ["good", words.verdictDone(amount(view.sources.length))];
}

function figuresMarkup(page: SummaryPage): Markup {
  const { view, phrases, amount } = page;
  const { figures, summary: words } = phrases;
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
}

function headMarkup({ view, phrases: { summary: words }, moments }: SummaryPage): Markup {
  return markup`<h1>${words.title}</h1><p class="small">${words.writtenAt(moments.text(view.writtenAt))} · ${view.timezone}</p>`;
}

function bodyMarkup(page: SummaryPage): Markup {
  const [tone, sentence] = verdictOf(page);
  return markup`<section class="overview"><p class="verdict ${tone}">${sentence}</p>${figuresMarkup(page)}</section>
${sourcesMarkup(page)}${leaversMarkup(page)}`;
}

/** `summary.html`: one self-contained page over all sources, in both languages, beginning with the view's. It loads and runs nothing. */
export function createSummaryPage(view: SourcesView): string {
  const pages = inBothLanguages(view, view);
  const body = markup`<header class="top"><div>${inBoth(pages, headMarkup)}</div><div class="tools">${switchMarkup(view.language)}</div></header>
<main>${inBoth(pages, bodyMarkup)}</main>`;
  const { summary, htmlLang } = pages[0]!.phrases;
  return documentText({ title: summary.title, lang: htmlLang, script: null }, body);
}
