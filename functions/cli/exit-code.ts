import { LeaseHeldError } from "../ledger/lease.ts";
import { type Answered, RefusedRequestError, type RestoreAnswer } from "../review/stage.ts";
import { type Figure, type Sentence, say } from "./words/sentence.ts";

/** The meaning of the exit codes (docs/contract.md, "The CLI"). */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  held: 3,
  incomplete: 4,
  leased: 5,
  interrupted: 130,
} as const;

/**
 * Wrong configuration or usage: exit code 2, and the message alone is printed. `isTold`: a text that is in the language of the
 * configuration already.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly said: Sentence | null;
  readonly isTold: boolean;

  constructor(message: Sentence | string, { isTold = false } = {}) {
    super(typeof message === "string" ? message : message.english);
    this.said = typeof message === "string" ? null : message;
    this.isTold = isTold;
  }
}

/** Wrong usage, as a sentence that every language can say. */
export function usage(parts: TemplateStringsArray, ...figures: readonly Figure[]): UsageError {
  return new UsageError(say(parts, ...figures));
}

/** The most important of several sources' exit codes. */
export function worstCode(codes: number[]): number {
  return [130, 2, 4, 1, 5, 3, 0].find((code) => codes.includes(code)) ?? exitCodes.done;
}

export function codeOfError(error: unknown): number {
  if (error instanceof UsageError || error instanceof RefusedRequestError) return exitCodes.usage;
  return error instanceof LeaseHeldError ? exitCodes.leased : exitCodes.failed;
}

/** The counts of an answer that make it a failure unless they are 0. */
export const failureNames = ["refused", "failed", "unverified", "unsettled", "skipped", "leftForBadFiles"] as const;

export type FailureCounts = { [name in (typeof failureNames)[number]]?: number };

/** What an exit code follows from: every stage's answer has some of it. */
type Rated = Pick<Answered, "status"> &
  FailureCounts &
  Pick<RestoreAnswer, "notRestored" | "notProved"> & { balanced?: boolean };

/** The exit code of a stage's answer. A removal that did not work is a failure even if the stage has ended. */
export function codeOfAnswer(answer: Rated): number {
  if (answer.status === "incomplete") return exitCodes.incomplete;
  if (answer.status === "continue") return exitCodes.interrupted;
  if (failureNames.some((name) => (answer[name] ?? 0) > 0)) return exitCodes.failed;
  if (answer.balanced === false) return exitCodes.failed;
  if (answer.notRestored?.length || answer.notProved?.length) return exitCodes.failed;
  return answer.status === "held" ? exitCodes.held : exitCodes.done;
}
