import { hashOf, sha256 } from "../basics/hash.ts";
import { clocksDifferMs, dayMs, epochMs, isoInstant } from "../basics/time.ts";
import type { Origin, Snapshot } from "../review/grants/snapshot.ts";
import { isSweep, reviewKeys } from "../review/keys.ts";
import type { WhoReviews } from "../review/people/who-reviews.ts";
import {
  type Approval,
  type Approver,
  type ApproverRules,
  approversIn,
  countedApprovers,
  identityOf,
  mayApprove,
} from "../review/plan/approval.ts";
import { sizeLimits } from "../review/plan/brake.ts";
import { type BrakeLimit, type Plan, planHashOf } from "../review/plan/plan.ts";
import { ClockBehindError, type ReviewPlace, type StoredLines, UnsealableError } from "../review/ports.ts";
import type { Caller, Reasons } from "../review/proof/act.ts";
import type { ProvenBy } from "../review/rules/decision.ts";
import type { Finding } from "../review/rules/finding.ts";
import { type Policy, sweepPolicyOf } from "../review/rules/policy.ts";
import {
  type ApproveAnswer,
  type AssessAnswer,
  answer,
  type HeldTimes,
  RefusedRequestError,
  type Stage,
} from "../review/stage.ts";
import { loadSnapshot } from "./grants.ts";
import { underSourceLease } from "./lease.ts";
import { firstInvitation } from "./messages.ts";
import { answerWhereSealed, refuseWhereSealed } from "./sealing.ts";
import { createJsonOnce, createLinesOnce, createOnce } from "./write-once.ts";

// A plan from its assessment to its approval. Above 300 lines, as whoever lifts a brake must read what the plan is bound to.

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

/** The plan of a review's newest assessment; of those made by `untilMs` (epoch milliseconds), where that is said. */
export async function newestPlan(place: ReviewPlace, untilMs = Number.POSITIVE_INFINITY): Promise<Plan | null> {
  for (const assessment of (await assessmentsOf(place)).reverse()) {
    const plan = await readPlan(place, assessment);
    if (untilMs === Number.POSITIVE_INFINITY || epochMs(plan.createdAt) <= untilMs) return plan;
  }
  return null;
}

/** The plan of a review's first assessment. */
export async function firstPlan(place: ReviewPlace): Promise<Plan | null> {
  const [first] = await assessmentsOf(place);
  return first === undefined ? null : await readPlan(place, first);
}

/**
 * When people were first asked to decide, which is when the window for decisions begins: by a message, else by the report of
 * the first plan. Null before the first plan.
 */
export async function firstAskedAt(place: ReviewPlace): Promise<string | null> {
  const plan = await firstPlan(place);
  if (!plan) return null;
  const invitedAt = await firstInvitation(place);
  return invitedAt !== null && epochMs(invitedAt) > epochMs(plan.createdAt) ? invitedAt : plan.createdAt;
}

/** The policy that a plan was made under. `doing`: what cannot be done where the policy is gone. */
export async function policyOfPlan(place: ReviewPlace, plan: Plan, doing: string): Promise<Policy> {
  const policy = await readPolicy(place, plan);
  const { store, sourceId, review } = place;
  if (!policy)
    throw new UnsealableError(`Cannot ${doing} as ${store.locate(policyKey(sourceId, review, plan))} is gone`);
  return policy;
}

type PlacedPolicy = Pick<Plan, "assessment" | "policyOf">;

/** The key of the policy that a plan was made under: of its own assessment, or of the earlier one that the plan names. */
export function policyKey(source: string, review: string, { assessment, policyOf }: PlacedPolicy): string {
  const of = policyOf ?? { review, assessment };
  return reviewKeys(source, of.review).assessment(of.assessment).policy;
}

async function readPolicy({ store, sourceId, review }: ReviewPlace, plan: PlacedPolicy): Promise<Policy | null> {
  const policy = await store.getJson<Policy>(policyKey(sourceId, review, plan));
  return policy && plan.policyOf ? sweepPolicyOf(policy) : policy;
}

/** What of the source's history says where a policy may lie already. */
type Looks = {
  snapshotBefore(review: string, origin: Origin): Promise<Pick<Snapshot, "review"> | null>;
  reviewAndSweeps(from: string, until: string): Promise<string[]>;
};

/**
 * The plan with the place of its policy. A sweep that found nothing is written every day: its plan names the last sweep, or the
 * previous review, where that has the same policy. Every other plan has its own.
 */
