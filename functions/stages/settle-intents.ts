import type { Source } from "../review/ports.ts";
import type { Intent } from "../review/receipt.ts";
import { expireStateOf, openExpireState } from "./expire-state.ts";
import { readPresence, writeOutcome } from "./revocation.ts";
import type { Stage } from "./stage.ts";
import type { Started } from "./task-watch.ts";

/**
 * Gives every intent without an outcome the one that a fresh read shows. What the provider said yes to and is still there
 * is `unverified`; what got no answer and is still there was not removed: `failed`. So is everything where the source is no
 * longer the one that was reviewed (null): what it shows says nothing of these grants.
 */
export const settleIntents = async (stage: Stage, source: Source | null, intents: Intent[]): Promise<void> => {
  if (source === null) return await giveUp(stage, intents);
  const { accepted, tasks } = expireStateOf((await openExpireState(stage)).value);
  for (let from = 0; from < intents.length; from += source.grantsPerRead) {
    const batch = intents.slice(from, from + source.grantsPerRead);
    const presence = await readPresence(
      stage,
      source,
      batch.map(({ grant }) => grant),
    );
    for (const { grantId, planHash } of batch) {
      const task = tasks[grantId];
      const yes = accepted[grantId] ?? task;
      const facts = { grantId, planHash, requestId: yes?.requestId ?? null, isVerified: true };
      const found = presence.get(grantId);
      if (found === "gone") await writeOutcome(stage, { ...facts, outcome: "revoked" });
      else if (found === "different")
        await writeOutcome(stage, { ...facts, outcome: "changed", detail: "it was given anew" });
      else if (task && (await isRefused(source, task))) {
        await writeOutcome(stage, { ...facts, outcome: "refused", detail: TASK_FAILED });
      } else if (yes) await writeOutcome(stage, { ...facts, outcome: "unverified", detail: STILL_THERE });
      else await writeOutcome(stage, { ...facts, outcome: "failed", detail: NO_ANSWER });
    }
  }
};

/** Whether the provider has said meanwhile that a removal which it had begun will not be. */
const isRefused = async (source: Source, { task }: Started): Promise<boolean> =>
  (await source.readTask(task)).kind === "failed";

const TASK_FAILED = "the provider began the removal and gave it up";
const giveUp = async (stage: Stage, intents: Intent[]): Promise<void> => {
  for (const { grantId, planHash } of intents)
    await writeOutcome(stage, { grantId, planHash, outcome: "failed", detail: ELSEWHERE, isVerified: false });
};

const ELSEWHERE = "the source is configured to another host or app since: what became of the grant cannot be read";
const STILL_THERE = "the provider said yes, and the grant is still there";
const NO_ANSWER = "the removal got no answer, and the grant is still there";
