import type { Finding } from "./finding.ts";
import type { Candidate, PlanItem } from "./plan.ts";
import { suppressedRules } from "./plan.ts";
import type { Rule } from "./policy.ts";

/** Every rule that matches one grant, expire and flag alike, with the keep that still speaks of it. */
export type Verdict = { grantId: string; matched: Rule[]; keep: Candidate["keep"] };

/** A rule whose expression failed: on how many grants, and on which first. */
export type RuleError = { rule: string; grantId: string; grants: number };

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The order of findings: by grant, then by rule. */
export const byGrantThenRule = (a: Finding, b: Finding): number =>
  byText(a.grantId, b.grantId) || byText(a.rule, b.rule);

/** Why a matching rule removes nothing, without naming the reviewer; null if nothing stands in its way. */
function suppressionOf(rule: Rule, { keep, matched }: Verdict, of: { item: PlanItem | undefined; now: string }) {
  // A flag asks for nothing, so nothing holds it back.
  if (rule.then === "flag") return null;
  if (keep && suppressedRules({ matched, keep }, of.now).has(rule.id)) {
    const detail = `kept until ${keep.decision.until}, decided at ${keep.decision.decidedAt}`;
    return { by: "decision" as const, detail };
  }
  return of.item?.hold ? { by: "hold" as const, detail: of.item.hold.by } : null;
}

function ruleErrorFinding({ rule, grantId, grants }: RuleError): Finding {
  const en = `Rule ${rule} could not be evaluated on ${grants} ${grants === 1 ? "grant" : "grants"}, here first`;
  const zh = `规则 ${rule} 在 ${grants} 条授权上无法求值，此为第一条`;
  return { grantId, rule: "rule-error", then: "flag", reason: { en, zh }, suppressedBy: null };
}

/** What every rule says of every grant, by grant and then by rule. `now` (ISO 8601) is that of the plan whose items are given. */
export function findingsOf(
  verdicts: Iterable<Verdict>,
  context: { itemsByGrant: ReadonlyMap<string, PlanItem>; ruleErrors: RuleError[]; now: string },
): Finding[] {
  const findings = context.ruleErrors.map(ruleErrorFinding);
  for (const verdict of verdicts) {
    const item = context.itemsByGrant.get(verdict.grantId);
    for (const rule of verdict.matched) {
      const suppressedBy = suppressionOf(rule, verdict, { item, now: context.now });
      findings.push({ grantId: verdict.grantId, rule: rule.id, then: rule.then, reason: rule.reason, suppressedBy });
    }
  }
  return findings.sort(byGrantThenRule);
}
