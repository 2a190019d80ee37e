import { lambdaHandler } from "./runtime/lambda.ts";
import { openMessenger } from "./runtime/open-messenger.ts";
import { resolveReview } from "./stages/resolve-review.ts";
import { sendMessages } from "./stages/send-messages.ts";

export const handler = lambdaHandler({ stage: "send", run: sendMessages, resolveReview, openMessenger });
