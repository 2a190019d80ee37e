import { resolveReview } from "./ledger/ledger.ts";
import { kmsSigner } from "./runtime/kms-signer.ts";
import { lambdaHandler } from "./runtime/lambda.ts";
import { openReader } from "./runtime/open-source.ts";
import { overdueOf } from "./stages/seal/overdue.ts";
import { sealEarlier, sealEvidence } from "./stages/seal/seal-evidence.ts";

/**
 * With `earlier` the handler seals the source's open reviews from before this review. With `overdueAfterDays` the handler
 * seals nothing, and only answers by how many days the source's next review is overdue.
 */
export const handler = lambdaHandler({
  stage: "seal",
  fields: ["earlier", "overdueAfterDays"],
  resolveReview,
  openReader,
  openSigner: kmsSigner,
  run: (stage, { earlier, overdueAfterDays }) => {
    if (overdueAfterDays) return overdueOf(stage, overdueAfterDays);
    return earlier ? sealEarlier(stage) : sealEvidence(stage);
  },
});
