import { dayMs, epochMs, isoInstant, parseInstant } from "../../basics/time.ts";
import { openCheckpoint } from "../../ledger/checkpoint.ts";
import { openLedger } from "../../ledger/ledger.ts";
import { instantOfReview } from "../../review/keys.ts";
import { answer, type DueReviews, type OverdueAnswer, type Stage } from "../../review/stage.ts";

/**
 * By how many days the source's next sealed review is overdue, the review and the sweep that were due last have not begun, and
 * the newest review should have been sealed. A sealed review is due at the latest `overdueAfterDays` after the start of the last; a source
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
  const notBegunDays = (begun: string | null, dueAt: string | null): number => {
    const isDue = dueAt !== null && epochMs(dueAt) >= epochMs(watchedAt);
    const hasBegun = begun !== null && dueAt !== null && instantOfReview(begun) >= epochMs(dueAt);
    return isDue && !hasBegun ? daysSince(epochMs(dueAt)) : 0;
  };
  const isOpen = newest !== null && !(await ledger.isSealed(newest));
  return answer(stage, "done", {
    overdueDays: daysSince(sinceMs + overdueAfterDays * dayMs),
    notBegunDays: notBegunDays(newest, due.lastBeginningAt),
    notSweptDays: due.lastSweepAt === null ? 0 : notBegunDays(await ledger.newestReview("sweep"), due.lastSweepAt),
    notSealedDays: isOpen ? daysSince(instantOfReview(newest) + due.openDays * dayMs) : 0,
  });
}

/** Without a schedule. */
const nothingDue: DueReviews = { lastBeginningAt: null, lastSweepAt: null, openDays: Number.POSITIVE_INFINITY };

/** When this was first asked. The key is not below a review's, as the checkpoints of reviews age out and this must not. */
async function watchedSince({ store, sourceId, clock }: Stage): Promise<string> {
  const watch = await openCheckpoint<{ sinceAt: string }>(store, `checkpoints/${sourceId}/watch.json`);
  const sinceMs = parseInstant(String(watch.value?.sinceAt));
  // An instant of the future would keep the alarm silent.
  if (sinceMs === null || sinceMs > clock.now()) await watch.save({ sinceAt: isoInstant(clock.now()) });
  return watch.value!.sinceAt;
}