export async function placePolicy(stage: Stage & { ledger: Looks }, plan: Plan, origin: Origin): Promise<Plan> {
  if (plan.findings !== 0) return plan;
  const previous = await stage.ledger.snapshotBefore(stage.review, origin);
  const looks = previous ? await stage.ledger.reviewAndSweeps(previous.review, stage.review) : [];
  for (const review of new Set([...looks.slice(-1), ...looks.slice(0, 1)])) {
    const before = await newestPlan({ ...stage, review });
    if (!before) continue;
    const policyOf = before.policyOf ?? { review, assessment: before.assessment };
    const policy = await readPolicy(stage, { ...plan, policyOf });
    if (policy && hashOf(policy) === plan.policySha256) return { ...plan, policyOf };
  }
  return plan;
}

/** The findings under a plan, sorted by grant and rule, some at a time. */
export async function* storedFindings(
  { store, sourceId, review }: ReviewPlace,
  { assessment, findings }: Pick<Plan, "assessment" | "findings">,
): AsyncGenerator<StoredLines<Finding>> {
  if (findings === 0) return;
  yield* store.readStoredLines<Finding>(reviewKeys(sourceId, review).assessment(assessment).findings);
}

/** Who reviews the grants, by a plan's assessment; null where the configuration named no reviewers. */
export function whoReviewsOf(
  { store, sourceId, review }: ReviewPlace,
  { assessment }: Plan,
): Promise<WhoReviews | null> {
  return store.getJson<WhoReviews>(reviewKeys(sourceId, review).assessment(assessment).reviewers);
}

/** The names of the assessments of which anything was written, whole or not, oldest first. */
export async function begunAssessmentsOf({ store, sourceId, review }: ReviewPlace): Promise<string[]> {
  const names: string[] = [];
  for await (const name of store.listFolder(reviewKeys(sourceId, review).assessments)) {
    if (/^\d+\/$/.test(name)) names.push(name.slice(0, -1));
  }
  return names.sort();
}

/** Whether an assessment that was cut off has written decisions, and others than these JSON lines. */
export async function hasOtherDecisions(
  { store, sourceId, review }: ReviewPlace,
  assessment: string,
  decisionLines: string,
): Promise<boolean> {
  const stored = await store.get(reviewKeys(sourceId, review).assessment(assessment).decisions);
  return stored !== null && sha256(stored.body) !== sha256(decisionLines);
}

/** What a plan follows from. `decisionLines`: decisions as JSON lines. */
export type PlanBasis = { policy: Policy; decisionLines: string; findings: Iterable<Finding> };

/** Writes what the plan of an assessment follows from, before its reports and the plan itself. */
export async function writePlanBasis(
  { store, sourceId, review }: ReviewPlace,
  { assessment, findings: found, policyOf }: Pick<Plan, "assessment" | "findings" | "policyOf">,
  { policy, decisionLines, findings }: PlanBasis,
): Promise<void> {
  const keys = reviewKeys(sourceId, review).assessment(assessment);
  if (!policyOf) await createJsonOnce(store, keys.policy, policy);
  // A sweep is written every day, and mostly nobody has decided on anything of it.
  if (decisionLines !== "" || !isSweep(review))
    await createOnce(store, keys.decisions, new TextEncoder().encode(decisionLines));
  if (found !== 0) await createLinesOnce(store, keys.findings, findings);
}

/** Writes the plan of an assessment: its last artefact. */
export async function writePlan({ store, sourceId, review }: ReviewPlace, plan: Plan): Promise<void> {
  await createJsonOnce(store, reviewKeys(sourceId, review).assessment(plan.assessment).plan, plan);
}

/** A plan that was proved to be made from this snapshot, under this policy. `askedAt`: when people were first asked to decide. */
export type LoadedPlan = { plan: Plan; policy: Policy; snapshot: Snapshot; askedAt: string };

/** The review's newest plan. Throws where its hashes do not bind it to the snapshot and the policy. */
export async function loadPlan(place: ReviewPlace): Promise<LoadedPlan> {
  const { sourceId, review } = place;
  const stored = await loadSnapshot(place);
  const plan = await newestPlan(place);
  if (!stored || !plan) throw new Error(`Cannot expire as ${sourceId} ${review} has no plan: assess it first`);
  const { planHash, ...hashed } = plan;
  if (planHashOf(hashed) !== planHash) throw refusal(plan, "its hash is not that of its contents: it was changed");
  if (plan.snapshotSha256 !== stored.snapshotSha256)
    throw refusal(plan, "snapshot.json is not the one it was made from");
  const policy = await readPolicy(place, plan);
  if (!policy || hashOf(policy) !== plan.policySha256)
    throw refusal(plan, "policy.json is not the one it was made under");
  return { plan, policy, snapshot: stored.snapshot, askedAt: (await firstAskedAt(place)) ?? plan.createdAt };
}

