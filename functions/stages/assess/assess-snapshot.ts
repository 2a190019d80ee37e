import { hashOf, sha256 } from "../../basics/hash.ts";
import { epochMs, isoInstant } from "../../basics/time.ts";
import { openCheckpoint } from "../../ledger/checkpoint.ts";
import { decisionKeys, loadDecisions } from "../../ledger/decisions.ts";
import type { loadSnapshot } from "../../ledger/grants.ts";
import type { Lease } from "../../ledger/lease.ts";
import { assessmentsOf, loadApproval } from "../../ledger/plans.ts";
import { createJsonOnce, createLinesOnce, createOnce } from "../../ledger/write-once.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { checkpointKey, reviewKeys } from "../../review/keys.ts";
import type { ReviewerRules } from "../../review/people/routing.ts";
import type { Plan } from "../../review/plan/plan.ts";
import { withBuiltInRules } from "../../review/rules/built-in-rules.ts";
import type { Policy } from "../../review/rules/policy.ts";
import { isWindowOpen, windowEndOf } from "../../review/rules/policy.ts";
import { compileRules } from "../../review/rules/rule.ts";
import { answer, type Stage, type StageAnswer } from "../../review/stage.ts";
import { type Judged, judgeGrants } from "./judge-grants.ts";
import { planFrom } from "./plan-from.ts";

/** What an assessment was begun with; going on uses the same. */
export type AssessmentInputs = {
  assessment: string;
  createdAt: string;
  policy: Policy;
  mode: "report" | "enforce";
  language: "zh" | "en";
  reviewers: ReviewerRules | null;
  decisionKeys: string[];
  /** When the window for deciding ended; null while it is open, or where there is none. */
  windowEndedAt: string | null;
};

type StoredSnapshot = NonNullable<Awaited<ReturnType<typeof loadSnapshot>>>;

/** Judges a whole snapshot under the source's lease; writes findings, plan and report where the plan is new. */
export const assessSnapshot = async (lease: Lease, today: Stage, stored: StoredSnapshot): Promise<StageAnswer> => {
  const inputs = await freezeInputs(today, stored.snapshot);
  // Going on gives what an undisturbed assessment would have given, whatever the configuration says by now.
  const { policy, mode, language, reviewers } = inputs;
  const stage: Stage = { ...today, policy, mode, language, reviewers };
  stage.progress({ stage: "assess", counts: { grants: 0 } });
  const planned = await planAll(stage, { lease, stored, inputs });
  if (planned.isNew) await writeAssessment(stage, planned);
  return await answerOf(today, planned);
};

/** What an assessment came to; the standing plan where it came to that one again. */
type Planned = {
  plan: Plan;
  isNew: boolean;
  findingsByRule: Record<string, number>;
  inputs: AssessmentInputs;
  snapshot: Snapshot;
};

type Assessing = { lease: Lease; stored: StoredSnapshot; inputs: AssessmentInputs };

/** Writes what a new plan rests on. Nobody holds what was judged after that: the report reads it back. */
const planAll = async (stage: Stage, { lease, stored, inputs }: Assessing): Promise<Planned> => {
  const { store, sourceId, review } = stage;
  const { createdAt: asOf, windowEndedAt } = inputs;
  const { snapshot } = stored;
  const decisions = await loadDecisions(stage, { keys: inputs.decisionKeys, asOf });
  const decisionLines = decisions.recorded.map((line) => `${JSON.stringify(line)}\n`).join("");
  const rules = compileRules(withBuiltInRules(inputs.policy.rules));
  const judged = await judgeGrants(stage, { snapshot, decisions, rules, asOf, windowEndedAt });
  const plan = await planFrom(stage, { ...stored, inputs, judged, decisionsSha256: sha256(decisionLines) });
  const last = (await assessmentsOf(store, sourceId, review)).filter((name) => name < inputs.assessment).at(-1);
  const standing = last ? await store.getJson<Plan>(reviewKeys(sourceId, review).assessment(last).plan) : null;
  const { findingsByRule } = judged;
  if (standing?.planHash === plan.planHash && !isClosedSince(standing, { plan, judged, inputs }))
    return { plan: standing, isNew: false, findingsByRule, inputs, snapshot };
  await lease.check();
  await writeJudged(stage, { inputs, plan, judged, decisionLines });
  return { plan, isNew: true, findingsByRule, inputs, snapshot };
};

type PlanJudged = { plan: Plan; judged: Judged; inputs: AssessmentInputs };

