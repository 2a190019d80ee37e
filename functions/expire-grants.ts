import { lambdaHandler } from "./runtime/lambda.ts";
import { approvePlan } from "./stages/approval.ts";
import { expireGrants } from "./stages/expire-grants.ts";
import { resolveReview } from "./stages/resolve-review.ts";

/** With `approve`, `by` and `reason` it lifts the brake of exactly that plan first. */
export const handler = lambdaHandler({
  fields: ["approve", "by", "reason"],
  resolveReview,
  run: async (stage, { approve, by, reason }) => {
    if (approve) await approvePlan(stage, { planHash: approve, by: by ?? "", reason: reason ?? "" });
    return await expireGrants(stage);
  },
});
