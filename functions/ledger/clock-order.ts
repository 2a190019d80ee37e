import { epochMs, isoInstant } from "../basics/time.ts";
import type { Stage } from "../review/stage.ts";
import { loadSnapshot, type StoredSnapshot } from "./grants.ts";
import { retiredReviewsOf } from "./ledger.ts";
import { clockBehind, loadApproval, newestPlan } from "./plans.ts";
import { readReceipts, readRetirements } from "./receipts.ts";
import { isSealed } from "./sealing.ts";

// What a review writes comes after what it has written: a removal that is dated before its plan could never be proved. The clock
// of a machine may be set back between two invocations, and two machines may have two clocks.

/** A clock that is set right meanwhile is waited for so long. */
const longestWaitMs = 60_000;

/**
 * `evenSealed`: the stage writes into a sealed review too. `beganAt`: when the snapshot began, where it is not whole yet; UTC,
 * ISO 8601.
 */
type Order = { evenSealed?: boolean; beganAt?: string };

/** The snapshot of a stage's review, null where there is none, once the clock has passed everything that the review has written. */
export async function snapshotInOrder(stage: Stage, order: Order = {}): Promise<StoredSnapshot | null> {
  const stored = await loadSnapshot(stage);
  const writtenMs = stored ? await newestInstant(stage, stored) : epochMs(order.beganAt ?? isoInstant(0));
  if (writtenMs > stage.clock.now() && (await takesMore(stage, order))) await waitUntil(stage, writtenMs);
  return stored;
}

/** A review of the future that was retired is never waited for: what it holds can still be put back. */
async function takesMore(stage: Stage, { evenSealed = false }: Order): Promise<boolean> {
  if (!evenSealed && (await isSealed(stage))) return false;
  return !(await retiredReviewsOf(stage.store, stage.sourceId)).has(stage.review);
}

/** Throws where the clock has not passed the instant within a minute. Called before a stage writes anything. */
async function waitUntil({ clock, sourceId, review }: Stage, writtenMs: number): Promise<void> {
  await clock.sleep(Math.min(writtenMs - clock.now(), longestWaitMs));
  if (writtenMs <= clock.now()) return;
  throw clockBehind(`go on with review ${review} of ${sourceId}`, {
    what: "the review has written something",
    writtenAt: isoInstant(writtenMs),
    nowMs: clock.now(),
  });
}

/** Epoch milliseconds of the newest instant that the snapshot, the newest plan, its approval and the receipts of a review name, put-backs too. */
async function newestInstant(stage: Stage, { snapshot }: StoredSnapshot): Promise<number> {
  const [plan, removals, retirements] = await Promise.all([
    newestPlan(stage),
    readReceipts(stage),
    readRetirements(stage),
  ]);
  const approval = plan && (await loadApproval(stage, plan.planHash));
  let newestMs = epochMs(snapshot.takenAt);
  const add = (at: string | undefined): void => {
    if (at !== undefined) newestMs = Math.max(newestMs, epochMs(at));
  };
  add(plan?.createdAt);
  add(approval?.at);
  for (const { intents, outcomes } of [removals, retirements]) {
    for (const { at } of intents.values()) add(at);
    for (const { at } of outcomes.values()) add(at);
  }
  for (const { at } of removals.restored.values()) add(at);
  return newestMs;
}
