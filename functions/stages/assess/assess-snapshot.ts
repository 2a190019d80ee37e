import { hashOf, sha256 } from "../../basics/hash.ts";
import { dayMs, epochMs, isoInstant, parseInstant } from "../../basics/time.ts";
import { type StandingAuthority, standingAuthority, writePeopleMatch } from "../../facts/authority.ts";
import { conflictBasisOf, writeConflictBasis } from "../../facts/conflict-basis.ts";
import { openReviewCheckpoint } from "../../ledger/checkpoint.ts";
import { badFilesAnswer, decisionKeys, loadDecisions } from "../../ledger/decisions.ts";
import type { StoredSnapshot } from "../../ledger/grants.ts";
import type { Lease } from "../../ledger/lease.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import {
  assessmentsOf,
  begunAssessmentsOf,
  firstAskedAt,
  firstPlan,
  hasOtherDecisions,
  heldTimes,
  isBrakeLifted,
  newestPlan,
  placePolicy,
  readPlan,
  storedFindings,
  writePlan,
  writePlanBasis,
} from "../../ledger/plans.ts";
import { readOutcomesOf } from "../../ledger/receipts.ts";
import { assessmentReport } from "../../ledger/reports.ts";
import { type ConflictBasis, isLocalOrigin, type Snapshot } from "../../review/grants/snapshot.ts";
import type { ReviewerRules } from "../../review/people/routing.ts";
import { buildPlan } from "../../review/plan/build-plan.ts";
import { isHeldByBadFile, type Plan } from "../../review/plan/plan.ts";
import { isConflictRule } from "../../review/rules/conflicts.ts";
import type { BadDecisionFile } from "../../review/rules/decided.ts";
import type { Finding } from "../../review/rules/finding.ts";
import { isWindowOpen, type Policy, windowEndOf } from "../../review/rules/policy.ts";
import { type AssessAnswer, answer, type Stage } from "../../review/stage.ts";
import { type JudgedGrants, judgeGrants } from "./judge-grants.ts";

/** The inputs that an assessment began with; an invocation that goes on with it uses the same. */
type AssessmentInputs = {
  assessment: string;
  createdAt: string;
  policy: Policy;
  mode: "report" | "enforce";
  language: "zh" | "en";
  reviewers: ReviewerRules | null;
  decisionKeys: string[];
  /** When the window for deciding ended; null while it is open, or where there is none. */
  windowEndedAt: string | null;
  /** By which snapshot people are known; left out where no source says who people are. */
  people?: StandingAuthority;
  /** By which snapshots of other sources conflicts are judged; left out where none spans sources. */
  conflictBasis?: ConflictBasis;
};

/** Judges a whole snapshot under the source's lease; writes findings, plan and report where the plan is new. */
export async function assessSnapshot(lease: Lease, today: AtWork, stored: StoredSnapshot): Promise<AssessAnswer> {
  return (await assessOnce(lease, today, stored)) ?? (await assessOnce(lease, today, stored, "anew"))!;
}

/** Null where decisions were changed since the assessment was cut off: what it has written is left behind. */
async function assessOnce(
  lease: Lease,
  today: AtWork,
  stored: StoredSnapshot,
  begin: "anew" | "where-cut-off" = "where-cut-off",
): Promise<AssessAnswer | null> {
  const inputs = await freezeInputs(today, stored.snapshot, begin);
  today.progress({ stage: "assess", counts: { grants: 0 } });
  const planned = await planSnapshot(today, { lease, stored, inputs });
  if (!planned) return null;
  if (planned.isNew) await writeAssessment(today, planned);
  return await assessAnswer(today, planned);
}

/** The plan that an assessment came to; the standing plan where both are the same. */
type Planned = {
  plan: Plan;
  badFiles: BadDecisionFile[];
  isNew: boolean;
  findingsByRule: Record<string, number>;
  inputs: AssessmentInputs;
  snapshot: Snapshot;
};

type Assessing = { lease: Lease; stored: StoredSnapshot; inputs: AssessmentInputs };

