import { LeaseHeldError } from "../ledger/lease.ts";
import type { StageAnswer } from "../review/stage.ts";

/** What the exit codes mean (docs/contract.md, "The CLI"). */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  held: 3,
  incomplete: 4,
  leased: 5,
  interrupted: 130,
} as const;

/** Wrong configuration or usage: exit code 2, the message alone. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Of several sources' codes the one that matters most. */
export function worstOf(codes: number[]): number {
  return [130, 2, 4, 1, 5, 3, 0].find((code) => codes.includes(code)) ?? exitCodes.done;
}

export function codeOfError(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  return error instanceof LeaseHeldError ? exitCodes.leased : exitCodes.failed;
}

/** The figures of an answer that make it a failure where they are not 0. */
export const failureNames = ["refused", "failed", "unverified", "unsettled"];

/** The code of a stage's answer: a removal that did not work is a failure although the stage went through. */
export function codeOfAnswer(answer: StageAnswer): number {
  if (answer.status === "incomplete") return exitCodes.incomplete;
  if (answer.status === "continue") return exitCodes.interrupted;
  if (failureNames.some((outcome) => Number(answer[outcome] ?? 0) > 0)) return exitCodes.failed;
  if ((answer.notRestored as unknown[] | undefined)?.length) return exitCodes.failed;
  return answer.status === "held" ? exitCodes.held : exitCodes.done;
}
