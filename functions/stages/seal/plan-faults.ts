import { hashOf, sha256 } from "../../basics/hash.ts";
import { reviewKeys } from "../../review/keys.ts";
import { type Plan, planHashOf } from "../../review/plan/plan.ts";
import type { Store } from "../../review/ports.ts";
import type { Evidence } from "../../review/proof/evidence.ts";
import type { Policy } from "../../review/rules/policy.ts";

/** Why a sealed plan is not the one that was made: of this snapshot, under its policy, from its decisions. */
export async function* planFaults(store: Store, plan: Plan, snapshotSha256: string): AsyncGenerator<string> {
  const keys = reviewKeys(plan.source, plan.review).assessment(plan.assessment);
  const { planHash, ...hashed } = plan;
  if (planHashOf(hashed) !== planHash) yield `${keys.plan}: its planHash is not that of its contents`;
  if (plan.snapshotSha256 !== snapshotSha256) yield `${keys.plan} was made from another snapshot.json`;
  const policy = await store.getJson<Policy>(keys.policy);
  if (!policy || hashOf(policy) !== plan.policySha256)
    yield `${keys.plan} was made under another policy than ${keys.policy}`;
  const decisions = await store.get(keys.decisions);
  if (!decisions || sha256(decisions.body) !== plan.decisionsSha256)
    yield `${keys.plan} was made from other decisions than ${keys.decisions}`;
}

/** What every sealed review has, and these objects lack: their list may have been shortened together with them. */
export function* absentObjects(
  { source, review }: { source: string; review: string },
  { objects }: Evidence,
  plans: readonly Plan[],
): Generator<string> {
  const keys = reviewKeys(source, review);
  const listed = new Set(objects.map(({ key }) => key));
  const ofPlans = plans.map(({ assessment }) => keys.assessment(assessment));
  const beside = ofPlans.flatMap(({ policy, decisions, findings, html, csv }) => [
    policy,
    decisions,
    findings,
    html,
    csv,
  ]);
  const final = plans.length > 0 ? [keys.html, keys.csv] : [];
  for (const key of [keys.roles, keys.reads, ...beside, ...final]) if (!listed.has(key)) yield `${key} is missing`;
}
