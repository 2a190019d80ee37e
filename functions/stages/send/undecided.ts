import { reviewKeys } from "../../review/keys.ts";
import type { Plan } from "../../review/plan/plan.ts";
import { asksForDecision, type Finding } from "../../review/rules/finding.ts";
import type { Stage } from "../../review/stage.ts";

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