/** Judges and plans; writes the findings and decisions of a new plan. Memory lets go of them after that: the report reads them back. */
async function planSnapshot(stage: AtWork, { lease, stored, inputs }: Assessing): Promise<Planned | null> {
  const { snapshot } = stored;
  const { plan, judged, badFiles, decisionLines } = await judgeAndPlan(stage, stored, inputs);
  if (await hasOtherDecisions(stage, inputs.assessment, decisionLines)) return null;
  const last = (await assessmentsOf(stage)).filter((name) => name < inputs.assessment).at(-1);
  const standing = last === undefined ? null : await readPlan(stage, last);
  const { findingsByRule } = judged;
  const isSame = standing?.planHash === plan.planHash && !isClosedSince(standing, { plan, judged, inputs });
  if (standing && isSame && !(await hasOtherConflicts(stage, standing, { plan, judged, inputs })))
    return { plan: standing, badFiles, isNew: false, findingsByRule, inputs, snapshot };
  await lease.check();
  const placed = await placePolicy(stage, plan, snapshot.origin);
  await writePlanBasis(stage, placed, { policy: inputs.policy, decisionLines, findings: judged.findings(plan) });
  // Of a sweep nobody asks who was known, but where its plan rests on it.
  if (judged.people && (snapshot.kind !== "sweep" || plan.authority !== undefined))
    await writePeopleMatch(stage, inputs.assessment, judged.people);
  if (inputs.conflictBasis) await writeConflictBasis(stage, inputs.assessment, inputs.conflictBasis);
  return { plan: placed, badFiles, isNew: true, findingsByRule, inputs, snapshot };
}

/** What a judgement of a snapshot rests on. */
export type JudgingInputs = Pick<
  AssessmentInputs,
  "assessment" | "createdAt" | "policy" | "decisionKeys" | "windowEndedAt" | "people" | "conflictBasis"
>;

/** A plan with what it follows from; `decisionLines`: the decisions as JSON lines. */
type PlanWithBasis = { plan: Plan; judged: JudgedGrants; badFiles: BadDecisionFile[]; decisionLines: string };

/** Judges a snapshot by a policy, and plans what follows. Reads alone: nothing is written. */
export async function judgeAndPlan(
  stage: AtWork,
  stored: StoredSnapshot,
  inputs: JudgingInputs,
): Promise<PlanWithBasis> {
  const { createdAt: asOf, windowEndedAt, people = null, conflictBasis = null } = inputs;
  const { snapshot } = stored;
  const decisions = await loadDecisions(stage, { keys: inputs.decisionKeys, asOf });
  const { recorded, badFiles } = decisions;
  const judged = await judgeGrants(stage, { snapshot, decisions, asOf, windowEndedAt, people, conflictBasis });
  // A sweep is about a few grants, and keeps the decisions on those alone: they are kept every day.
  const planned = new Set(judged.candidates.map(({ grant }) => grant.id));
  const kept = snapshot.kind === "sweep" ? recorded.filter(({ grantId }) => planned.has(grantId)) : recorded;
  const decisionLines = [...kept, ...badFiles].map((line) => `${JSON.stringify(line)}\n`).join("");
  const plan = await planFrom(stage, { ...stored, inputs, judged, decisionsSha256: sha256(decisionLines) });
  return { plan, judged, badFiles, decisionLines };
}

type Basis = {
  snapshot: Snapshot;
  snapshotSha256: string;
  inputs: JudgingInputs;
  judged: JudgedGrants;
  decisionsSha256: string;
};