/** Whether findings were closed since an assessment, as nobody decided on them in time: that is written down, whatever the plan. */
const isClosedSince = ({ createdAt }: Plan, { plan, judged, inputs: { windowEndedAt } }: PlanJudged): boolean => {
  if (windowEndedAt === null || epochMs(createdAt) >= epochMs(windowEndedAt)) return false;
  for (const { suppressedBy } of judged.findings(plan)) if (suppressedBy?.by === "no-decision") return true;
  return false;
};

/** The inputs of an assessment that was begun and not finished, else new ones. */
const freezeInputs = async (stage: Stage, { takenAt }: Snapshot): Promise<AssessmentInputs> => {
  const { store, sourceId, review } = stage;
  const checkpoint = await openCheckpoint<AssessmentInputs>(store, checkpointKey(sourceId, review, "assess.json"));
  const finished = await assessmentsOf(store, sourceId, review);
  const nowMs = stage.clock.now();
  const fresh: AssessmentInputs = {
    assessment: String(Number(finished.at(-1) ?? "0") + 1).padStart(4, "0"),
    createdAt: isoInstant(nowMs),
    policy: stage.policy,
    mode: stage.mode,
    language: stage.language,
    reviewers: stage.reviewers ?? null,
    decisionKeys: await decisionKeys(stage),
    windowEndedAt: isWindowOpen(stage.policy, takenAt, nowMs) ? null : windowEndOf(stage.policy, takenAt),
  };
  const begun = checkpoint.value;
  const isUnfinished = begun !== null && !finished.includes(begun.assessment);
  if (isUnfinished && (isSameAttempt(begun, fresh) || (await hasObjects(stage, begun.assessment)))) return begun;
  await checkpoint.save(fresh);
  return fresh;
};

const HOUR_MS = 60 * 60_000;

/** Whether two invocations mean the same assessment: nothing changed, and not so long ago that a notice would run from then. */
const isSameAttempt = (begun: AssessmentInputs, fresh: AssessmentInputs): boolean =>
  epochMs(fresh.createdAt) - epochMs(begun.createdAt) < HOUR_MS &&
  hashOf({ ...begun, createdAt: null }) === hashOf({ ...fresh, createdAt: null });

const hasObjects = async ({ store, sourceId, review }: Stage, assessment: string): Promise<boolean> => {
  const prefix = reviewKeys(sourceId, review)
    .assessment(assessment)
    .policy.replace(/policy\.json$/, "");
  for await (const _ of store.list(prefix)) return true;
  return false;
};

const writeJudged = async (
  { store, sourceId, review }: Stage,
  { inputs, plan, judged, decisionLines }: PlanJudged & { decisionLines: string },
): Promise<void> => {
  const keys = reviewKeys(sourceId, review).assessment(inputs.assessment);
  await createJsonOnce(store, keys.policy, inputs.policy);
  await createOnce(store, keys.decisions, new TextEncoder().encode(decisionLines));
  await createLinesOnce(store, keys.findings, judged.findings(plan));
};

/** plan.json comes last: an assessment without it does not exist. */
const writeAssessment = async (stage: Stage, { inputs, plan }: Planned): Promise<void> => {
  const keys = reviewKeys(stage.sourceId, stage.review).assessment(inputs.assessment);
  const { policy, mode, createdAt } = inputs;
  const { writeReports } = await import("../show/review-report.ts"); // most assessments come to the plan that stands
  await writeReports(stage, { ...keys, plan, policy, mode, asOf: createdAt });
  await createJsonOnce(stage.store, keys.plan, plan);
};

/** In report mode nothing is left to do but to wait for decisions; else expire says how long, as more may be due before. */
const answerOf = async (stage: Stage, { plan, findingsByRule, inputs, snapshot }: Planned): Promise<StageAnswer> => {
  const held = plan.items.filter(({ hold }) => hold !== null).length;
  const isHeld = stage.mode === "enforce" && plan.brake.tripped && !(await loadApproval(stage, plan.planHash));
  const isWaiting = stage.mode === "report" && isWindowOpen(inputs.policy, snapshot.takenAt, stage.clock.now());
  return answer(stage, isHeld ? "held" : isWaiting ? "waiting" : "done", {
    assessment: plan.assessment,
    planHash: plan.planHash,
    findings: findingsByRule,
    items: plan.items.length,
    held,
    ...(isHeld ? { limits: plan.brake.limits } : {}),
    ...(isWaiting ? { resumeAt: windowEndOf(inputs.policy, snapshot.takenAt) } : {}),
  });
};
