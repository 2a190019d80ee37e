import { reviewsOf } from "../../ledger/earlier-reviews.ts";
import { answer, type Stage, type StageAnswer } from "../../review/stage.ts";
import { sealEvidence } from "./seal-evidence.ts";

/** Seals the source's open reviews from before this one, oldest first: a source has one open review at most. */
export const sealEarlier = async (stage: Stage): Promise<StageAnswer> => {
  const open = (await reviewsOf(stage.store, stage.sourceId)).filter(
    ({ review, hasSnapshot, isSealed }) => review < stage.review && hasSnapshot && !isSealed,
  );
  for (const { review } of open) await sealEvidence({ ...stage, review });
  return answer(stage, "done", { sealedEarlier: open.length });
};