/** The plan that follows from the judged grants; the notices that earlier plans gave run on in it. */
async function planFrom(stage: AtWork, basis: Basis): Promise<Plan> {
  const { sourceId, review, ledger } = stage;
  const { snapshot, inputs, judged } = basis;
  const previous = await ledger.snapshotBefore(review, snapshot.origin);
  return buildPlan(judged.candidates, {
    source: sourceId,
    review,
    assessment: inputs.assessment,
    createdAt: inputs.createdAt,
    now: snapshot.takenAt,
    firstPlannedAt: (await firstPlan(stage))?.createdAt ?? inputs.createdAt,
    snapshotSha256: basis.snapshotSha256,
    policySha256: hashOf(inputs.policy),
    decisionsSha256: basis.decisionsSha256,
    ...(judged.people && judged.restsOnPeople ? { authority: judged.people.authority } : {}),
    population: snapshot.population,
    previousNotices: await noticesBefore(stage, previous),
    roleHolders: judged.roleHolders,
    isQuiet: snapshot.kind === "sweep" && Object.keys(judged.findingsByRule).length === 0,
    policy: inputs.policy,
    previousPopulation: previous && {
      grants: previous.population.grants,
      verifiedRemovals: await verifiedRemovals(stage, previous),
    },
    isFirstReview: previous === null && !isLocalOrigin(snapshot.origin),
  });
}

/** The notices of the newest plan before this one: of this review, else of the previous review. A plan that a clock ahead dated gave none yet. */
async function noticesBefore(stage: Stage, previous: Snapshot | null): Promise<Map<string, Plan["items"][number]>> {
  const own = await newestPlan(stage);
  const plan = own ?? (previous && (await newestPlan({ ...stage, review: previous.review }, stage.clock.now())));
  return new Map(plan?.items.map((item) => [item.grantId, item]));
}

async function verifiedRemovals(stage: AtWork, previous: Snapshot): Promise<number> {
  const reviews = await stage.ledger.reviewAndSweeps(previous.review, stage.review);
  const removed = new Set<string>();
  for (const { outcomes } of await readOutcomesOf(stage, reviews)) {
    for (const { grantId, outcome, verifiedAt } of outcomes.values())
      if (outcome === "revoked" && verifiedAt) removed.add(grantId);
  }
  return removed.size;
}

type PlanJudged = { plan: Plan; judged: JudgedGrants; inputs: AssessmentInputs };

/** Whether findings were closed since an assessment, as nobody decided on them in time: a new assessment says so, whatever its plan. */
function isClosedSince({ createdAt }: Plan, { plan, judged, inputs: { windowEndedAt } }: PlanJudged): boolean {
  if (windowEndedAt === null || epochMs(createdAt) >= epochMs(windowEndedAt)) return false;
  for (const { suppressedBy } of judged.findings(plan)) if (suppressedBy?.by === "no-decision") return true;
  return false;
}

/** Whether another source was read or decided on since an assessment, so that people hold other conflicts: a new one says so, whatever its plan. */
async function hasOtherConflicts(
  stage: AtWork,
  standing: Plan,
  { plan, judged, inputs }: PlanJudged,
): Promise<boolean> {
  if (!inputs.conflictBasis) return false;
  const before: Finding[] = [];
  for await (const lines of storedFindings(stage, standing)) {
    before.push(...lines.parseAll().filter(({ rule }) => isConflictRule(rule)));
  }
  const now = [...judged.findings(plan)].filter(({ rule }) => isConflictRule(rule));
  return hashOf(before) !== hashOf(now);
}

/**
 * The inputs of the assessment that was begun and not finished, where they are today's, so that it comes to the same bytes;
 * else new ones, and a number that nothing was written under. What a checkpoint says is not believed beyond that. An
 * assessment that was begun long ago is not gone on with: nobody was told of its plan, and notices begin with a plan.
 */
