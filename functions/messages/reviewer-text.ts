import { hashText } from "../basics/hash.ts";
import type { MessageText } from "../review/people/message.ts";
import { type Due, momentIn, placeLines, type TextContext } from "./occasion-text.ts";
import { type Words, wordsOf } from "./words.ts";

// What one person reads of a review: what is theirs to decide, how far they are, and what they decided.

/** How many grants of a review one reviewer has to review, how many of those are undecided, and how many they decided on at the desk. */
export type ReviewerShare = { id: string; grants: number; undecided: number; decided: number };

/** What a reviewer is asked for: with a plan, as a reminder, or as another reviewer handed `received` grants on. */
export type Asking = { due: Due<"plan" | "reminder">; received?: number };

/** The text of a message to one reviewer: how many grants they have to decide on, and until when. */
export function reviewerTextOf({ due, received }: Asking, share: ReviewerShare, context: TextContext): MessageText {
  const words = wordsOf(context.language);
  const { source } = context;
  return textWith(context, words, {
    title: received === undefined ? words.decideTitle(source, share.undecided) : words.handedTitle(source, received),
    isUrgent: due.occasion === "reminder",
    paragraphs: [
      words.ofReview(context.review, due.plan.population.grants),
      ...(received === undefined ? [] : [words.handed(received)]),
      words.yours(share.grants, share.undecided),
      ...(share.decided > 0 ? [words.decided(share.decided, share.decided + share.undecided)] : []),
      ...untilLines(due, context, words),
    ],
    link: linkFor(share.id, context, words),
  });
}

/** What a message says once its reviewer has decided on something, or handed it on: that they are done, or what remains. */
export function standingTextOf(due: Due<"plan" | "reminder">, share: ReviewerShare, context: TextContext): MessageText {
  const { undecided, decided } = share;
  if (undecided > 0) return reviewerTextOf({ due }, share, context);
  const words = wordsOf(context.language);
  const { source } = context;
  return textWith(context, words, {
    title: decided > 0 ? words.doneTitle(source, decided) : words.nothingLeftTitle(source),
    isUrgent: false,
    paragraphs: [
      words.ofReview(context.review, due.plan.population.grants),
      ...(decided > 0 ? [words.decided(decided, decided), words.changeable] : [words.nothingLeft]),
    ],
    link: linkFor(share.id, context, words),
  });
}

/** What a message to a reviewer says once nothing can be decided any more, whatever it asked for. */
export function overTextOf(reviewer: string, context: TextContext): MessageText {
  const words = wordsOf(context.language);
  return textWith(context, words, {
    title: words.overTitle(context.source),
    isUrgent: false,
    paragraphs: [words.over(context.review)],
    link: linkFor(reviewer, context, words),
  });
}

/** What somebody submitted at the desk: `number` is the receipt's, `counts` are of grants. */
export type Submitted = {
  number: string;
  decidedAt: string;
  counts: { keep: number; revoke: number; reassign: number };
};

/** The receipt of what a reviewer decided at the desk. */
export function receiptTextOf({ number, decidedAt, counts }: Submitted, context: TextContext): MessageText {
  const words = wordsOf(context.language);
  const { source, review, deskUrl } = context;
  const { keep, revoke, reassign } = counts;
  const answers = (["keep", "revoke", "reassign"] as const).filter((answer) => counts[answer] > 0);
  return textWith(context, words, {
    title: words.receiptTitle(source, keep + revoke + reassign),
    isUrgent: false,
    paragraphs: [
      words.actIn(review),
      words.receiptAt(momentIn(context, decidedAt)),
      words.receipt(number.replace(/[0-9a-f]{16}$/, hashText)),
      words.changeable,
    ],
    lists: [{ title: words.what, rows: answers.map((answer) => words.count(words.answer[answer], counts[answer])) }],
    link: deskUrl === null ? null : { label: words.deskReceipt, url: deskUrl },
  });
}

/** A reviewer who has not decided on everything, as their manager is told of them. */
export type SilentReviewer = { name: string; undecided: number };

/** The text to the manager of reviewers who did not answer: who, and how many grants wait for each. */
export function managerTextOf(
  { plan, endsAt }: Due<"reminder">,
  reviewers: readonly SilentReviewer[],
  context: TextContext,
): MessageText {
  const words = wordsOf(context.language);
  return textWith(context, words, {
    title: words.managerTitle(context.source, reviewers.length),
    isUrgent: true,
    paragraphs: [words.ofReview(context.review, plan.population.grants), words.manager(momentIn(context, endsAt))],
    lists: [{ title: words.waiting, rows: reviewers.map(({ name, undecided }) => words.count(name, undecided)) }],
    link: null,
  });
}

/** The text to the operators, where reviewers did not answer the last reminder: how many, and how many grants nobody decided on. */
export function lateTextOf({ plan, window, endsAt }: Due<"reminder">, context: TextContext): MessageText {
  const words = wordsOf(context.language);
  const { reportUrl } = context;
  return textWith(context, words, {
    title: words.lateTitle(context.source, context.silentReviewers),
    isUrgent: true,
    paragraphs: [
      words.ofReview(context.review, plan.population.grants),
      ...(window ? [words.toDecide(window.undecided, momentIn(context, endsAt))] : []),
      words.late,
    ],
    link: reportUrl === null ? null : { label: words.report, url: reportUrl },
  });
}

type Written = Pick<MessageText, "title" | "isUrgent" | "paragraphs" | "link"> & Partial<Pick<MessageText, "lists">>;

function textWith(context: TextContext, words: Words, { paragraphs, ...written }: Written): MessageText {
  const places = context.deskUrl === null ? placeLines(context, words) : [];
  return { language: context.language, lists: [], commands: [], ...written, paragraphs: [...paragraphs, ...places] };
}

/** To the desk, where there is one; else to the reviewer's part of the report. */
function linkFor(id: string, { reportUrl, deskUrl }: TextContext, words: Words): MessageText["link"] {
  if (deskUrl !== null) return { label: words.desk, url: deskUrl };
  return reportUrl === null ? null : { label: words.report, url: `${reportUrl}#reviewer=${encodeURIComponent(id)}` };
}

/** The first instant after which a decision is too late for some grant, if there is one. */
function untilLines({ items, window }: Due<"plan" | "reminder">, context: TextContext, words: Words): string[] {
  const ends = [...items.map(({ notBefore }) => notBefore), ...(window ? [window.endsAt] : [])];
  const [first] = ends.filter((end) => Date.parse(end) > context.nowMs).sort((a, b) => Date.parse(a) - Date.parse(b));
  if (first === undefined) return [];
  const moment = momentIn(context, first);
  return [context.deskUrl === null ? words.decideBefore(moment) : words.decideAtDesk(moment)];
}
