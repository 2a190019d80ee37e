import { epochMs } from "../review/instant.ts";
import type { Source } from "../review/ports.ts";
import type { Intent } from "../review/receipt.ts";
import { type ExpireState, expireStateOf, openExpireState } from "./expire-state.ts";
import { readPresence, writeOutcome } from "./revocation.ts";
import type { Stage } from "./stage.ts";
import type { Started } from "./task-watch.ts";

/** When an intent is looked for, if its removal may have been asked for only a moment ago. */
const READ_AFTER_MS = [0, 3_000, 10_000];

/**
 * Gives every intent without an outcome the one that fresh reads show. What the provider said yes to and is still there
 * is `unverified`; what got no answer and is still there was not removed: `failed`. So is everything where the source is no
 * longer the one that was reviewed (null): what it shows says nothing of these grants.
 */
export const settleIntents = async (stage: Stage, source: Source | null, intents: Intent[]): Promise<void> => {
  if (source === null) return await giveUp(stage, intents);
  const state = expireStateOf((await openExpireState(stage)).value);
  const beganAtMs = stage.clock.now();
  let open = intents;
  for (const afterMs of open.some(mayBeRecent(state, beganAtMs)) ? READ_AFTER_MS : [0]) {
    const waitMs = beganAtMs + afterMs - stage.clock.now();
    if (waitMs > 0) await stage.clock.sleep(waitMs);
    open = await settleUnlessThere(stage, source, { open, state });
    if (open.length === 0) return;
  }
  for (const intent of open) await settleStanding(stage, source, { intent, state });
};

/** Whether a provider that takes its time may still show what is removed: nobody knows when it was asked, or it was just now. */
const mayBeRecent =
  ({ accepted }: ExpireState, nowMs: number) =>
  ({ grantId }: Intent): boolean => {
    const at = accepted[grantId]?.at;
    return at === undefined || epochMs(at) + READ_AFTER_MS.at(-1)! > nowMs;
  };

type Open = { open: Intent[]; state: ExpireState };

/** Settles those that a fresh read shows otherwise than the intent does; gives the others. */
const settleUnlessThere = async (stage: Stage, source: Source, { open, state }: Open): Promise<Intent[]> => {
  const standing: Intent[] = [];
  for (let from = 0; from < open.length; from += source.grantsPerRead) {
    const batch = open.slice(from, from + source.grantsPerRead);
    const presence = await readPresence(
      stage,
      source,
      batch.map(({ grant }) => grant),
    );
    for (const intent of batch) {
      const facts = factsOf(intent, state);
      const found = presence.get(intent.grantId);
      if (found === "gone") await writeOutcome(stage, { ...facts, outcome: "revoked" });
      else if (found === "there") standing.push(intent);
      else await writeOutcome(stage, { ...facts, outcome: "changed", detail: "it was given anew" });
    }
  }
  return standing;
};

const factsOf = ({ grantId, planHash }: Intent, { accepted, tasks }: ExpireState) => {
  const requestId = (accepted[grantId] ?? tasks[grantId])?.requestId ?? null;
  return { grantId, planHash, requestId, isVerified: true };
};

type Standing = { intent: Intent; state: ExpireState };

const settleStanding = async (stage: Stage, source: Source, { intent, state }: Standing): Promise<void> => {
  const facts = factsOf(intent, state);
  const task = state.tasks[intent.grantId];
  if (task && (await isRefused(source, task))) {
    await writeOutcome(stage, { ...facts, outcome: "refused", detail: TASK_FAILED });
  } else if (task || state.accepted[intent.grantId]) {
    await writeOutcome(stage, { ...facts, outcome: "unverified", detail: STILL_THERE });
  } else await writeOutcome(stage, { ...facts, outcome: "failed", detail: NO_ANSWER });
};

/** Whether the provider has said meanwhile that a removal which it had begun will not be. */
const isRefused = async (source: Source, { task }: Started): Promise<boolean> =>
  (await source.readTask(task)).kind === "failed";

const giveUp = async (stage: Stage, intents: Intent[]): Promise<void> => {
  for (const { grantId, planHash } of intents)
    await writeOutcome(stage, { grantId, planHash, outcome: "failed", detail: ELSEWHERE, isVerified: false });
};

const TASK_FAILED = "the provider began the removal and gave it up";
const ELSEWHERE = "the source is configured to another host or app since: what became of the grant cannot be read";
const STILL_THERE = "the provider said yes, and the grant is still there";
const NO_ANSWER = "the removal got no answer, and the grant is still there";
