import { lambdaHandler } from "./runtime/lambda.ts";
import { openSource } from "./runtime/open-source.ts";
import { resolveReview } from "./stages/resolve-review.ts";
import { takeSnapshot } from "./stages/take-snapshot.ts";

export const handler = lambdaHandler({ stage: "snapshot", run: takeSnapshot, resolveReview, openSource });
