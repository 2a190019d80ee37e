import { resolveReview } from "./ledger/review-order.ts";
import { lambdaHandler } from "./runtime/lambda.ts";
import { openMessenger } from "./runtime/open-messenger.ts";
import { sendMessages } from "./stages/send/send-messages.ts";

/** Tells people what is due. `remind`: also reminds the reviewer with this id, or (true) everybody who has not answered. */
export const handler = lambdaHandler({
  stage: "send",
  fields: ["remind"],
  run: (stage, { remind }) => sendMessages(stage, remind),
  resolveReview,
  openMessenger,
});