/** How many days old a plan is, and how old its own policy and today's let it become. */
function ageOf(
  stage: Stage,
  { plan, policy }: Pick<LoadedPlan, "plan" | "policy">,
): { ageDays: number; maxAgeDays: number } {
  const maxAgeDays = Math.min(policy.guard.maxPlanAgeDays, stage.policy.guard.maxPlanAgeDays);
  return { ageDays: (stage.clock.now() - epochMs(plan.createdAt)) / dayMs, maxAgeDays };
}

/** Throws where the plan is older than its own policy or today's policy allows. */
export function refuseOldPlan(stage: Stage, loaded: LoadedPlan): void {
  const { ageDays, maxAgeDays } = ageOf(stage, loaded);
  if (ageDays > maxAgeDays) {
    throw refusal(
      loaded.plan,
      `it is ${Math.floor(ageDays)} days old and guard.maxPlanAgeDays is ${maxAgeDays}: start a new review`,
    );
  }
}

/**
 * The answer of an assessment that has nothing left to do, as the review is sealed or as nobody may act on its newest plan any
 * more (`outdated`): that plan is too old. Null where there is something to assess.
 */
export async function answerWhereOver(stage: Stage): Promise<AssessAnswer | null> {
  const sealed = await answerWhereSealed(stage);
  if (sealed) return sealed;
  const plan = stage.mode === "enforce" ? await newestPlan(stage) : null;
  if (!plan) return null;
  const { ageDays, maxAgeDays } = ageOf(stage, { plan, policy: await policyOfPlan(stage, plan, "assess") });
  if (ageDays <= maxAgeDays) return null;
  return answer(stage, "done", { outdated: { planHash: plan.planHash, ageDays: Math.floor(ageDays), maxAgeDays } });
}

/** Since when a plan is held, and until when somebody may let it go on. */
export function heldTimes(stage: Stage, loaded: Pick<LoadedPlan, "plan" | "policy">): HeldTimes {
  const { createdAt } = loaded.plan;
  const untilMs = epochMs(createdAt) + ageOf(stage, loaded).maxAgeDays * dayMs;
  return { heldSince: createdAt, actUntil: isoInstant(untilMs) };
}

function refusal(plan: Plan, why: string): Error {
  return new UnsealableError(`Cannot act on plan ${plan.planHash} of ${plan.source} ${plan.review} as ${why}`);
}

/** The limits that stop a plan: the limits it tripped when it was made, and today's where they are narrower. */
export function brakeToday(stage: Stage, { plan }: Pick<LoadedPlan, "plan">): BrakeLimit[] {
  const known = new Set(plan.brake.limits.map(({ name }) => name));
  const today = sizeLimits(plan, stage.policy.guard, stage.clock.now());
  return [...plan.brake.limits, ...today.filter(({ name }) => !known.has(name))];
}

/** What was said of a held plan: who approved it, and who refused it first. */
export type Verdicts = { approvedBy: Approver[]; refusedBy: Approver | null };

/** `approvals/<plan hash>/<approve|refuse>-<16 hex>.json`: what one person said, where that alone does not lift the brake. */
type VerdictRecord = Approver & { formatVersion: 1; planHash: string; verdict: "approve" | "refuse"; caller: Caller };

/** Who approved a plan, or refused it, so far. */
export async function verdictsOn(place: ReviewPlace, planHash: string): Promise<Verdicts> {
  const { store, sourceId, review } = place;
  const records: VerdictRecord[] = [];
  for await (const key of store.list(reviewKeys(sourceId, review).verdicts(planHash))) {
    const record = await store.getJson<VerdictRecord>(key);
    if (record) records.push(record);
  }
  const approval = await loadApproval(place, planHash);
  const said = records.map(({ verdict, by, reason, at, provenBy }) => ({ verdict, by, reason, at, provenBy }));
  const saying = (wanted: string): Approver[] =>
    said.filter(({ verdict }) => verdict === wanted).map(({ verdict: _verdict, ...approver }) => approver);
  const all = [...(approval ? approversIn(approval) : []), ...saying("approve")];
  return {
    approvedBy: [...new Map(all.map((each) => [identityOf(each), each])).values()],
    refusedBy: saying("refuse").sort((a, b) => epochMs(a.at) - epochMs(b.at))[0] ?? null,
  };
}

