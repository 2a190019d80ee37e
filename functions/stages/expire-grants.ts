import { epochMs, isoInstant } from "../review/instant.ts";
import type { PlanItem } from "../review/plan.ts";
import { loadApproval } from "./approval.ts";
import { brakeToday } from "./brake-today.ts";
import { openExpireState } from "./expire-state.ts";
import { pastOf, readRoleHolders, withPrevious } from "./judge-grants.ts";
import { type Lease, takeLease } from "./lease.ts";
import { type LoadedPlan, loadPlan, refuseOldPlan } from "./loaded-plan.ts";
import { type Receipts, readReceipts } from "./receipts.ts";
import { type DueItem, openRereader } from "./reread.ts";
import { openRevoker, type Revoker } from "./revoker.ts";
import { answerWhereSealed, refuseWhereSealed } from "./sealed.ts";
import { answer, type Stage, type StageAnswer } from "./stage.ts";
import { refuseWhileStopped, StoppedError } from "./stop.ts";

/** Removes what of the newest plan is due, guarded, one by one: re-read, judged again, written down, removed, read back. */
export const expireGrants = async (stage: Stage): Promise<StageAnswer> => {
  const loaded = await loadPlan(stage);
  if (!loaded.snapshot.complete) return answer(stage, "incomplete", { failedChecks: loaded.snapshot.checks });
  const sealed = await answerWhereSealed(stage);
  if (sealed) return sealed;
  if (stage.mode === "report") return await answerOf(stage, loaded, "done");
  refuseOldPlan(stage, loaded);
  const limits = brakeToday(stage, loaded);
  if (limits.length > 0 && !(await loadApproval(stage, loaded.plan.planHash))) {
    return await answerOf(stage, loaded, "held", { limits });
  }
  try {
    await refuseWhileStopped(stage);
    const isThrough = await removeDue(stage, loaded);
    return await answerOf(stage, loaded, isThrough ? "done" : "continue");
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    return await answerOf(stage, loaded, "held", {
      limits: [{ name: "stopped", limit: 0, actual: 1 }],
      stopped: error.message,
    });
  }
};

/** Items whose notice has run out and that nothing holds; those with an intent but no outcome come first, whatever holds them now. */
const dueItems = (stage: Stage, { plan }: LoadedPlan, { intents, outcomes }: Receipts): PlanItem[] => {
  const open = plan.items.filter(({ grantId }) => !outcomes.has(grantId));
  const begun = open.filter(({ grantId }) => intents.has(grantId));
  const now = stage.clock.now();
  const due = open.filter((item) => !intents.has(item.grantId) && !item.hold && epochMs(item.notBefore) <= now);
  return [...begun, ...due];
};

const removeDue = async (stage: Stage, loaded: LoadedPlan): Promise<boolean> => {
  const receipts = await readReceipts(stage.store, stage.sourceId, stage.review);
  const items = dueItems(stage, loaded, receipts);
  if (items.length === 0) return true;
  const checkpoint = await openExpireState(stage);
  const past = await pastOf(stage, loaded.snapshot);
  const due = await withGrants(stage, loaded, { items, previous: past.previous });
  const source = await stage.openSource("write");
  let lease: Lease | null = null;
  try {
    lease = await takeLease(stage, source);
    await refuseWhereSealed(stage, "expire grants");
    const state = checkpoint.value ?? { accepted: {} };
    const roleHolders = await readRoleHolders(stage);
    const reread = openRereader(stage, { source, policy: loaded.policy, past, roleHolders });
    const save = (): Promise<void> => checkpoint.save(state);
    const revoker = openRevoker({ stage, source, lease, reread, state, planHash: loaded.plan.planHash, receipts });
    return await removeInBatches({ stage, revoker, due, save });
  } finally {
    await lease?.release();
    await source.close();
  }
};

type Batches = { stage: Stage; revoker: Revoker; due: DueItem[]; save: () => Promise<void> };

/** True once every due item was dealt with and read back; false where the deadline came first. */
const removeInBatches = async ({ stage, revoker, due, save }: Batches): Promise<boolean> => {
  try {
    for (let from = 0; from < due.length; from += revoker.batchSize) {
      if (!(await revoker.untilReady(stage.shouldStop))) return false;
      await revoker.revoke(due.slice(from, from + revoker.batchSize));
      stage.progress({
        stage: "expire",
        counts: { items: Math.min(from + revoker.batchSize, due.length) },
        share: Math.min(1, (from + revoker.batchSize) / due.length),
      });
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
  for await (const [grant, before] of withPrevious(stage, snapshot, previous)) {
    const item = itemById.get(grant.id);
    if (item) dueById.set(grant.id, { item, grant, before });
  }
  return items.map(({ grantId }) => {
    const due = dueById.get(grantId);
    if (!due) throw new Error(`Cannot act on plan ${plan.planHash} as its item ${grantId} is not in the snapshot`);
    return due;
  });
};

const answerOf = async (
  stage: Stage,
  { plan }: LoadedPlan,
  status: "done" | "continue" | "held",
  rest: Record<string, unknown> = {},
): Promise<StageAnswer> => {
  const { intents, outcomes } = await readReceipts(stage.store, stage.sourceId, stage.review);
  const open = plan.items.filter(({ grantId }) => !outcomes.has(grantId));
  const waiting = open.filter(
    ({ hold, grantId, notBefore }) => !hold && !intents.has(grantId) && epochMs(notBefore) > stage.clock.now(),
  );
  const isWaiting = status === "done" && stage.mode === "enforce" && waiting.length > 0;
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes.values()) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const unsettled = open.filter(({ grantId }) => intents.has(grantId)).length;
  return answer(stage, isWaiting ? "waiting" : status, {
    planHash: plan.planHash,
    ...counts,
    ...(unsettled > 0 ? { unsettled } : {}),
    held: open.filter(({ hold }) => hold).length,
    pending: open.filter(({ hold }) => !hold).length,
    ...(isWaiting ? { resumeAt: isoInstant(Math.min(...waiting.map(({ notBefore }) => epochMs(notBefore)))) } : {}),
    ...rest,
  });
};
