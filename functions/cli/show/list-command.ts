import { type ListedReview, listReviews } from "../../stages/show/list-reviews.ts";
import { type CommandSession, printResult } from "../session.ts";

/** Prints the reviews of every chosen source, newest first: offline, and nothing is written. */
export async function printReviewList(session: CommandSession): Promise<number> {
  const sources: { source: string; reviews: ListedReview[] }[] = [];
  for (const source of session.sources) {
    const reviews: ListedReview[] = [];
    for await (const review of listReviews(session.store, source)) reviews.push(review);
    sources.push({ source, reviews });
  }
  return printResult(session, "list", { sources }, sources.map(textOf).join("\n"));
}

function textOf({ source, reviews }: { source: string; reviews: ListedReview[] }): string {
  if (reviews.length === 0) return `${source}: no review yet`;
  return [`${source}:`, ...reviews.map(lineOf)].join("\n");
}

function lineOf({ review, state, grants, removed, sealedAt }: ListedReview): string {
  const figures = [
    ...(grants === null ? [] : [`${grants} grants`]),
    ...(removed === null ? [] : [`${removed} removed`]),
    ...(sealedAt === null ? [] : [`sealed at ${sealedAt}`]),
  ];
  return `  ${review}  ${state.padEnd(10)}${figures.join(", ")}`.trimEnd();
}
