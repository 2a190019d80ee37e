import { grantsOf, loadSnapshot } from "../../functions/ledger/grants.ts";
import { newestPlan } from "../../functions/ledger/plans.ts";
import { readReceipts } from "../../functions/ledger/receipts.ts";
import type { Snapshot } from "../../functions/review/grants/snapshot.ts";
import { reviewIdOf, reviewKeys } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import type { Outcome } from "../../functions/review/proof/receipt.ts";
import type { Finding } from "../../functions/review/rules/finding.ts";
import type { AssessAnswer } from "../../functions/review/stage.ts";
import type { Pair } from "../../functions/sandbox/company/company.ts";
import { type Expectation, sortedPairs } from "../../functions/sandbox/planted.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { type Life, sourceId } from "./open-life.ts";

export const newReviewId = ({ clock }: Life): string => reviewIdOf(clock.now());

/** The stages of a review by name, each over the life's configuration as it is when it is called. */
export const stagesOf = (life: Life, review: string) => ({
  snapshot: () => takeSnapshot(life.stageOf(review)),
  assess: () => assessGrants(life.stageOf(review)),
  expire: () => expireGrants(life.stageOf(review)),
  seal: () => sealEvidence(life.stageOf(review)),
});

/** Snapshot and assessment: everything a review does before it removes anything. */
export async function planReview(life: Life): Promise<{ review: string; assessed: AssessAnswer }> {
  const review = newReviewId(life);
  const stages = stagesOf(life, review);
  await stages.snapshot();
  return { review, assessed: await stages.assess() };
}

/** A whole review, from snapshot to seal. Throws what a stage throws. */
export async function runReview(life: Life): Promise<string> {
  const { review } = await planReview(life);
  const stages = stagesOf(life, review);
  await stages.expire();
  await stages.seal();
  return review;
}

/** What a review found, planned and did, by holder and role, each list sorted. */
export type ReviewResult = {
  population: Snapshot["population"];
  findings: Record<string, Pair[]>;
  holds: Record<string, Pair[]>;
  outcomes: Record<string, Pair[]>;
};

/** Reads from the store what came of a review. */
export async function resultOf({ store }: Life, review: string): Promise<ReviewResult> {
  const snapshot = await snapshotOf(store, review);
  const plan = await newestPlan({ store, sourceId, review });
  if (!plan) throw new Error(`Cannot say what came of ${review} as it has no plan`);
  const pairById = new Map<string, Pair>();
  for await (const { id, holder, role } of grantsOf(store, snapshot)) {
    pairById.set(id, { holderId: holder.id, roleId: role.id });
  }
  const findings: Finding[] = [];
  const { findings: key } = reviewKeys(sourceId, review).assessment(plan.assessment);
  for await (const finding of store.readLines<Finding>(key)) findings.push(finding);
  const { outcomes } = await readReceipts({ store, sourceId, review });
  return {
    population: snapshot.population,
    findings: grouped(findings, pairById, ({ rule }) => rule),
    holds: grouped(plan.items, pairById, ({ hold }) => hold?.by ?? null),
    outcomes: grouped([...outcomes.values()], pairById, ({ outcome }) => outcome),
  };
}

function grouped<T extends { grantId: string }>(
  all: readonly T[],
  pairById: ReadonlyMap<string, Pair>,
  nameOf: (one: T) => string | null,
): Record<string, Pair[]> {
  const named = all.filter((one) => nameOf(one) !== null);
  const groups = Map.groupBy(named, (one) => nameOf(one) ?? "");
  const pairsOf = (group: T[]): Pair[] => sortedPairs(group.flatMap(({ grantId }) => pairById.get(grantId) ?? []));
  return Object.fromEntries([...groups].map(([name, group]) => [name, pairsOf(group)]));
}

async function snapshotOf(store: Life["store"], review: string): Promise<Snapshot> {
  const stored = await loadSnapshot({ store, sourceId, review });
  if (!stored) throw new Error(`Cannot say what came of ${review} as it has no snapshot.json`);
  return stored.snapshot;
}

export const planOf = async ({ store }: Life, review: string): Promise<Plan> => {
  const plan = await newestPlan({ store, sourceId, review });
  if (!plan) throw new Error(`Cannot find a plan in ${review}`);
  return plan;
};

/** The outcome of a holder's role in a review, if there is one. */
export async function outcomeOf(life: Life, review: string, pair: Pair): Promise<Outcome | null> {
  const { items } = await planOf(life, review);
  const item = items.find(({ holderId, roleId }) => holderId === pair.holderId && roleId === pair.roleId);
  return item ? await life.store.getJson<Outcome>(reviewKeys(sourceId, review).outcome(item.grantId)) : null;
}

/** The sealed balance of a review, or null where it is not sealed. */
export const balanceOf = async ({ store }: Life, review: string): Promise<Evidence["balance"] | null> =>
  (await store.getJson<Evidence>(reviewKeys(sourceId, review).evidence))?.balance ?? null;

/** Names of the checks of `snapshot.json` that failed, or null where there is no `snapshot.json`. */
export async function failedChecksOf({ store }: Life, review: string): Promise<string[] | null> {
  const stored = await loadSnapshot({ store, sourceId, review });
  if (!stored) return null;
  return stored.snapshot.checks.filter(({ passed }) => !passed).map(({ name }) => name);
}

/** What is no longer held of what was, and fails where anything else has changed. */
export function goneSince(before: ReturnType<Life["sandbox"]["grants"]>, life: Life): Pair[] {
  const keyOf = ({ holderId, roleId }: Pair): string => `${holderId}:${roleId}`;
  const now = new Map(life.sandbox.grants().map((grant) => [keyOf(grant), grant]));
  const gone = before.filter((grant) => !now.has(keyOf(grant)));
  const kept = before.filter((grant) => now.has(keyOf(grant)));
  const isAsItWas = kept.every((grant) => JSON.stringify(grant) === JSON.stringify(now.get(keyOf(grant))));
  if (!isAsItWas || now.size !== kept.length) throw new Error("more than removals happened to the company");
  return sortedPairs(gone);
}

/** Only what is there, so that a rule or hold nobody expected shows. */
const present = <T>(lists: Record<string, T[]>): Record<string, T[]> =>
  Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));

/** An expectation in the form that `resultOf` gives. */
export const expectedResult = ({
  findings,
  holds,
  revoked,
  refused,
}: Expectation): Omit<ReviewResult, "population"> => ({
  findings: present(findings),
  holds: present(holds),
  outcomes: present({ revoked, refused }),
});
