import { resolveReview, retireReview } from "./ledger/review-order.ts";
import { kmsSigner } from "./runtime/kms-signer.ts";
import { lambdaHandler } from "./runtime/lambda.ts";
import { openReader } from "./runtime/open-source.ts";
import { overdueOf } from "./stages/seal/overdue.ts";
import { sealEarlier, sealEvidence } from "./stages/seal/seal-evidence.ts";

/**
 * With `earlier` the handler seals the source's open reviews from before this review; without a review, from before the open
 * one, else a new one, which the answer names. With `overdueAfterDays` the handler
 * seals nothing, and only answers by how many days the source's next review is overdue. With `retire`, `by` and `reason` the
 * handler only retires the review, which lies in the future.
 */
export const handler = lambdaHandler({
  stage: "seal",
  fields: ["earlier", "overdueAfterDays", "retire", "by", "reason"],
  resolveReview,
  // The state machine has earlier reviews sealed before the review begins.
  mayBegin: ({ earlier }) => earlier === true,
  passesIncomplete: ({ earlier }) => earlier === true,
  ofRetired: ({ retire }) => retire === true,
  openReader,
  openSigner: kmsSigner,
  run: (stage, { earlier, overdueAfterDays, retire, by, reason }, due) => {
    if (retire) return retireReview(stage, { by: by ?? "", reason: reason ?? "" });
    if (overdueAfterDays) return overdueOf(stage, overdueAfterDays, due());
    return earlier ? sealEarlier(stage) : sealEvidence(stage);
  },
});
