import { hashOf } from "../basics/hash.ts";
import { dayMs, epochMs, isoInstant } from "../basics/time.ts";
import type { Snapshot } from "../review/grants/snapshot.ts";
import { reviewKeys } from "../review/keys.ts";
import type { WhoReviews } from "../review/people/who-reviews.ts";
import { sizeLimits } from "../review/plan/brake.ts";
import { type BrakeLimit, type Plan, planHashOf } from "../review/plan/plan.ts";
import type { StoredLines } from "../review/ports.ts";
import type { Caller, Reasons } from "../review/proof/act.ts";
import type { Finding } from "../review/rules/finding.ts";
import type { Policy } from "../review/rules/policy.ts";
import type { Stage } from "../review/stage.ts";
import { loadSnapshot } from "./grants.ts";
import { underSourceLease } from "./lease.ts";
import type { ReviewPlace } from "./ledger.ts";
import { refuseWhereSealed } from "./sealing.ts";
import { createJsonOnce, createLinesOnce, createOnce } from "./write-once.ts";

/** The names of a review's whole assessments, oldest first. An assessment without `plan.json` does not exist. */
export async function assessmentsOf({ store, sourceId, review }: ReviewPlace): Promise<string[]> {
  const { assessments } = reviewKeys(sourceId, review);
  const names: string[] = [];
  for await (const key of store.list(assessments)) {
    const [name, file] = key.slice(assessments.length).split("/", 2);
    if (name && file === "plan.json") names.push(name);
  }
  return names.sort();
}

/** The plan of an assessment that is whole. */
export async function readPlan({ store, sourceId, review }: ReviewPlace, assessment: string): Promise<Plan> {
  return (await store.getJson<Plan>(reviewKeys(sourceId, review).assessment(assessment).plan))!;
}

/** The plans of a review, oldest first. */
export async function plansOf(place: ReviewPlace): Promise<Plan[]> {
  const assessments = await assessmentsOf(place);
  return await Promise.all(assessments.map((assessment) => readPlan(place, assessment)));
}

/** The plan of a review's newest assessment. */
export async function newestPlan(place: ReviewPlace): Promise<Plan | null> {
  const newest = (await assessmentsOf(place)).at(-1);
  return newest === undefined ? null : await readPlan(place, newest);
}

/** The policy that a plan was made under. `doing`: what cannot be done where the policy is gone. */
export async function policyOfPlan(
  { store, sourceId, review }: ReviewPlace,
  { assessment }: Plan,
  doing: string,
): Promise<Policy> {
  const key = reviewKeys(sourceId, review).assessment(assessment).policy;
  const policy = await store.getJson<Policy>(key);
  if (!policy) throw new Error(`Cannot ${doing} as ${store.locate(key)} is gone`);
  return policy;
}

/** The findings under a plan, sorted by grant and rule, some at a time. */
export function storedFindings(
  { store, sourceId, review }: ReviewPlace,
  { assessment }: Pick<Plan, "assessment">,
): AsyncIterable<StoredLines<Finding>> {
  return store.readStoredLines<Finding>(reviewKeys(sourceId, review).assessment(assessment).findings);
}

/** Who reviews the grants, by a plan's assessment; null where the configuration named no reviewers. */
export function whoReviewsOf(
  { store, sourceId, review }: ReviewPlace,
  { assessment }: Plan,
): Promise<WhoReviews | null> {
  return store.getJson<WhoReviews>(reviewKeys(sourceId, review).assessment(assessment).reviewers);
}

/** Whether anything was written of an assessment, whole or not. */
export async function isAssessmentBegun(
  { store, sourceId, review }: ReviewPlace,
  assessment: string,
): Promise<boolean> {
  for await (const _ of store.list(`${reviewKeys(sourceId, review).assessments}${assessment}/`)) return true;
  return false;
}

/** What a plan follows from. `decisionLines`: decisions as JSON lines. */
export type PlanBasis = { policy: Policy; decisionLines: string; findings: Iterable<Finding> };

/** Writes what the plan of an assessment follows from, before its reports and the plan itself. */
export async function writePlanBasis(
  { store, sourceId, review }: ReviewPlace,
  assessment: string,
  { policy, decisionLines, findings }: PlanBasis,
): Promise<void> {
  const keys = reviewKeys(sourceId, review).assessment(assessment);
  await createJsonOnce(store, keys.policy, policy);
  await createOnce(store, keys.decisions, new TextEncoder().encode(decisionLines));
  await createLinesOnce(store, keys.findings, findings);
}

/** Writes the plan of an assessment: its last artefact. */
export async function writePlan({ store, sourceId, review }: ReviewPlace, plan: Plan): Promise<void> {
  await createJsonOnce(store, reviewKeys(sourceId, review).assessment(plan.assessment).plan, plan);
}

