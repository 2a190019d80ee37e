import { resolveReview } from "./ledger/review-order.ts";
import { lambdaHandler } from "./runtime/lambda.ts";
import { openMessenger } from "./runtime/open-messenger.ts";
import { sendMessages } from "./stages/send/send-messages.ts";

export const handler = lambdaHandler({ stage: "send", run: sendMessages, resolveReview, openMessenger });
