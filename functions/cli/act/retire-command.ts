import { retireReview } from "../../ledger/review-order.ts";
import { tellActs } from "../acts.ts";
import { usage } from "../exit-code.ts";
import { type CommandSession, onlySource, printResult } from "../session.ts";
import { assertReasons, type ReasonOptions } from "./reasons.ts";

/** Retires a review of the future, so that the source can be gone on with. Prints the record that stands. */
export async function retire(session: CommandSession, { by, reason }: ReasonOptions): Promise<number> {
  const { review } = session.options;
  if (!review) throw usage`Name the review to retire with --review ID`;
  assertReasons({ by, reason });
  const retired = await retireReview(session.stageOf(onlySource(session), review), { by, reason });
  await tellActs(session, retired.source);
  const text = session.words.acts.retired(retired.source, retired.review, retired.by, retired.at);
  return printResult(session, "retire-review", retired, text);
}
