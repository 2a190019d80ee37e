import { openLedger } from "../ledger/ledger.ts";
import { isSealed } from "../ledger/sealing.ts";
import type { SourceStatus } from "../report/sources-view.ts";
import { reviewIdOf } from "../review/keys.ts";
import type { Stage, StageAnswer } from "../review/stage.ts";
import { systemClock } from "../runtime/system-clock.ts";
import { assessGrants } from "../stages/assess/assess-grants.ts";
import { expireGrants } from "../stages/expire/expire-grants.ts";
import { sealEvidence } from "../stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../stages/snapshot/take-snapshot.ts";
import { codeOfAnswer, codeOfError, exitCodes, worstOf } from "./exit-code.ts";
import type { Session } from "./session.ts";
import { tellPeople } from "./tell.ts";

/** How far the review of one source came. */
export type ReviewedSource = {
  source: string;
  review: string;
  status: SourceStatus;
  exitCode: number;
  [count: string]: unknown;
};

/** Reviews every chosen source as far as it goes today; after Ctrl-C none is begun. */
export const reviewSources = async (session: Session): Promise<ReviewedSource[]> => {
  const reviewed: ReviewedSource[] = [];
  for (const sourceId of session.sources) {
    if (session.isInterrupted()) break;
    reviewed.push(await reviewSource(session, sourceId));
  }
  return reviewed;
};

/** The exit code over all sources; one that was not begun was interrupted. */
export const codeOf = (session: Session, reviewed: ReviewedSource[]): number => {
  const codes = reviewed.map(({ exitCode }) => exitCode);
  return worstOf(reviewed.length < session.sources.length ? [...codes, exitCodes.interrupted] : codes);
};

const reviewSource = async (session: Session, sourceId: string): Promise<ReviewedSource> => {
  const review = session.options.review ?? (await nextReview(session, sourceId));
  const stage = session.stageOf(sourceId, review);
  try {
    return await liveReview(session, stage);
  } catch (error) {
    return {
      source: sourceId,
      review,
      status: "failed",
      exitCode: codeOfError(error),
      error: (error as Error).message,
    };
  }
};

/** A new review's id; the embedded company lives on between two reviews. */
const nextReview = async ({ store, liveOn }: Session, sourceId: string): Promise<string> => {
  const earlier = await openLedger(store, sourceId).reviews();
  if (earlier.length > 0) liveOn(sourceId);
  const id = reviewIdOf(systemClock.now());
  const isTaken = earlier.some((review) => review.startsWith(id));
  return isTaken ? `${id}-${earlier.length}` : id;
};

const liveReview = async (session: Session, stage: Stage): Promise<ReviewedSource> => {
  const summary = (answer: StageAnswer, status: SourceStatus): ReviewedSource => ({
    ...answer,
    status,
    exitCode: codeOfAnswer(answer),
  });
  const interrupted = (answer: StageAnswer): ReviewedSource => ({
    ...answer,
    status: "continue",
    exitCode: exitCodes.interrupted,
  });
  const snapshot = await untilDone(session, stage, takeSnapshot);
  if (snapshot.status === "continue") return interrupted(snapshot);
  if (snapshot.status === "incomplete") return summary(snapshot, "incomplete");
  if (await isSealed(stage)) {
    return summary({ ...snapshot, ...(await sealEvidence(stage)), ...(await tellPeople(stage)) }, "sealed");
  }
  const judged = await assessGrants(stage);
  const told = await tellPeople(stage);
  const assessed: StageAnswer = { ...judged, ...told };
  if (assessed.status === "held" || assessed.status === "waiting")
    return summary({ ...snapshot, ...assessed }, assessed.status);
  const expired = await untilDone(session, stage, expireGrants);
  const soFar = { ...snapshot, ...assessed, ...expired };
  if (expired.status === "continue") return interrupted(soFar);
  if (expired.status === "held" || expired.status === "waiting") return summary(soFar, expired.status);
  // Seal has settled what expire left open.
  const { unsettled: _settled, ...removed } = soFar;
  const sealed = await sealEvidence(stage);
  return summary({ ...removed, ...sealed, ...(await tellPeople(stage, told)) }, "sealed");
};

/** A stage until it answers anything but `continue`, or Ctrl-C. */
export const untilDone = async (
  session: Session,
  stage: Stage,
  run: (stage: Stage) => Promise<StageAnswer>,
): Promise<StageAnswer> => {
  for (;;) {
    const answer = await run(stage);
    if (answer.status !== "continue" || session.isInterrupted()) return answer;
  }
};
