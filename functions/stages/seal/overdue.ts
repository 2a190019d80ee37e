import { dayMs, epochMs, isoInstant, parseInstant } from "../../basics/time.ts";
import { openCheckpoint } from "../../ledger/checkpoint.ts";
import { openLedger } from "../../ledger/ledger.ts";
import { answer, type OverdueAnswer, type Stage } from "../../review/stage.ts";

/**
 * By how many days the source's next sealed review is overdue. A review is due at the latest `overdueAfterDays` after the start
 * of the last sealed review; before there is a sealed review, after this was first asked.
 */
export async function overdueOf(stage: Stage, overdueAfterDays: number): Promise<OverdueAnswer> {
  const last = await openLedger(stage.store, stage.sourceId).newestSealedSnapshot();
  const sinceMs = epochMs(last?.startedAt ?? (await watchedSince(stage)));
  const lateDays = (stage.clock.now() - sinceMs) / dayMs - overdueAfterDays;
  return answer(stage, "done", { overdueDays: Math.max(0, Math.ceil(lateDays)) });
}

/** When this was first asked. The key is not below a review's, as the checkpoints of reviews age out and this must not. */
async function watchedSince({ store, sourceId, clock }: Stage): Promise<string> {
  const watch = await openCheckpoint<{ sinceAt: string }>(store, `checkpoints/${sourceId}/watch.json`);
  const sinceMs = parseInstant(String(watch.value?.sinceAt));
  // An instant of the future would keep the alarm silent.
  if (sinceMs === null || sinceMs > clock.now()) await watch.save({ sinceAt: isoInstant(clock.now()) });
  return watch.value!.sinceAt;
}