/** A plan that was proved to be made from this snapshot, under this policy. */
export type LoadedPlan = { plan: Plan; policy: Policy; snapshot: Snapshot };

/** The review's newest plan. Throws where its hashes do not bind it to the snapshot and the policy. */
export async function loadPlan(place: ReviewPlace): Promise<LoadedPlan> {
  const { store, sourceId, review } = place;
  const stored = await loadSnapshot(place);
  const plan = await newestPlan(place);
  if (!stored || !plan) throw new Error(`Cannot expire as ${sourceId} ${review} has no plan: assess it first`);
  const { planHash, ...hashed } = plan;
  if (planHashOf(hashed) !== planHash) throw refusal(plan, "its hash is not that of its contents: it was changed");
  if (plan.snapshotSha256 !== stored.snapshotSha256)
    throw refusal(plan, "snapshot.json is not the one it was made from");
  const policy = await store.getJson<Policy>(reviewKeys(sourceId, review).assessment(plan.assessment).policy);
  if (!policy || hashOf(policy) !== plan.policySha256)
    throw refusal(plan, "policy.json is not the one it was made under");
  return { plan, policy, snapshot: stored.snapshot };
}

/** Throws where the plan is older than its own policy or today's policy allows. */
export function refuseOldPlan(stage: Stage, { plan, policy }: LoadedPlan): void {
  const maxAgeDays = Math.min(policy.guard.maxPlanAgeDays, stage.policy.guard.maxPlanAgeDays);
  const ageDays = (stage.clock.now() - epochMs(plan.createdAt)) / dayMs;
  if (ageDays > maxAgeDays) {
    throw refusal(
      plan,
      `it is ${Math.floor(ageDays)} days old and guard.maxPlanAgeDays is ${maxAgeDays}: start a new review`,
    );
  }
}

function refusal(plan: Plan, why: string): Error {
  return new Error(`Cannot act on plan ${plan.planHash} of ${plan.source} ${plan.review} as ${why}`);
}

/** The limits that stop a plan: the limits it tripped when it was made, and today's where they are narrower. */
export function brakeToday(stage: Stage, { plan }: Pick<LoadedPlan, "plan">): BrakeLimit[] {
  const known = new Set(plan.brake.limits.map(({ name }) => name));
  const today = sizeLimits(plan, stage.policy.guard, stage.clock.now());
  return [...plan.brake.limits, ...today.filter(({ name }) => !known.has(name))];
}

/** `approvals/<plan hash>.json`: who lifted the brake of exactly that plan, when and why. Evidence of an earlier version lacks `caller`. */
export type Approval = Reasons & { formatVersion: 1; planHash: string; at: string; caller?: Caller };

/** The approval of a plan; null where nobody lifted its brake. */
export function loadApproval({ store, sourceId, review }: ReviewPlace, planHash: string): Promise<Approval | null> {
  return store.getJson<Approval>(reviewKeys(sourceId, review).approval(planHash));
}

/** The hashes of those plans that were approved. */
export async function approvedPlansOf(place: ReviewPlace, plans: readonly Plan[]): Promise<ReadonlySet<string>> {
  const approvals = await Promise.all(plans.map(({ planHash }) => loadApproval(place, planHash)));
  return new Set(approvals.flatMap((approval) => approval?.planHash ?? []));
}

type Approving = Reasons & { planHash: string };

/** Lifts the brake of the review's newest plan, if this is its hash. Approving it again changes nothing. */
export function approvePlan(stage: Stage, approving: Approving): Promise<Approval> {
  return underSourceLease(stage, () => approveUnderLease(stage, approving));
}

async function approveUnderLease(stage: Stage, { planHash, by, reason }: Approving): Promise<Approval> {
  const { store, sourceId, review } = stage;
  await refuseWhereSealed(stage, "approve a plan");
  const plan = await newestPlan(stage);
  if (plan?.planHash !== planHash) {
    throw new Error(
      plan
        ? `Cannot approve ${planHash} as the newest plan of ${sourceId} ${review} is ${plan.planHash}: read its report, then approve that hash`
        : `Cannot approve ${planHash} as ${sourceId} ${review} has no plan: assess it first`,
    );
  }
  const standing = await loadApproval(stage, planHash);
  if (standing) return standing;
  const at = isoInstant(stage.clock.now());
  const approval: Approval = { formatVersion: 1, planHash, by, reason, at, caller: stage.invocation.caller };
  await createJsonOnce(store, reviewKeys(sourceId, review).approval(planHash), approval);
  return approval;
}
