import { dayMs, epochMs, isoInstant } from "../../basics/time.ts";
import { openCheckpoint } from "../../ledger/checkpoint.ts";
import { reviewsOf } from "../../ledger/ledger.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { reviewKeys } from "../../review/keys.ts";
import type { Evidence } from "../../review/proof/evidence.ts";
import { answer, type OverdueAnswer, type Stage } from "../../review/stage.ts";

/**
 * By how many days the source's next sealed review is overdue, given how many days after the start of the last one it
 * is due at the latest. Before there is one, the days count from the first time this was asked.
 */
export const overdueOf = async (stage: Stage, overdueAfterDays: number): Promise<OverdueAnswer> => {
  const sinceMs = epochMs((await lastSealedStart(stage)) ?? (await watchedSince(stage)));
  const lateDays = (stage.clock.now() - sinceMs) / dayMs - overdueAfterDays;
  return answer(stage, "done", { overdueDays: Math.max(0, Math.ceil(lateDays)) });
};

/** When the snapshot of the newest review that was sealed complete was begun. */
const lastSealedStart = async ({ store, sourceId }: Stage): Promise<string | null> => {
  const sealed = (await reviewsOf(store, sourceId)).filter(({ isSealed }) => isSealed);
  for (const { review } of sealed.reverse()) {
    const keys = reviewKeys(sourceId, review);
    const snapshot = await store.getJson<Snapshot>(keys.snapshot);
    const evidence = await store.getJson<Evidence>(keys.evidence);
    if (snapshot?.complete && evidence) return snapshot.startedAt;
  }
  return null;
};

/** Kept beside the reviews' checkpoints, as those age out and this must not. */
const watchedSince = async ({ store, sourceId, clock }: Stage): Promise<string> => {
  const watch = await openCheckpoint<{ sinceAt: string }>(store, `checkpoints/${sourceId}/watch.json`);
  if (!watch.value) await watch.save({ sinceAt: isoInstant(clock.now()) });
  return watch.value!.sinceAt;
};
