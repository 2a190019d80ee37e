import type { Source } from "../review/ports.ts";
import type { Intent } from "../review/receipt.ts";
import { openExpireState } from "./expire-state.ts";
import { readPresence, writeOutcome } from "./revocation.ts";
import type { Stage } from "./stage.ts";

/**
 * Gives every intent without an outcome the one that a fresh read shows. What the provider said yes to and is still there
 * is `unverified`; what got no answer and is still there was not removed: `failed`.
 */
export const settleIntents = async (stage: Stage, source: Source, intents: Intent[]): Promise<void> => {
  const accepted = (await openExpireState(stage)).value?.accepted ?? {};
  for (let from = 0; from < intents.length; from += source.grantsPerRead) {
    const batch = intents.slice(from, from + source.grantsPerRead);
    const presence = await readPresence(
      stage,
      source,
      batch.map(({ grant }) => grant),
    );
    for (const { grantId, planHash } of batch) {
      const yes = accepted[grantId];
      const facts = { grantId, planHash, requestId: yes?.requestId ?? null, isVerified: true };
      const found = presence.get(grantId);
      if (found === "gone") await writeOutcome(stage, { ...facts, outcome: "revoked" });
      else if (found === "different")
        await writeOutcome(stage, { ...facts, outcome: "changed", detail: "it was given anew" });
      else if (yes) await writeOutcome(stage, { ...facts, outcome: "unverified", detail: STILL_THERE });
      else await writeOutcome(stage, { ...facts, outcome: "failed", detail: NO_ANSWER });
    }
  }
};

const STILL_THERE = "the provider said yes, and the grant is still there";
const NO_ANSWER = "the removal got no answer, and the grant is still there";
