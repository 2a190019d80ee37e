import { lambdaHandler } from "./runtime/lambda.ts";
import { resolveReview } from "./stages/resolve-review.ts";
import { sealEvidence } from "./stages/seal-evidence.ts";

export const handler = lambdaHandler({ run: sealEvidence, resolveReview });
