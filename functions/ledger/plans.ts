import { hashOf } from "../basics/hash.ts";
import { dayMs, epochMs, isoInstant } from "../basics/time.ts";
import type { Snapshot } from "../review/grants/snapshot.ts";
import { reviewKeys } from "../review/keys.ts";
import { sizeLimits } from "../review/plan/brake.ts";
import { type BrakeLimit, type Plan, planHashOf } from "../review/plan/plan.ts";
import type { Store } from "../review/ports.ts";
import type { Policy } from "../review/rules/policy.ts";
import type { Stage } from "../review/stage.ts";
import { loadSnapshot } from "./grants.ts";
import { underSourceLease } from "./lease.ts";
import { refuseWhereSealed } from "./sealing.ts";
import { createOnce } from "./write-once.ts";

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

/** The limits that stop a plan: those it tripped when it was made, and today's where they are narrower. */
export const brakeToday = (stage: Stage, { plan }: Pick<LoadedPlan, "plan">): BrakeLimit[] => {
  const known = new Set(plan.brake.limits.map(({ name }) => name));
  const today = sizeLimits(plan, stage.policy.guard, stage.clock.now());
  return [...plan.brake.limits, ...today.filter(({ name }) => !known.has(name))];
};

/** `approvals/<plan hash>.json`: who lifted the brake of exactly that plan, when and why. */
export type Approval = { formatVersion: 1; planHash: string; by: string; reason: string; at: string };

export const loadApproval = ({ store, sourceId, review }: Stage, planHash: string): Promise<Approval | null> =>
  store.getJson<Approval>(reviewKeys(sourceId, review).approval(planHash));

/** Lifts the brake of the review's newest plan, if this is its hash. Approving it again changes nothing. */
export const approvePlan = (stage: Stage, approving: Approving): Promise<Approval> =>
  underSourceLease(stage, () => approveUnderLease(stage, approving));

type Approving = { planHash: string; by: string; reason: string };

const approveUnderLease = async (stage: Stage, { planHash, by, reason }: Approving): Promise<Approval> => {
  const { store, sourceId, review } = stage;
  await refuseWhereSealed(stage, "approve a plan");
  const plan = await newestPlan(store, sourceId, review);
  if (plan?.planHash !== planHash) {
    throw new Error(
      plan
        ? `Cannot approve ${planHash} as the newest plan of ${sourceId} ${review} is ${plan.planHash}: read its report, then approve that hash`
        : `Cannot approve ${planHash} as ${sourceId} ${review} has no plan: assess it first`,
    );
  }
  const standing = await loadApproval(stage, planHash);
  if (standing) return standing;
  const approval: Approval = { formatVersion: 1, planHash, by, reason, at: isoInstant(stage.clock.now()) };
  const body = new TextEncoder().encode(`${JSON.stringify(approval, null, 2)}\n`);
  await createOnce(store, reviewKeys(sourceId, review).approval(planHash), body);
  return approval;
};

/** The names of a review's assessments that are whole, oldest first. */
export const assessmentsOf = async (store: Store, source: string, review: string): Promise<string[]> => {
  const keys = reviewKeys(source, review);
  const names: string[] = [];
  for await (const key of store.list(keys.assessments)) {
    const [name, file] = key.slice(keys.assessments.length).split("/", 2);
    if (name && file === "plan.json") names.push(name);
  }
  return names.sort();
};

/** The plan of a review's newest assessment. */
export const newestPlan = async (store: Store, source: string, review: string): Promise<Plan | null> => {
  const assessment = (await assessmentsOf(store, source, review)).at(-1);
  return assessment ? await store.getJson<Plan>(reviewKeys(source, review).assessment(assessment).plan) : null;
};
