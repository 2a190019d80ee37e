import type { MessageText } from "../review/people/message.ts";
import { type Due, momentIn, type TextContext } from "./text-context.ts";
import { wordsOf } from "./words.ts";

/** How much of a review is one reviewer's. */
export type ReviewerShare = { id: string; grants: number; undecided: number };

/** What a message to one reviewer says: how much is theirs to decide on, and until when. */
export function reviewerTextOf(due: Due<"plan" | "reminder">, share: ReviewerShare, context: TextContext): MessageText {
  const words = wordsOf(context.language);
  const until = deadlineOf(due, context);
  const { reportUrl, reportPlace, language } = context;
  return {
    language,
    title: words.decideTitle(context.source, share.undecided),
    isUrgent: due.occasion === "reminder",
    paragraphs: [
      words.ofReview(context.review, due.plan.population.grants),
      words.yours(share.grants, share.undecided),
      ...(until === null ? [] : [words.decideBefore(momentIn(context, until))]),
      ...(reportUrl === null ? [words.reportAt(reportPlace)] : []),
    ],
    lists: [],
    commands: [],
    link:
      reportUrl === null ? null : { label: words.report, url: `${reportUrl}#reviewer=${encodeURIComponent(share.id)}` },
  };
}

/** The first instant after which a decision comes too late for something; null where nothing ends. */
function deadlineOf({ items, window }: Due<"plan" | "reminder">, { nowMs }: TextContext): string | null {
  const ends = [...items.map(({ notBefore }) => notBefore), ...(window ? [window.endsAt] : [])];
  let first: string | null = null;
  for (const end of ends) {
    if (Date.parse(end) > nowMs && (first === null || Date.parse(end) < Date.parse(first))) first = end;
  }
  return first;
}
