import { lambdaHandler } from "./runtime/lambda.ts";
import { resolveReview } from "./stages/resolve-review.ts";
import { takeSnapshot } from "./stages/take-snapshot.ts";

export const handler = lambdaHandler({ run: takeSnapshot, resolveReview });
