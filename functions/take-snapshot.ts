import { resolveReview } from "./ledger/review-order.ts";
import { lambdaHandler } from "./runtime/lambda.ts";
import { openReader } from "./runtime/open-source.ts";
import { takeSnapshot } from "./stages/snapshot/take-snapshot.ts";

export const handler = lambdaHandler({
  stage: "snapshot",
  fields: ["holders"],
  run: takeSnapshot,
  resolveReview,
  mayBegin: () => true,
  openReader,
});
