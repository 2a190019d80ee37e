import { resolveReview } from "./ledger/ledger.ts";
import { lambdaHandler } from "./runtime/lambda.ts";
import { openReader, openRemover } from "./runtime/open-source.ts";
import { restoreGrants } from "./stages/restore/restore-grants.ts";

/** With `grants` or `all` it puts back; with neither it says what it would do. */
export const handler = lambdaHandler({
  stage: "restore",
  fields: ["grants", "all"],
  resolveReview,
  openReader,
  openRemover,
  run: (stage, { grants, all }) => restoreGrants(stage, { grants, all }),
});
