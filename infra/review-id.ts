import { JsonPath } from "aws-cdk-lib/aws-stepfunctions";

const { stringAt, stringSplit, arrayGetItem, format } = JsonPath;

/** How the ids of sweeps end, and of no other reviews. */
export const sweepSuffix = "-sweep";

/** The state language's expression for the id of the review, or the sweep, of an instant: to the second, without colons. */
export function reviewOf(instant: string, suffix = ""): string {
  const piece = (text: string, splitter: string, at: number): string => arrayGetItem(stringSplit(text, splitter), at);
  const [date, minutes, seconds] = [0, 1, 2].map((at) => piece(stringAt(instant), ":", at));
  // The seconds are `13Z` or `13.192Z`.
  return format(`{}{}{}Z${suffix}`, date!, minutes!, piece(piece(seconds!, ".", 0), "Z", 0));
}
