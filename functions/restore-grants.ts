import { resolveReview } from "./ledger/review-order.ts";
import { lambdaHandler } from "./runtime/lambda.ts";
import { openReader, openRemover } from "./runtime/open-source.ts";
import { restoreGrants } from "./stages/restore/restore-grants.ts";

/** With `grants` or `all`, `by` and `reason` the handler puts grants back. Without them the handler only answers which grants could be put back. */
export const handler = lambdaHandler({
  stage: "restore",
  fields: ["grants", "all", "by", "reason"],
  resolveReview,
  ofRetired: () => true,
  openReader,
  openRemover,
  run: (stage, { grants, all, by, reason }) => restoreGrants(stage, { grants, all, by, reason }),
});
