import type { Stage, StageAnswer } from "../review/stage.ts";
import { assessGrants } from "../stages/assess/assess-grants.ts";
import { expireGrants } from "../stages/expire/expire-grants.ts";
import { sealEvidence } from "../stages/seal/seal-evidence.ts";
import { sendMessages } from "../stages/send/send-messages.ts";
import { takeSnapshot } from "../stages/snapshot/take-snapshot.ts";
import { type CommandNeeds, removingSecrets } from "./session.ts";

type StageOfCommand = CommandNeeds & { run: (stage: Stage) => Promise<StageAnswer>; description: string };

/** The stages that have a command of their own; `review` runs them all. */
export const stages = {
  snapshot: {
    run: takeSnapshot,
    description: "read every role and grant of a source",
    secretsOf: () => ({ credentials: ["read"] }),
    mayBegin: true,
    namesForeign: true,
    beginsStore: true,
  },
  assess: {
    run: assessGrants,
    description: "judge the snapshot by the policy and write the plan",
    namesForeign: true,
  },
  expire: {
    run: expireGrants,
    description: "remove what of the plan is due",
    secretsOf: removingSecrets,
    namesForeign: true,
  },
  send: {
    run: sendMessages,
    description: "tell people what the review has to tell now, each once",
    secretsOf: () => ({ credentials: [], messages: true }),
  },
  seal: {
    run: sealEvidence,
    description: "close the review and write its evidence",
    secretsOf: () => ({ credentials: ["read"] }),
    namesForeign: true,
  },
} satisfies Record<string, StageOfCommand>;
