import { windowEndOf } from "../review/decision-window.ts";
import { epochMs, isoInstant } from "../review/instant.ts";
import type { PlanItem } from "../review/plan.ts";
import type { Source } from "../review/ports.ts";
import { isSameOrigin } from "../review/snapshot.ts";
import { loadApproval } from "./approval.ts";
import { atProvider } from "./at-provider.ts";
import { brakeToday } from "./brake-today.ts";
import { expireStateOf, openExpireState } from "./expire-state.ts";
import { pastOf, readRoleHolders, withPrevious } from "./judge-grants.ts";
import { type Lease, underSourceLease } from "./lease.ts";
import { type LoadedPlan, loadPlan, refuseOldPlan } from "./loaded-plan.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { type Receipts, readReceipts } from "./receipts.ts";
import { type DueItem, openRereader } from "./reread.ts";
import { retireRoles } from "./retire-roles.ts";
import { openRevoker, type Revoker } from "./revoker.ts";
import { answerWhereSealed } from "./sealed.ts";
import { answer, type Stage, type StageAnswer } from "./stage.ts";
import { refuseWhileStopped, StoppedError } from "./stop.ts";
import { loadSnapshot } from "./stored-grants.ts";

/** Removes what of the newest plan is due, guarded, one by one: re-read, judged again, written down, removed, read back. */
export const expireGrants = async (stage: Stage): Promise<StageAnswer> => {
  const stored = await loadSnapshot(stage.store, stage.sourceId, stage.review);
  if (stored?.snapshot.complete === false) {
    return answer(stage, "incomplete", { failedChecks: stored.snapshot.checks.filter(({ passed }) => !passed) });
  }
  // What was done so far is read under the lease: whoever held it before may have done more.
  return await underSourceLease(
    stage,
    async (sourceLease) => (await answerWhereSealed(stage)) ?? (await expireUnder(sourceLease, stage)),
  );
};

const expireUnder = async (sourceLease: Lease, stage: Stage): Promise<StageAnswer> => {
  const loaded = await loadPlan(stage);
  if (stage.mode === "report") return await answerOf(stage, loaded, "done");
  refuseOldPlan(stage, loaded);
  const limits = brakeToday(stage, loaded);
  if (limits.length > 0 && !(await loadApproval(stage, loaded.plan.planHash))) {
    return await answerOf(stage, loaded, "held", { limits });
  }
  try {
    await refuseWhileStopped(stage);
    const isThrough = await removeDue(stage, loaded, sourceLease);
    if (!isThrough) return await answerOf(stage, loaded, "continue");
    return await answerOf(stage, loaded, "done", await retireRoles(stage, loaded, sourceLease));
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    return await answerOf(stage, loaded, "held", {
      limits: [{ name: "stopped", limit: 0, actual: 1 }],
      stopped: error.message,
    });
  }
};

/** Items whose notice has run out and that nothing holds; those with an intent but no outcome come first, whatever holds them now: if only to learn what became of them. */
const dueItems = (stage: Stage, { plan }: LoadedPlan, { intents, outcomes }: Receipts): PlanItem[] => {
  const open = plan.items.filter(({ grantId }) => !outcomes.has(grantId));
  const begun = open.filter(({ grantId }) => intents.has(grantId));
  const now = stage.clock.now();
  const due = open.filter((item) => !intents.has(item.grantId) && !item.hold && epochMs(item.notBefore) <= now);
  return [...begun, ...due];
};

const removeDue = async (stage: Stage, loaded: LoadedPlan, sourceLease: Lease): Promise<boolean> => {
  const receipts = await readReceipts(stage.store, stage.sourceId, stage.review);
  const items = dueItems(stage, loaded, receipts);
  if (items.length === 0) return true;
  const checkpoint = await openExpireState(stage);
  const past = await pastOf(stage, loaded.snapshot);
  const due = await withGrants(stage, loaded, { items, previous: past.previous });
  const roleHolders = await readRoleHolders(stage);
  return await atProvider({ stage, access: "write", sourceLease }, async ({ source, lease }) => {
    refuseOtherOrigin(source, loaded);
    const state = expireStateOf(checkpoint.value);
    const { policy, snapshot } = loaded;
    const reread = openRereader(stage, { source, policy, takenAt: snapshot.takenAt, past, roleHolders });
    const save = oneAtATime(() => checkpoint.save(state));
    const { planHash } = loaded.plan;
    const revoker = openRevoker({ stage, source, lease, reread, state, planHash, receipts, save });
    const begun = due.filter(({ item }) => state.tasks[item.grantId]);
    for (const { item, grant } of begun) {
      revoker.awaitTask(receipts.intents.get(item.grantId)?.grant ?? grant, state.tasks[item.grantId]!);
    }
    return await removeInBatches({ stage, revoker, due: due.filter((each) => !begun.includes(each)), save });
  });
};

