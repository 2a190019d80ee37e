import { resolveReview } from "./ledger/review-order.ts";
import { lambdaHandler } from "./runtime/lambda.ts";
import { assessGrants } from "./stages/assess/assess-grants.ts";

export const handler = lambdaHandler({ stage: "assess", run: assessGrants, resolveReview });
