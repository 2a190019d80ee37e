import type { Outcome } from "../../review/proof/receipt.ts";
import type { Language } from "../review-view.ts";
import type { ListedGrant, ListedItem } from "../rows/packed-rows.ts";
import type { Standing } from "../rows/standing.ts";
import { detailText } from "../words/detail-text.ts";
import { standingTone, standingWords } from "../words/standing-words.ts";
import { type Markup, markup } from "./markup.ts";
import { badgeMarkup, type Page } from "./page.ts";

const note = (text: Markup): Markup => markup`<div class="small">${text}</div>`;

const labelled = (label: string, value: Markup): Markup => note(markup`${label} ${value}`);

const detailNote = (detail: string | null, language: Language): Markup =>
  detail ? note(markup`<bdi>${detailText(detail, language)}</bdi>`) : markup``;

/** When it was, when a read confirmed it, what the provider calls its answer, and its words. */
export const outcomeNotes = (
  { phrases: { labels }, moments, language }: Page,
  { at, verifiedAt, requestId, detail }: Pick<Outcome, "at" | "verifiedAt" | "requestId" | "detail">,
): Markup[] => [
  note(moments.markup(at)),
  verifiedAt ? labelled(labels.verifiedAt, moments.markup(verifiedAt)) : markup``,
  requestId ? labelled(labels.requestId, markup`<code>${requestId}</code>`) : markup``,
  detailNote(detail, language),
];

const itemNotes = (
  { phrases: { labels }, moments, language }: Page,
  { hold, notBefore, noticeAt }: ListedItem,
): Markup[] => [
  detailNote(hold?.detail ?? null, language),
  hold ? markup`` : labelled(labels.dueAt, moments.markup(notBefore)),
  hold ? markup`` : labelled(labels.noticeAt, moments.markup(noticeAt)),
];

/** What becomes of a grant, in words: its outcome, why it is held, when it is due, or that it stays. */
export function standingMarkup(
  page: Page,
  { item, outcome }: Pick<ListedGrant, "item" | "outcome">,
  standing: Standing,
): Markup {
  const badge = badgeMarkup(standingTone(standing), standingWords(page.phrases, standing, page.view.sealed !== null));
  if (outcome) return markup`${badge}${outcomeNotes(page, outcome)}`;
  return item ? markup`${badge}${itemNotes(page, item)}` : badge;
}
