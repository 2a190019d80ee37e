import { epochMs } from "../basics/time.ts";
import { loadSnapshot, type StoredSnapshot } from "../ledger/grants.ts";
import { readEvidence, type SealedEvidence } from "../ledger/ledger.ts";
import { firstAskedAt, loadApproval, newestPlan, policyOfPlan } from "../ledger/plans.ts";
import { begunGrants, readOutcomes } from "../ledger/receipts.ts";
import { isSealed } from "../ledger/sealing.ts";
import { type SubmittedDecisions, signedDecisionsOf } from "../ledger/signed-decisions.ts";
import { type PlanStop, planStopOf } from "../report/rows/standing.ts";
import type { Approval } from "../review/plan/approval.ts";
import type { Plan } from "../review/plan/plan.ts";
import type { Balance } from "../review/proof/evidence.ts";
import { type Policy, windowEndOf } from "../review/rules/policy.ts";
import type { Stage } from "../review/stage.ts";

/** A review that was assessed, as it stands in the store. */
export type ReviewState = {
  stored: StoredSnapshot;
  plan: Plan;
  policy: Policy;
  mode: "report" | "enforce";
  sealed: { balance: Balance; sealedAt: string } | null;
  evidence: SealedEvidence | null;
  /** The end of the window for decisions (ISO 8601); null if the policy has no window. */
  windowEndsAt: string | null;
  /** Whether decisions are taken. */
  phase: "open" | "window-ended" | "sealed";
  planStop: PlanStop | null;
  approval: Approval | null;
  submitted: SubmittedDecisions[];
  /** Grants whose removal has begun. */
  begun: ReadonlySet<string>;
};

/** Reads a review; null where it was not assessed. */
export async function readReviewState(stage: Stage): Promise<ReviewState | null> {
  const [stored, plan] = await Promise.all([loadSnapshot(stage), newestPlan(stage)]);
  if (!stored || !plan) return null;
  const [policy, evidence, approval, submitted, begun, outcomes, isClosing, askedAt] = await Promise.all([
    policyOfPlan(stage, plan, "show the review"),
    readEvidence(stage),
    loadApproval(stage, plan.planHash),
    signedDecisionsOf(stage),
    begunGrants(stage),
    readOutcomes(stage),
    isSealed(stage),
    firstAskedAt(stage),
  ]);
  const mode = evidence?.evidence.mode ?? stage.mode;
  const windowEndsAt = windowEndOf(policy, askedAt ?? plan.createdAt);
  const hasEnded = windowEndsAt !== null && epochMs(windowEndsAt) <= stage.clock.now();
  return {
    stored,
    plan,
    policy,
    mode,
    sealed: evidence && { balance: evidence.evidence.balance, sealedAt: evidence.evidence.sealedAt },
    evidence,
    windowEndsAt,
    phase: isClosing ? "sealed" : hasEnded ? "window-ended" : "open",
    planStop: planStopOf({ mode, plan, approval }, outcomes.values()),
    approval,
    submitted,
    begun,
  };
}
