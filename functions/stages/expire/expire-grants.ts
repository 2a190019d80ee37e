import { epochMs, isoInstant } from "../../basics/time.ts";
import { snapshotInOrder } from "../../ledger/clock-order.ts";
import { badFilesAnswer, type DecisionsInForce } from "../../ledger/decisions.ts";
import { type Lease, underSourceLease } from "../../ledger/lease.ts";
import { type AtWork, withLedger } from "../../ledger/ledger.ts";
import { brakeToday, heldTimes, isBrakeLifted, type LoadedPlan, loadPlan, refuseOldPlan } from "../../ledger/plans.ts";
import { type Receipts, readReceipts } from "../../ledger/receipts.ts";
import { answerWhereSealed } from "../../ledger/sealing.ts";
import { refuseWhileStopped, StoppedError } from "../../ledger/stop.ts";
import { countSkipped, type PlanItem } from "../../review/plan/plan.ts";
import { type OutcomeKind, unresolvedSince } from "../../review/proof/receipt.ts";
import { windowEndOf } from "../../review/rules/policy.ts";
import {
  answer,
  type ExpireAnswer,
  type Retired,
  type Stage,
  type UnreadDecisions,
  unlessCutShort,
} from "../../review/stage.ts";
import { retireRoles } from "./retire-roles.ts";

/** Removes the due items of the newest plan, one by one: each is re-read, judged again, written down, removed and read back. */
export async function expireGrants(stage: Stage): Promise<ExpireAnswer> {
  const stored = await snapshotInOrder(stage);
  if (stored?.snapshot.complete === false) {
    return answer(stage, "incomplete", { failedChecks: stored.snapshot.checks.filter(({ passed }) => !passed) });
  }
  // Receipts are read under the lease: another invocation may have removed more until it gave the lease back.
  return await underSourceLease(
    stage,
    async (sourceLease) => (await answerWhereSealed(stage)) ?? (await expireUnder(sourceLease, withLedger(stage))),
  );
}

/** The plan that this call acts on, and since when it does (epoch milliseconds). */
type Expiring = LoadedPlan & { sinceMs: number };

async function expireUnder(sourceLease: Lease, stage: AtWork): Promise<ExpireAnswer> {
  const loaded = { ...(await loadPlan(stage)), sinceMs: stage.clock.now() };
  if (stage.mode === "report") return await expireAnswer(stage, loaded, "done");
  refuseOldPlan(stage, loaded);
  const limits = brakeToday(stage, loaded);
  if (limits.length > 0 && !(await isBrakeLifted(stage, loaded))) {
    return await expireAnswer(stage, loaded, "held", { limits });
  }
  const remove = (): Promise<ExpireAnswer> => removeUnlessStopped(stage, loaded, sourceLease);
  return await unlessCutShort(remove, () => expireAnswer(stage, loaded, "continue"));
}

async function removeUnlessStopped(stage: AtWork, loaded: Expiring, sourceLease: Lease): Promise<ExpireAnswer> {
  try {
    await refuseWhileStopped(stage);
    const { isThrough, badFiles } = await removeDue(stage, loaded, sourceLease);
    if (!isThrough) return await expireAnswer(stage, loaded, "continue");
    const retired = await retireRoles(stage, loaded, sourceLease);
    return await expireAnswer(stage, loaded, "done", { ...retired, ...badFiles });
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    return await expireAnswer(stage, loaded, "held", {
      limits: [{ name: "stopped", limit: 0, actual: 1 }],
      stopped: error.message,
    });
  }
}

/** Items whose notice has run out and that nothing holds. Items with an intent and no outcome come first, even if something holds them now: their outcome is still to be learnt. */
function dueItems(stage: Stage, { plan }: LoadedPlan, { intents, outcomes }: Receipts): PlanItem[] {
  const open = plan.items.filter(({ grantId }) => !outcomes.has(grantId));
  const begun = open.filter(({ grantId }) => intents.has(grantId));
  const now = stage.clock.now();
  const due = open.filter((item) => !intents.has(item.grantId) && !item.hold && epochMs(item.notBefore) <= now);
  return [...begun, ...due];
}

/** `badFiles`: what the answer says of files of decisions that could not be understood when items were judged again. */
type Removed = { isThrough: boolean; badFiles: UnreadDecisions };

async function removeDue(stage: AtWork, loaded: Expiring, sourceLease: Lease): Promise<Removed> {
  const receipts = await readReceipts(stage);
  const items = dueItems(stage, loaded, receipts);
  if (items.length === 0) return { isThrough: true, badFiles: {} };
  const { removeItems } = await import("./remove-items.ts"); // with the language of rules: on most days nothing is due
  let badFiles: UnreadDecisions = {};
  const onDecisions = (decisions: DecisionsInForce): void => {
    const isLeft = ({ grantId }: PlanItem) => !receipts.outcomes.has(grantId) && decisions.badFileOf(grantId) !== null;
    badFiles = badFilesAnswer(decisions.badFiles, loaded.plan.items.filter(isLeft).length);
  };
  const isThrough = await removeItems({ stage, loaded, sourceLease }, { items, receipts, onDecisions });
  return { isThrough, badFiles };
}

/** Instants that the review still waits for, epoch milliseconds: the ends of notices, and of the window for deciding. */
function awaitedMs(stage: Stage, windowEnds: string[], notDue: PlanItem[]): number[] {
  const dues = stage.mode === "enforce" ? notDue.map(({ notBefore }) => notBefore) : [];
  return [...windowEnds, ...dues].map(epochMs).filter((atMs) => atMs > stage.clock.now());
}

async function expireAnswer(
  stage: Stage,
  loaded: Expiring,
  status: "done" | "continue" | "held",
  rest: Pick<ExpireAnswer, "limits" | "stopped"> | (Retired & UnreadDecisions) = {},
): Promise<ExpireAnswer> {
  const { plan } = loaded;
  const { intents, outcomes } = await readReceipts(stage);
  const open = plan.items.filter(({ grantId }) => !outcomes.has(grantId));
  const ends = [loaded.policy, stage.policy].map((policy) => windowEndOf(policy, loaded.askedAt));
  const awaited = awaitedMs(
    stage,
    ends.filter((at) => at !== null),
    open.filter(({ hold, grantId }) => !hold && !intents.has(grantId)),
  );
  const isWaiting = status === "done" && awaited.length > 0;
  const counts: Partial<Record<OutcomeKind, number>> = {};
  for (const { outcome } of outcomes.values()) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const unsettled = open.filter(({ grantId }) => intents.has(grantId)).length;
  const skipped = stage.mode === "enforce" ? countSkipped(plan) : 0;
  return answer(stage, isWaiting ? "waiting" : status, {
    planHash: plan.planHash,
    ...counts,
    newlyUnresolved: unresolvedSince(outcomes.values(), loaded.sinceMs),
    ...(unsettled > 0 ? { unsettled } : {}),
    ...(skipped > 0 ? { skipped } : {}),
    held: open.filter(({ hold }) => hold).length,
    pending: open.filter(({ hold }) => !hold).length,
    ...(isWaiting ? { resumeAt: isoInstant(Math.min(...awaited)) } : {}),
    ...(status === "held" ? heldTimes(stage, loaded) : {}),
    ...rest,
  });
}
