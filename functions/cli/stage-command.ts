import { resolveReview } from "../ledger/ledger.ts";
import type { Stage, StageAnswer } from "../review/stage.ts";
import { systemClock } from "../runtime/system-clock.ts";
import { codeOfAnswer, codeOfError, exitCodes, worstOf } from "./exit-code.ts";
import { untilDone } from "./review-command.ts";
import type { Session } from "./session.ts";

/** A command's result as `--json` prints it. */
export type CommandResult = { exitCode: number; sources: Record<string, unknown>[] };

/** Runs one stage of every chosen source: of the review it names, else of the open one, else of a new one. */
export async function runStage(session: Session, run: (stage: Stage) => Promise<StageAnswer>): Promise<CommandResult> {
  const sources: Record<string, unknown>[] = [];
  const codes: number[] = [];
  for (const sourceId of session.sources) {
    if (session.isInterrupted()) {
      codes.push(exitCodes.interrupted);
      break;
    }
    const ask = { sourceId, review: session.options.review, nowMs: systemClock.now() };
    const review = await resolveReview(session.store, ask);
    try {
      const answer = await untilDone(session, session.stageOf(sourceId, review), run);
      sources.push(answer);
      codes.push(codeOfAnswer(answer));
    } catch (error) {
      sources.push({ source: sourceId, review, status: "failed", error: (error as Error).message });
      codes.push(codeOfError(error));
    }
  }
  return { exitCode: worstOf(codes), sources };
}
