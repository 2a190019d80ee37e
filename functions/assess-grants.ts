import { lambdaHandler } from "./runtime/lambda.ts";
import { assessGrants } from "./stages/assess-grants.ts";
import { resolveReview } from "./stages/resolve-review.ts";

export const handler = lambdaHandler({ stage: "assess", run: assessGrants, resolveReview });