/** What somebody said of a held plan, with the key of its record. `approved`: this yes lifted the brake. */
export type SaidOnPlan = Reasons & {
  key: string;
  kind: "approval" | "approved" | "refused";
  at: string;
  caller?: Caller;
};

/** What was said of a review's held plans. */
export async function saidOnPlans({ store, sourceId, review }: ReviewPlace): Promise<SaidOnPlan[]> {
  const said: SaidOnPlan[] = [];
  for await (const key of store.list(reviewKeys(sourceId, review).approvals)) {
    const record = await store.getJson<Approval | VerdictRecord>(key);
    if (!record) continue;
    const { by, reason, at, caller } = record;
    const verdict = "verdict" in record ? record.verdict : null;
    const kind = verdict === null ? "approved" : verdict === "approve" ? "approval" : "refused";
    said.push({ key, kind, by, reason, at, ...(caller ? { caller } : {}) });
  }
  return said;
}

/** `approvals/<plan hash>.json`; null where it was not written. */
export function loadApproval({ store, sourceId, review }: ReviewPlace, planHash: string): Promise<Approval | null> {
  return store.getJson<Approval>(reviewKeys(sourceId, review).approval(planHash));
}

/** Whether as many people approved a plan as its own policy and today's ask for, of those whom the configuration names. */
export async function isBrakeLifted(
  stage: Stage,
  { plan: { planHash }, policy }: Pick<LoadedPlan, "plan" | "policy">,
): Promise<boolean> {
  const rules = approverRulesOf(stage, policy);
  return countedApprovers((await verdictsOn(stage, planHash)).approvedBy, rules).length >= rules.approvals;
}

/** The hashes of those of these plans whose brake somebody has lifted. */
export async function approvedPlansOf(place: ReviewPlace, plans: readonly Plan[]): Promise<Set<string>> {
  const approvals = await Promise.all(plans.map(({ planHash }) => loadApproval(place, planHash)));
  return new Set(approvals.flatMap((approval) => approval?.planHash ?? []));
}

/** A plan by its hash, and whoever says yes or no to it. */
export type Approving = Reasons & { planHash: string; provenBy?: ProvenBy | null };

/** What came of an approval: `isApproved`, once as many approved as `approvalsNeeded`. */
export type Approved = Approval & { approvedBy: Approver[]; approvalsNeeded: number; isApproved: boolean };

/**
 * Approves the review's newest plan, if this is its hash, and lifts its brake once as many different people approved it as
 * the policy asks for. Approving it again changes nothing.
 */
export function approvePlan(stage: Stage, approving: Approving): Promise<Approved> {
  return underSourceLease(stage, () => approveUnderLease(stage, approving));
}

/** Approves a plan, and answers as a stage does. */
export async function answerApproval(stage: Stage, approving: Approving): Promise<ApproveAnswer> {
  const { planHash, isApproved, approvedBy, approvalsNeeded } = await approvePlan(stage, approving);
  const counts = { approvals: approvedBy.length, approvalsNeeded };
  return answer(stage, "done", { planHash, approved: isApproved, ...counts });
}

/** Refuses the review's newest plan for good: nobody can approve it any more, and another plan has another hash. */
export function refusePlan(stage: Stage, refusing: Approving): Promise<Verdicts> {
  return underSourceLease(stage, async () => {
    const { approver, rules } = await readApprover(stage, "refuse", refusing);
    const { planHash } = refusing;
    const before = await verdictsOn(stage, planHash);
    if (before.refusedBy) return before;
    if (countedApprovers(before.approvedBy, rules).length >= rules.approvals) {
      throw new ApprovalError("approved", `Cannot refuse ${planHash} as it was approved: stop the source instead`);
    }
    await writeVerdict(stage, { planHash, verdict: "refuse", approver });
    return { ...before, refusedBy: approver };
  });
}

/** Why somebody's yes or no to a plan does not count: nothing was written. */
export class ApprovalError extends RefusedRequestError {
  override readonly name = "ApprovalError";
  readonly reason: "not-approver" | "other-plan" | "refused" | "approved";

