import { approvePlan } from "./ledger/plans.ts";
import { resolveReview } from "./ledger/review-order.ts";
import { switchWrites } from "./ledger/stop.ts";
import { lambdaHandler } from "./runtime/lambda.ts";
import { openReader, openRemover } from "./runtime/open-source.ts";
import { expireGrants } from "./stages/expire/expire-grants.ts";

/**
 * With `approve`, `by` and `reason` the handler first lifts the brake of exactly that plan. With `stop` or `resume`, `by` and
 * `reason` the handler only stops removals from beginning, or lets removals begin again.
 */
export const handler = lambdaHandler({
  stage: "expire",
  fields: ["approve", "by", "reason", "stop", "resume"],
  resolveReview,
  openReader,
  openRemover,
  run: async (stage, { approve, by, reason, stop, resume }) => {
    const reasons = { by: by ?? "", reason: reason ?? "" };
    if (stop || resume) return await switchWrites(stage, stop === true, reasons);
    if (approve) await approvePlan(stage, { planHash: approve, ...reasons });
    return await expireGrants(stage);
  },
});
