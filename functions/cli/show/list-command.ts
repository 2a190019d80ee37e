import { type ListedReview, listReviews } from "../../stages/show/list-reviews.ts";
import { padded } from "../print.ts";
import { type CommandSession, printResult } from "../session.ts";

/** Prints the reviews of every chosen source, newest first: offline, and nothing is written. */
export async function printReviewList(session: CommandSession): Promise<number> {
  const sources: { source: string; reviews: ListedReview[] }[] = [];
  for (const source of session.sources) {
    const reviews: ListedReview[] = [];
    for await (const review of listReviews(session.store, source)) reviews.push(review);
    sources.push({ source, reviews });
  }
  const text = sources.map((listed) => textOf(session.words, listed)).join("\n");
  return printResult(session, "list", { sources }, text);
}

type Words = CommandSession["words"];

function textOf(words: Words, { source, reviews }: { source: string; reviews: ListedReview[] }): string {
  if (reviews.length === 0) return words.list.noReview(source);
  return [words.named(source, "").trimEnd(), ...reviews.map((listed) => lineOf(words, listed))].join("\n");
}

function lineOf({ list, and }: Words, { review, state, grants, removed, sealedAt }: ListedReview): string {
  const figures = [
    ...(grants === null ? [] : [list.grants(grants)]),
    ...(removed === null ? [] : [list.removed(removed)]),
    ...(sealedAt === null ? [] : [list.sealedAt(sealedAt)]),
  ];
  return `  ${review}  ${padded(list.states[state], stateColumns)}${figures.join(and)}`.trimEnd();
}

const stateColumns = 10;
