import { resolveReview } from "./ledger/review-order.ts";
import { switchWrites } from "./ledger/stop.ts";
import { lambdaHandler } from "./runtime/lambda.ts";

/** `stop`: no provider write begins from then on; `resume`: writes may begin again. Both record `by` whom and for what `reason`. */
export const handler = lambdaHandler({
  stage: "stop",
  fields: ["stop", "resume", "by", "reason"],
  needsOneOf: ["stop", "resume"],
  resolveReview,
  run: (stage, { stop, by = "", reason = "" }) => switchWrites(stage, stop === true, { by, reason }),
});
