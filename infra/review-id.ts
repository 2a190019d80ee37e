import { JsonPath } from "aws-cdk-lib/aws-stepfunctions";

const { stringAt, stringSplit, arrayGetItem, format } = JsonPath;

/** The state language's expression for the review id of an instant: to the second, without colons. */
export function reviewOf(instant: string): string {
  const piece = (text: string, splitter: string, at: number): string => arrayGetItem(stringSplit(text, splitter), at);
  const [date, minutes, seconds] = [0, 1, 2].map((at) => piece(stringAt(instant), ":", at));
  // The seconds are `13Z` or `13.192Z`.
  return format("{}{}{}Z", date!, minutes!, piece(piece(seconds!, ".", 0), "Z", 0));
}
