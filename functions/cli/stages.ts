import type { Stage, StageAnswer } from "../review/stage.ts";
import { assessGrants } from "../stages/assess/assess-grants.ts";
import { expireGrants } from "../stages/expire/expire-grants.ts";
import { sealEvidence } from "../stages/seal/seal-evidence.ts";
import { sendMessages } from "../stages/send/send-messages.ts";
import { takeSnapshot } from "../stages/snapshot/take-snapshot.ts";
import { removingSecrets, type SecretsOf } from "./session.ts";

type StageName = "snapshot" | "assess" | "expire" | "send" | "seal";

type StageOfCommand = { run: (stage: Stage) => Promise<StageAnswer>; secretsOf: SecretsOf; description: string };

/** The stages that have a command of their own; `review` runs them all. */
export const stages: Record<StageName, StageOfCommand> = {
  snapshot: {
    run: takeSnapshot,
    secretsOf: () => ({ credentials: ["read"] }),
    description: "read every role and grant of a source",
  },
  assess: { run: assessGrants, secretsOf: null, description: "judge the snapshot by the policy and write the plan" },
  expire: { run: expireGrants, secretsOf: removingSecrets, description: "remove what of the plan is due" },
  send: {
    run: sendMessages,
    secretsOf: () => ({ credentials: [], messages: true }),
    description: "tell people what the review has to tell now, each once",
  },
  seal: {
    run: sealEvidence,
    secretsOf: () => ({ credentials: ["read"] }),
    description: "close the review and write its evidence",
  },
};