  constructor(reason: ApprovalError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Today's configuration may ask for more than the policy of a plan, never for less. */
function approverRulesOf({ policy: today, approvers = [] }: Stage, ofPlan: Policy): ApproverRules {
  return {
    approvals: Math.max(today.guard.approvals ?? 1, ofPlan.guard.approvals ?? 1),
    approvers,
    namesCount: approvers.length === 0 && (today.decisions ?? "any") === "any",
  };
}

type Written = { what: string; writtenAt: string; nowMs: number };

/** Why nothing may be written now: it would come before what the review has written at `writtenAt`. */
export function clockBehind(act: string, { what, writtenAt, nowMs }: Written): ClockBehindError {
  const behindMs = epochMs(writtenAt) - nowMs;
  const isFar = behindMs > dayMs;
  const wayOut =
    "; where it is right, a clock was ahead when that was written: leave the review out, and another begins";
  return new ClockBehindError(
    `Cannot ${act} as the clock is behind by ${Math.ceil(behindMs / 1000)} s: ${what} at ${writtenAt}, and it is ${isoInstant(nowMs)} here; set the clock of this machine right, and run the command again${isFar ? wayOut : ""}`,
    { writtenAt, isFar },
  );
}

/** Whoever says yes or no to the newest plan. Throws where it is another plan, or where what they say cannot count. */
async function readApprover(
  stage: Stage,
  verb: string,
  approving: Approving,
): Promise<{ approver: Approver; rules: ApproverRules }> {
  const { sourceId, review, clock } = stage;
  const { planHash, by, reason, provenBy = null } = approving;
  await refuseWhereSealed(stage, `${verb} a plan`);
  const plan = await newestPlan(stage);
  if (plan?.planHash !== planHash) {
    throw new ApprovalError(
      "other-plan",
      plan
        ? `Cannot ${verb} ${planHash} as the newest plan of ${sourceId} ${review} is ${plan.planHash}: read its report, then ${verb} that hash`
        : `Cannot ${verb} ${planHash} as ${sourceId} ${review} has no plan: assess it first`,
    );
  }
  if (epochMs(plan.createdAt) > clock.now() + clocksDifferMs) {
    const written = { what: "the plan was made", writtenAt: plan.createdAt, nowMs: clock.now() };
    throw clockBehind(`${verb} ${planHash}`, written);
  }
  const approver = { by, reason, at: isoInstant(clock.now()), provenBy };
  const rules = approverRulesOf(stage, await policyOfPlan(stage, plan, `${verb} it`));
  if (mayApprove(approver, rules)) return { approver, rules };
  throw new ApprovalError(
    "not-approver",
    `Cannot ${verb} ${planHash} as a name proves nobody where desk.approvers says who may, or policy.decisions is not any: ${verb} the plan at the desk, signed in as one of desk.approvers`,
  );
}

async function approveUnderLease(stage: Stage, approving: Approving): Promise<Approved> {
  const { planHash } = approving;
  const { approver, rules } = await readApprover(stage, "approve", approving);
  const standing = await loadApproval(stage, planHash);
  const { approvedBy: before, refusedBy } = await verdictsOn(stage, planHash);
  if (refusedBy) {
    throw new ApprovalError(
      "refused",
      `Cannot approve ${planHash} as it was refused at ${refusedBy.at}: another plan can be approved, once an assessment comes to one`,
    );
  }
  const isRepeated = before.some((other) => identityOf(other) === identityOf(approver));
  const approvedBy = isRepeated ? before : [...before, approver];
  const isApproved = countedApprovers(approvedBy, rules).length >= rules.approvals;
  const { by, reason, at } = approver;
  const { caller } = stage.invocation;
  const approval: Approval = { formatVersion: 1, planHash, by, reason, at, caller, approvedBy };
  if (isApproved && !standing) {
    await createJsonOnce(stage.store, reviewKeys(stage.sourceId, stage.review).approval(planHash), approval);
  } else if (!isRepeated) {
    await writeVerdict(stage, { planHash, verdict: "approve", approver });
  }
  return { ...(standing ?? approval), approvedBy, approvalsNeeded: rules.approvals, isApproved };
}

type Saying = { planHash: string; verdict: VerdictRecord["verdict"]; approver: Approver };

async function writeVerdict(stage: Stage, { planHash, verdict, approver }: Saying): Promise<void> {
  const { store, sourceId, review, invocation } = stage;
  const record: VerdictRecord = { formatVersion: 1, planHash, verdict, ...approver, caller: invocation.caller };
  const key = `${reviewKeys(sourceId, review).verdicts(planHash)}${verdict}-${sha256(identityOf(approver)).slice(0, 16)}.json`;
  await createJsonOnce(store, key, record);
}
