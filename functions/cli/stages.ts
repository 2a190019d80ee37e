import { assessGrants } from "../stages/assess/assess-grants.ts";
import { expireGrants } from "../stages/expire/expire-grants.ts";
import { sealEvidence } from "../stages/seal/seal-evidence.ts";
import { sendMessages } from "../stages/send/send-messages.ts";
import { takeSnapshot } from "../stages/snapshot/take-snapshot.ts";

/** The stages that have a command of their own; `review` runs them all. */
export const stages = {
  snapshot: { run: takeSnapshot, description: "read every role and grant of a source" },
  assess: { run: assessGrants, description: "judge the snapshot by the policy and write the plan" },
  expire: { run: expireGrants, description: "remove what of the plan is due" },
  send: { run: sendMessages, description: "tell people what the review has to tell now, each once" },
  seal: { run: sealEvidence, description: "close the review and write its evidence" },
};
