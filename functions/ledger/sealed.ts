import { sha256 } from "../basics/hash.ts";
import { checkpointKey, reviewKeys } from "../review/keys.ts";
import type { ReviewerRules } from "../review/people/routing.ts";
import { answer, type Stage, type StageAnswer } from "../review/stage.ts";
import { openCheckpoint } from "./checkpoint.ts";

/** When a review was sealed, and the configuration its final report is written under. */
export type Sealing = {
  sealedAt: string;
  mode?: "report" | "enforce";
  language?: "zh" | "en";
  reviewers?: ReviewerRules | null;
};

/** What seal freezes once the balance closes: from then on the reports and hashes being written must stay true. */
export const openSealing = ({ store, sourceId, review }: Stage) =>
  openCheckpoint<Sealing>(store, checkpointKey(sourceId, review, "seal.json"));

/** Whether the review is sealed, or its sealing was begun and cut off: only seal has anything left to do. */
export const isSealed = async (stage: Stage): Promise<boolean> => {
  const { store, sourceId, review } = stage;
  if ((await store.get(reviewKeys(sourceId, review).evidence)) !== null) return true;
  return (await openSealing(stage)).value !== null;
};

/**
 * The answer of a stage that has nothing left to do as the review is sealed, with the evidence's hash once there is
 * evidence, so that it can be kept elsewhere; null where the review is open.
 */
export const answerWhereSealed = async (stage: Stage): Promise<StageAnswer | null> => {
  if (!(await isSealed(stage))) return null;
  const evidence = await stage.store.get(reviewKeys(stage.sourceId, stage.review).evidence);
  return answer(stage, "done", { sealed: true, ...(evidence ? { evidenceSha256: sha256(evidence.body) } : {}) });
};

/** Throws where the review takes no more assessments, approvals or removals. `what` says what was about to be done. */
export const refuseWhereSealed = async (stage: Stage, what: string): Promise<void> => {
  if (!(await isSealed(stage))) return;
  throw new Error(`Cannot ${what} as ${stage.sourceId} ${stage.review} is sealed: start a new review`);
};