/** What another host or app does not show is not gone: the ids of one say nothing to the other. */
const refuseOtherOrigin = ({ origin }: Source, { plan, snapshot }: LoadedPlan): void => {
  if (isSameOrigin(origin, snapshot.origin)) return;
  throw new Error(
    `Cannot act on plan ${plan.planHash} as it was made from ${snapshot.origin.host} as ${snapshot.origin.account}, and the source is ${origin.host} as ${origin.account} now: start a new review`,
  );
};

type Batches = { stage: Stage; revoker: Revoker; due: DueItem[]; save: () => Promise<void> };

/** True once every due item was dealt with and read back; false where the deadline came first. */
const removeInBatches = async ({ stage, revoker, due, save }: Batches): Promise<boolean> => {
  const report = (items: number): void =>
    stage.progress({ stage: "expire", counts: { items }, share: due.length === 0 ? 1 : items / due.length });
  try {
    report(0);
    let waiting = due;
    while (waiting.length > 0) {
      if (!(await revoker.untilReady(stage.shouldStop))) return false;
      const unsent = await revoker.revoke(waiting.slice(0, revoker.batchSize));
      waiting = [...unsent, ...waiting.slice(revoker.batchSize)];
      report(due.length - waiting.length);
    }
    return await revoker.finish(stage.shouldStop);
  } finally {
    await save();
  }
};

type Wanted = { items: PlanItem[]; previous: Parameters<typeof withPrevious>[2] };

const withGrants = async (
  stage: Stage,
  { snapshot, plan }: LoadedPlan,
  { items, previous }: Wanted,
): Promise<DueItem[]> => {
  const itemById = new Map(items.map((item) => [item.grantId, item]));
  const dueById = new Map<string, DueItem>();
  for await (const pairs of withPrevious(stage, snapshot, previous)) {
    for (const [grant, before] of pairs) {
      const item = itemById.get(grant.id);
      if (item) dueById.set(grant.id, { item, grant, before });
    }
  }
  return items.map(({ grantId }) => {
    const due = dueById.get(grantId);
    if (!due) throw new Error(`Cannot act on plan ${plan.planHash} as its item ${grantId} is not in the snapshot`);
    return due;
  });
};

/** What there still is to wait for, epoch milliseconds: items under notice, and the window in which one can decide. */
const awaitedMs = (stage: Stage, { policy, snapshot }: LoadedPlan, notDue: PlanItem[]): number[] => {
  const ends = [policy, stage.policy].map((each) => windowEndOf(each, snapshot.takenAt)).filter((at) => at !== null);
  const dues = stage.mode === "enforce" ? notDue.map(({ notBefore }) => notBefore) : [];
  return [...ends, ...dues].map(epochMs).filter((atMs) => atMs > stage.clock.now());
};

const answerOf = async (
  stage: Stage,
  loaded: LoadedPlan,
  status: "done" | "continue" | "held",
  rest: Record<string, unknown> = {},
): Promise<StageAnswer> => {
  const { plan } = loaded;
  const { intents, outcomes } = await readReceipts(stage.store, stage.sourceId, stage.review);
  const open = plan.items.filter(({ grantId }) => !outcomes.has(grantId));
  const awaited = awaitedMs(
    stage,
    loaded,
    open.filter(({ hold, grantId }) => !hold && !intents.has(grantId)),
  );
  const isWaiting = status === "done" && awaited.length > 0;
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes.values()) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const unsettled = open.filter(({ grantId }) => intents.has(grantId)).length;
  return answer(stage, isWaiting ? "waiting" : status, {
    planHash: plan.planHash,
    ...counts,
    ...(unsettled > 0 ? { unsettled } : {}),
    held: open.filter(({ hold }) => hold).length,
    pending: open.filter(({ hold }) => !hold).length,
    ...(isWaiting ? { resumeAt: isoInstant(Math.min(...awaited)) } : {}),
    ...rest,
  });
};
