import { resolveReview } from "./ledger/review-order.ts";
import { lambdaHandler } from "./runtime/lambda.ts";
import { openReader, openRemover } from "./runtime/open-source.ts";
import { expireGrants } from "./stages/expire/expire-grants.ts";

export const handler = lambdaHandler({
  stage: "expire",
  resolveReview,
  openReader,
  openRemover,
  run: expireGrants,
});
