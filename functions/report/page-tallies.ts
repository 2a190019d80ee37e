import type { Fate } from "../review/balance.ts";
import { type Markup, markup } from "./markup.ts";
import { badgeMarkup, type Page, sectionMarkup, tableMarkup, textMarkup } from "./page.ts";
import { phraseFor } from "./phrases.ts";

type Tally = [words: string, count: number][];

const tallyOf = (phrases: Record<string, string>, counts: Record<string, number>): Tally =>
  Object.entries(counts).map(([key, count]) => [phraseFor(phrases, key), count]);

const tallyMarkup = (page: Page, heading: string, tally: Tally): Markup => {
  if (tally.length === 0) return markup`<p>${page.phrases.none}</p>`;
  const rows = tally.map(([words, count]) => [textMarkup(words), textMarkup(page.amount(count))]);
  return tableMarkup([heading, page.phrases.labels.count], rows);
};

const balanceMarkup = (page: Page): Markup | null => {
  const { phrases, view } = page;
  if (!view.sealed) return null;
  const { population, balanced, ...fates } = view.sealed.balance;
  const verdict = balanced
    ? badgeMarkup("good", phrases.sentences.balanced(page.amount(population)))
    : badgeMarkup("bad", phrases.sentences.unbalanced);
  const tally: Tally = (Object.keys(phrases.fates) as Fate[]).map((fate) => [phrases.fates[fate], fates[fate]]);
  const counts = tallyMarkup(page, phrases.labels.standing, tally);
  return sectionMarkup("balance", phrases.sections.balance, [markup`<p>${verdict}</p>`, counts]);
};

/** How many items are held back and by what, how the others fared, and once sealed the balance of all grants. */
export function talliesMarkup(page: Page): Markup {
  const { phrases, view } = page;
  const { labels, sections } = phrases;
  const held = tallyMarkup(page, labels.reason, tallyOf(phrases.heldBy, view.summary.heldByReason));
  const outcomes = tallyMarkup(page, labels.result, tallyOf(phrases.outcomes, view.summary.outcomesByKind));
  return markup`<div class="tallies">${sectionMarkup("held", sections.held, [held])}
${sectionMarkup("outcomes", sections.outcomes, [outcomes])}${balanceMarkup(page)}</div>`;
}
