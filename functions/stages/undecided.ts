import { isStanding } from "../review/decision.ts";
import type { Finding } from "../review/finding.ts";
import { isoInstant } from "../review/instant.ts";
import { reviewKeys } from "../review/keys.ts";
import type { Plan } from "../review/plan.ts";
import type { RecordedDecision } from "./decisions-in-force.ts";
import type { Stage } from "./stage.ts";

/** Grants that a plan's assessment asks somebody to look at, and on which nobody has decided, in the order of their ids. */
export async function* undecidedGrants(stage: Stage, plan: Plan): AsyncGenerator<string> {
  const { store, sourceId, review } = stage;
  const keys = reviewKeys(sourceId, review).assessment(plan.assessment);
  const decided = await decidedGrants(stage, keys.decisions);
  let last = "";
  // Sorted by grant: one with several findings counts once.
  for await (const { grantId, then, suppressedBy } of store.readLines<Finding>(keys.findings)) {
    if (then !== "flag" || suppressedBy !== null || grantId === last || decided.has(grantId)) continue;
    last = grantId;
    yield grantId;
  }
}

const decidedGrants = async ({ store, clock }: Stage, key: string): Promise<Set<string>> => {
  const stored = await store.get(key);
  if (!stored) throw new Error(`Cannot say what is undecided as ${store.locate(key)} is gone`);
  const lines = new TextDecoder().decode(stored.body).split("\n");
  const decisions = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RecordedDecision);
  const now = isoInstant(clock.now());
  const inForce = decisions.filter((decision) => decision.fault === null && isStanding(decision, now));
  return new Set(inForce.map(({ grantId }) => grantId));
};
