import { answerApproval } from "./ledger/plans.ts";
import { resolveReview } from "./ledger/review-order.ts";
import { lambdaHandler } from "./runtime/lambda.ts";

/** Lifts the brake of exactly the plan that `approve` names, and records `by` whom and for what `reason`. It removes nothing. */
export const handler = lambdaHandler({
  stage: "approve",
  fields: ["approve", "by", "reason"],
  needsOneOf: ["approve"],
  resolveReview,
  run: (stage, { approve = "", by = "", reason = "" }) => answerApproval(stage, { planHash: approve, by, reason }),
});
