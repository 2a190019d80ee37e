import { isoInstant, parseInstant } from "../basics/instant.ts";

/** The review id of a start in epoch milliseconds, cut to the second: `YYYY-MM-DDTHHMMSSZ`. */
export const reviewIdOf = (startedAtMs: number): string =>
  isoInstant(Math.floor(startedAtMs / 1000) * 1000).replaceAll(":", "");

const reviewIdPattern = /^(\d{4}-\d{2}-\d{2}T\d{2})(\d{2})(\d{2})Z(-[a-z0-9-]+)?$/;

/** Whether a text is a review id: a real moment, optionally with `-` and `[a-z0-9-]+`. */
export function isReviewId(text: string): boolean {
  const match = reviewIdPattern.exec(text);
  return match !== null && parseInstant(`${match[1]}:${match[2]}:${match[3]}Z`) !== null;
}
