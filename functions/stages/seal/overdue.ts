import { dayMs, epochMs, isoInstant, parseInstant } from "../../basics/time.ts";
import { openCheckpoint } from "../../ledger/checkpoint.ts";
import { openLedger } from "../../ledger/ledger.ts";
import { instantOfReview } from "../../review/keys.ts";
import { answer, type DueReviews, type OverdueAnswer, type Stage } from "../../review/stage.ts";

/**
 * By how many days the source's next sealed review is overdue, the review that was due last has not begun, and the newest
 * review should have been sealed. A sealed review is due at the latest `overdueAfterDays` after the start of the last; a source
 * that was never asked about before has nothing due from before that.
 */
export async function overdueOf(
  stage: Stage,
  overdueAfterDays: number,
  due: DueReviews = nothingDue,
): Promise<OverdueAnswer> {
  const ledger = openLedger(stage.store, stage.sourceId);
  const last = await ledger.newestSealedSnapshot();
  const watchedAt = await watchedSince(stage);
  const newest = await ledger.newestReview();
  const now = stage.clock.now();
  const sinceMs = epochMs(last?.startedAt ?? watchedAt);
  const daysSince = (atMs: number): number => Math.max(0, Math.ceil((now - atMs) / dayMs));
  const newestMs = newest === null ? null : instantOfReview(newest);
  const beginningMs = due.lastBeginningAt === null ? null : epochMs(due.lastBeginningAt);
  const hasBegun = beginningMs === null || (newestMs !== null && newestMs >= beginningMs);
  const isNew = beginningMs === null || beginningMs < epochMs(watchedAt);
  const isOpen = newest !== null && !(await ledger.isSealed(newest));
  return answer(stage, "done", {
    overdueDays: daysSince(sinceMs + overdueAfterDays * dayMs),
    notBegunDays: hasBegun || isNew ? 0 : daysSince(beginningMs),
    notSealedDays: isOpen ? daysSince(newestMs! + due.openDays * dayMs) : 0,
  });
}

/** Without a schedule. */
const nothingDue: DueReviews = { lastBeginningAt: null, openDays: Number.POSITIVE_INFINITY };

/** When this was first asked. The key is not below a review's, as the checkpoints of reviews age out and this must not. */
async function watchedSince({ store, sourceId, clock }: Stage): Promise<string> {
  const watch = await openCheckpoint<{ sinceAt: string }>(store, `checkpoints/${sourceId}/watch.json`);
  const sinceMs = parseInstant(String(watch.value?.sinceAt));
  // An instant of the future would keep the alarm silent.
  if (sinceMs === null || sinceMs > clock.now()) await watch.save({ sinceAt: isoInstant(clock.now()) });
  return watch.value!.sinceAt;
}
