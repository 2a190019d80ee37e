import { hashOf } from "../basics/hash.ts";
import { dayMs, epochMs } from "../basics/time.ts";
import type { Snapshot } from "../review/grants/snapshot.ts";
import { reviewKeys } from "../review/keys.ts";
import { type Plan, planHashOf } from "../review/plan/plan.ts";
import type { Policy } from "../review/rules/policy.ts";
import type { Stage } from "../review/stage.ts";
import { newestPlan } from "./earlier-reviews.ts";
import { loadSnapshot } from "./stored-grants.ts";

/** A plan that was proved to be the one that was made: of this snapshot, under this policy. */
export type LoadedPlan = { plan: Plan; policy: Policy; snapshot: Snapshot };

/** The review's newest plan. Throws where it is not bound to its snapshot and policy by its hashes, or too old to act on. */
export const loadPlan = async (stage: Stage): Promise<LoadedPlan> => {
  const { store, sourceId, review } = stage;
  const stored = await loadSnapshot(store, sourceId, review);
  const plan = await newestPlan(store, sourceId, review);
  if (!stored || !plan) throw new Error(`Cannot expire as ${sourceId} ${review} has no plan: assess it first`);
  const { planHash, ...hashed } = plan;
  if (planHashOf(hashed) !== planHash) throw refusal(plan, "its hash is not that of its contents: it was changed");
  if (plan.snapshotSha256 !== stored.snapshotSha256)
    throw refusal(plan, "snapshot.json is not the one it was made from");
  const policy = await store.getJson<Policy>(reviewKeys(sourceId, review).assessment(plan.assessment).policy);
  if (!policy || hashOf(policy) !== plan.policySha256)
    throw refusal(plan, "policy.json is not the one it was made under");
  return { plan, policy, snapshot: stored.snapshot };
};

/** Throws where the plan is older than both its own policy and today's allow. */
export const refuseOldPlan = (stage: Stage, { plan, policy }: LoadedPlan): void => {
  const maxAgeDays = Math.min(policy.guard.maxPlanAgeDays, stage.policy.guard.maxPlanAgeDays);
  const ageDays = (stage.clock.now() - epochMs(plan.createdAt)) / dayMs;
  if (ageDays > maxAgeDays) {
    throw refusal(
      plan,
      `it is ${Math.floor(ageDays)} days old and guard.maxPlanAgeDays is ${maxAgeDays}: start a new review`,
    );
  }
};

const refusal = (plan: Plan, why: string): Error =>
  new Error(`Cannot act on plan ${plan.planHash} of ${plan.source} ${plan.review} as ${why}`);
