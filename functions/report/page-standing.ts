import type { PlanItem } from "../review/plan.ts";
import type { Outcome } from "../review/receipt.ts";
import { type Markup, markup } from "./markup.ts";
import { badgeMarkup, type Page, type Tone } from "./page.ts";
import type { ReportRow } from "./review-view.ts";
import { isUnremoved, type Standing } from "./standing.ts";

const note = (text: Markup): Markup => markup`<div class="small">${text}</div>`;

const labelled = (label: string, value: Markup): Markup => note(markup`${label} ${value}`);

const detailNote = (detail: string | null): Markup => (detail ? note(markup`<bdi>${detail}</bdi>`) : markup``);

const outcomeNotes = (
  { phrases: { labels }, moments }: Page,
  { at, verifiedAt, requestId, detail }: Outcome,
): Markup[] => [
  note(moments.markup(at)),
  verifiedAt ? labelled(labels.verifiedAt, moments.markup(verifiedAt)) : markup``,
  requestId ? labelled(labels.requestId, markup`<code>${requestId}</code>`) : markup``,
  detailNote(detail),
];

const itemNotes = ({ phrases: { labels }, moments }: Page, { hold, notBefore, noticeAt }: PlanItem): Markup[] => [
  detailNote(hold?.detail ?? null),
  hold ? markup`` : labelled(labels.dueAt, moments.markup(notBefore)),
  hold ? markup`` : labelled(labels.noticeAt, moments.markup(noticeAt)),
];

const toneOf = (standing: Standing): Tone => {
  if (isUnremoved(standing)) return "bad";
  if (standing.kind === "outcome") return standing.outcome === "changed" ? "quiet" : "good";
  return standing.kind === "kept" ? "quiet" : "wait";
};

const wordsOf = ({ phrases, view }: Page, standing: Standing): string => {
  const { sentences } = phrases;
  switch (standing.kind) {
    case "outcome":
      return phrases.outcomes[standing.outcome];
    case "held":
      return phrases.heldBy[standing.by];
    case "pending":
      return view.sealed ? sentences.pendingSealed : sentences.pendingOpen;
    case "kept":
      return sentences.kept;
    default:
      return standing satisfies never;
  }
};

/** What becomes of a grant, in words: its outcome, why it is held, when it is due, or that it stays. */
export function standingMarkup(page: Page, { item, outcome }: ReportRow, standing: Standing): Markup {
  const badge = badgeMarkup(toneOf(standing), wordsOf(page, standing));
  if (outcome) return markup`${badge}${outcomeNotes(page, outcome)}`;
  return item ? markup`${badge}${itemNotes(page, item)}` : badge;
}
