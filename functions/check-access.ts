import { lambdaHandler } from "./runtime/lambda.ts";
import { openMessenger } from "./runtime/open-messenger.ts";
import { openReader, openRemover } from "./runtime/open-source.ts";
import { checkAccess } from "./stages/check/check-access.ts";

/** Asks a source for the least that reviews need, by the way that reviews take: the address, the proxy and the secrets of the stack. */
export const handler = lambdaHandler({
  stage: "check",
  run: checkAccess,
  resolveReview: async () => "check",
  openReader,
  openRemover,
  openMessenger,
});
