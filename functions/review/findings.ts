import type { Finding } from "./finding.ts";
import { type Candidate, itemOf, type Plan, type PlanItem } from "./plan.ts";
import type { Rule } from "./policy.ts";

/** What the rules say of one grant: those that match, expire and flag alike, and the keep that its plan was built with. */
export type Verdict = Omit<Candidate, "grant"> & { grant: { id: string } };

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The order of findings: by grant, then by rule. */
export const byGrantThenRule = (a: Finding, b: Finding): number =>
  byText(a.grantId, b.grantId) || byText(a.rule, b.rule);

/** Why a matching rule removes nothing, without naming the reviewer; null if nothing stands in its way. */
function suppressionOf(rule: Rule, item: PlanItem | null, keep: Candidate["keep"]): Finding["suppressedBy"] {
  // A flag asks for nothing, so nothing holds it back.
  if (rule.then === "flag" || !item) return null;
  const isKept = item.hold?.by === "decision" || !item.rules.includes(rule.id);
  if (isKept && keep) {
    const { until, decidedAt } = keep.decision;
    return { by: "decision", detail: `kept until ${until}, decided at ${decidedAt}` };
  }
  return item.hold ? { by: "hold", detail: item.hold.by } : null;
}

/** The findings on one grant under its plan, sorted by rule: a keep suppresses the rules it speaks of, a hold all that expire. */
export function findingsOf({ grant, matched, keep }: Verdict, plan: Plan): Finding[] {
  const item = itemOf(plan, grant.id);
  return matched
    .map((rule) => ({
      grantId: grant.id,
      rule: rule.id,
      then: rule.then,
      reason: rule.reason,
      suppressedBy: suppressionOf(rule, item, keep),
    }))
    .sort(byGrantThenRule);
}