async function freezeInputs(
  stage: Stage,
  { takenAt }: Snapshot,
  begin: "anew" | "where-cut-off",
): Promise<AssessmentInputs> {
  const checkpoint = await openReviewCheckpoint<AssessmentInputs>(stage, "assess.json");
  const [finished, allBegun] = [await assessmentsOf(stage), await begunAssessmentsOf(stage)];
  const nowMs = stage.clock.now();
  const askedAt = (await firstAskedAt(stage)) ?? isoInstant(nowMs);
  const people = await standingAuthority(stage, isoInstant(nowMs));
  const conflictBasis = await conflictBasisOf(stage);
  const fresh: AssessmentInputs = {
    assessment: String(Number(allBegun.at(-1) ?? "0") + 1).padStart(4, "0"),
    createdAt: isoInstant(nowMs),
    policy: stage.policy,
    mode: stage.mode,
    language: stage.language,
    reviewers: stage.reviewers ?? null,
    decisionKeys: await decisionKeys(stage),
    windowEndedAt: isWindowOpen(stage.policy, askedAt, nowMs) ? null : windowEndOf(stage.policy, askedAt),
    ...(people ? { people } : {}),
    ...(conflictBasis ? { conflictBasis } : {}),
  };
  const begun = checkpoint.value;
  const assessment = String(begun?.assessment);
  const isUnfinished = allBegun.includes(assessment) && assessment > (finished.at(-1) ?? "");
  // A file of decisions that was added meanwhile is the next assessment's.
  const isKnown = (key: string): boolean => fresh.decisionKeys.includes(key);
  const keys = Array.isArray(begun?.decisionKeys) && begun.decisionKeys.every(isKnown) ? begun.decisionKeys : [];
  const goingOn = isUnfinished ? { ...fresh, assessment, decisionKeys: keys } : fresh;
  const atMostMs = isUnfinished ? dayMs : hourMs;
  const fits = begun !== null && isSameAttempt(begun, goingOn, { takenMs: epochMs(takenAt), atMostMs });
  if (begin === "where-cut-off" && fits) return begun;
  await checkpoint.save(fresh);
  return fresh;
}

const hourMs = 60 * 60_000;

/** The instant of the snapshot, and how long ago an assessment may have begun. */
type Age = { takenMs: number; atMostMs: number };

/**
 * Whether two invocations mean the same assessment: nothing changed, and so little time passed that notices hardly move by
 * it. `begun` comes from a checkpoint, and may say anything.
 */
function isSameAttempt(begun: AssessmentInputs, fresh: AssessmentInputs, { takenMs, atMostMs }: Age): boolean {
  const [beganMs, nowMs] = [parseInstant(String(begun.createdAt)), epochMs(fresh.createdAt)];
  if (beganMs === null || beganMs > nowMs || beganMs < takenMs || nowMs - beganMs > atMostMs) return false;
  return hashOf({ ...begun, createdAt: null }) === hashOf({ ...fresh, createdAt: null });
}

/** plan.json comes last: an assessment without it does not exist. */
async function writeAssessment(stage: AtWork, { inputs, plan }: Planned): Promise<void> {
  const { policy, mode, createdAt } = inputs;
  // A sweep that found nothing has nothing to report: its few objects are written every day.
  if (plan.findings !== 0) {
    const { writeReports } = await import("../show/review-report.ts"); // most assessments come to the plan that stands
    await writeReports(stage, assessmentReport(stage, plan), { plan, policy, mode, asOf: createdAt });
  }
  await writePlan(stage, plan);
}

/** Only in report mode does assess itself say how long to wait for decisions: in enforce mode expire does, as items may be due before. */
async function assessAnswer(stage: Stage, { plan, badFiles, findingsByRule, inputs }: Planned): Promise<AssessAnswer> {
  const held = plan.items.filter(({ hold }) => hold !== null).length;
  const isHeld =
    stage.mode === "enforce" && plan.brake.tripped && !(await isBrakeLifted(stage, { plan, policy: inputs.policy }));
  const askedAt = (await firstAskedAt(stage)) ?? plan.createdAt;
  const isWaiting = stage.mode === "report" && isWindowOpen(inputs.policy, askedAt, stage.clock.now());
  const resumeAt = isWaiting ? windowEndOf(inputs.policy, askedAt) : null;
  return answer(stage, isHeld ? "held" : isWaiting ? "waiting" : "done", {
    assessment: plan.assessment,
    planHash: plan.planHash,
    findings: findingsByRule,
    items: plan.items.length,
    held,
    ...badFilesAnswer(badFiles, plan.items.filter(isHeldByBadFile).length),
    ...(isHeld ? { limits: plan.brake.limits, ...heldTimes(stage, { plan, policy: inputs.policy }) } : {}),
    ...(resumeAt ? { resumeAt } : {}),
  });
}
