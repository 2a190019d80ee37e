import type { Deciding } from "../deciding.ts";
import type { ListedGrant } from "../rows/packed-rows.ts";
import { type DecidingPhrases, decidingPhrasesOf } from "../words/deciding-phrases.ts";
import { type Markup, markup } from "./markup.ts";
import { type Page, sectionMarkup } from "./page.ts";
import { grantTableMarkup } from "./page-grant-row.ts";

const sentencesOf = (page: Page, words: DecidingPhrases, deciding: Deciding<unknown>): string[] => {
  const { amount, moments } = page;
  const { isOpen, undecided, keptUndecided } = deciding;
  const at = moments.text(deciding.untilAt);
  return [
    isOpen ? words.until(at) : words.over(at),
    undecided > 0 ? words.undecided(amount(undecided)) : words.allDecided,
    ...(keptUndecided > 0 ? [words.kept(amount(keptUndecided))] : []),
  ];
};

const expiringMarkup = (
  page: Page,
  words: DecidingPhrases,
  { expiring, untilAt, mode }: Deciding<ListedGrant>,
): Markup[] => {
  if (expiring.length === 0) return [];
  const { amount, moments } = page;
  const count = amount(expiring.length);
  const notice = mode === "report" ? words.wouldExpire(count) : words.expires(count, moments.text(untilAt));
  return [markup`<p class="notice">${notice}</p>`, ...grantTableMarkup(page, expiring)];
};

/** Until when one can decide, how many are undecided, and, apart, exactly who expires if nobody does; nothing where nobody is waited for. */
export function decidingMarkup(page: Page, deciding: Deciding<ListedGrant> | null): Markup {
  if (deciding === null) return markup``;
  const words = decidingPhrasesOf(page.language);
  const sentences = sentencesOf(page, words, deciding).map((sentence) => markup`<p>${sentence}</p>`);
  // Once it is over they are due like any other item, or were when the review was sealed.
  const expiring = deciding.isOpen ? expiringMarkup(page, words, deciding) : [];
  return sectionMarkup(page, "deciding", { heading: words.heading, body: [...sentences, ...expiring] });
}

/** The files of decisions that could not be understood, each with its faults; nothing where there are none, or where the report is one reviewer's alone. */
export function badDecisionsMarkup(page: Page): Markup {
  const { badDecisionFiles = [], onlyFor } = page.view;
  if (badDecisionFiles.length === 0 || onlyFor) return markup``;
  const words = decidingPhrasesOf(page.language);
  const files = badDecisionFiles.map(({ file, fault }) => markup`<li><bdi>${file}</bdi>: <bdi>${fault}</bdi></li>`);
  const body = [markup`<p class="notice grave">${words.badFiles}</p>`, markup`<ul>${files}</ul>`];
  return sectionMarkup(page, "bad-decisions", { heading: words.badFilesHeading, body });
}
