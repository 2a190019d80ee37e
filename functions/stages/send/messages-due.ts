import { sha256 } from "../../basics/hash.ts";
import { loadSnapshot } from "../../ledger/grants.ts";
import { assessmentsOf, brakeToday, loadApproval } from "../../ledger/plans.ts";
import { begunGrants } from "../../ledger/receipts.ts";
import { isSealed } from "../../ledger/sealing.ts";
import type { EndedOccasion } from "../../messages/occasion-text.ts";
import { reviewKeys } from "../../review/keys.ts";
import { type DecisionWindow, type DueOccasion, occasionsDue } from "../../review/people/occasions.ts";
import type { ReviewerLoad, WhoReviews } from "../../review/people/who-reviews.ts";
import type { Plan } from "../../review/plan/plan.ts";
import type { Evidence } from "../../review/proof/evidence.ts";
import { withBuiltInRules } from "../../review/rules/built-in-rules.ts";
import { asksForDecision, type Finding } from "../../review/rules/finding.ts";
import type { Policy } from "../../review/rules/policy.ts";
import { isWindowOpen, windowEndOf } from "../../review/rules/policy.ts";
import type { Stage } from "../../review/stage.ts";

/** What a review has to tell now: its occasions, what their texts rest on, the key of its report, and how much is whose to review. */
export type MessagesDue = {
  occasions: (DueOccasion | EndedOccasion)[];
  policy: Policy | null;
  reportKey: string;
  reviewers: readonly ReviewerLoad[];
};

/** What of a review people are to be told now: of a sealed one its end, of an open one how it stands. */
export const messagesDue = async (stage: Stage): Promise<MessagesDue | null> => {
  const { store, sourceId, review } = stage;
  const keys = reviewKeys(sourceId, review);
  const sealed = await store.get(keys.evidence);
  if (sealed) return { occasions: [endOf(sealed.body)], policy: null, reportKey: keys.html, reviewers: [] };
  const plans = (await isSealed(stage)) ? [] : await plansOf(stage);
  const plan = plans.at(-1);
  if (!plan) return null;
  const { policy: policyKey, html, reviewers: reviewersKey } = keys.assessment(plan.assessment);
  const policy = await store.getJson<Policy>(policyKey);
  if (!policy) throw new Error(`Cannot say what is due as ${store.locate(policyKey)} is gone`);
  const occasions = occasionsDue({
    plans,
    mode: stage.mode,
    limits: await stoppedBy(stage, plan),
    begun: await begunGrants(store, sourceId, review),
    window: await windowOf(stage, plan, policy),
    nowMs: stage.clock.now(),
  });
  // Absent where the configuration names no reviewers.
  const reviewers = (await store.getJson<WhoReviews>(reviewersKey))?.reviewers ?? [];
  return { occasions, policy: { ...policy, rules: withBuiltInRules(policy.rules) }, reportKey: html, reviewers };
};

const endOf = (body: Uint8Array): EndedOccasion => ({
  occasion: "ended",
  key: "ended",
  evidence: JSON.parse(new TextDecoder().decode(body)) as Evidence,
  sha256: sha256(body),
});

const plansOf = async ({ store, sourceId, review }: Stage): Promise<Plan[]> => {
  const plans: Plan[] = [];
  for (const name of await assessmentsOf(store, sourceId, review)) {
    plans.push((await store.getJson<Plan>(reviewKeys(sourceId, review).assessment(name).plan))!);
  }
  return plans;
};

const stoppedBy = async (stage: Stage, plan: Plan): Promise<Plan["brake"]["limits"]> => {
  const limits = brakeToday(stage, { plan });
  return limits.length > 0 && (await loadApproval(stage, plan.planHash)) ? [] : limits;
};

const windowOf = async (stage: Stage, plan: Plan, policy: Policy): Promise<DecisionWindow | null> => {
  const { store, sourceId, review, clock } = stage;
  const takenAt = (await loadSnapshot(store, sourceId, review))?.snapshot.takenAt;
  if (takenAt === undefined || !isWindowOpen(policy, takenAt, clock.now())) return null;
  let undecided = 0;
  for await (const _ of undecidedGrants(stage, plan)) undecided += 1;
  return { endsAt: windowEndOf(policy, takenAt)!, undecided };
};

/** Grants that a plan's assessment asks somebody to look at, and on which nobody has decided, in the order of their ids. */
export async function* undecidedGrants({ store, sourceId, review }: Stage, plan: Plan): AsyncGenerator<string> {
  const keys = reviewKeys(sourceId, review).assessment(plan.assessment);
  let last = "";
  // Sorted by grant: one with several findings counts once.
  for await (const finding of store.readLines<Finding>(keys.findings)) {
    if (finding.grantId === last || !asksForDecision(finding)) continue;
    last = finding.grantId;
    yield last;
  }
}
