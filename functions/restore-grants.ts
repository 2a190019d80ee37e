import { lambdaHandler } from "./runtime/lambda.ts";
import { resolveReview } from "./stages/resolve-review.ts";
import { restoreGrants } from "./stages/restore-grants.ts";

/** With `grants` or `all` it puts back; with neither it says what it would do. */
export const handler = lambdaHandler({
  fields: ["grants", "all"],
  resolveReview,
  run: (stage, { grants, all }) => restoreGrants(stage, { grants, all }),
});
