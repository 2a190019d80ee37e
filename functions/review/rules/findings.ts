import { byText } from "../../basics/sorted.ts";
import { lastDayOf } from "../../basics/time.ts";
import { sayBecause } from "../because.ts";
import { type Candidate, isHeldByBadFile, itemOf, type Plan, type PlanItem } from "../plan/plan.ts";
import type { FoundConflict } from "./conflicts.ts";
import { spokenOf } from "./decision.ts";
import type { Finding } from "./finding.ts";
import type { Rule } from "./policy.ts";

/**
 * The matching rules of one grant, with the keep that the plan was built with. `revokeDecidedAt`: when the revoke in
 * force was decided (ISO 8601); null or left out if there is none.
 */
export type Verdict = Omit<Candidate, "grant"> & {
  grant: { id: string };
  revokeDecidedAt?: string | null;
  /** By the rule, what is known of the conflicts among `matched`. */
  conflicts?: ReadonlyMap<string, FoundConflict>;
};

/** Compares findings by grant, then by rule. */
export function byGrantThenRule(a: Finding, b: Finding): number {
  return byText(a.grantId, b.grantId) || byText(a.rule, b.rule);
}

type Standing = Omit<Verdict, "grant" | "matched" | "narrowings"> & {
  item: PlanItem | null;
  /** When the window for decisions ended; null while the window is open, or if there is none. */
  windowEndedAt: string | null;
  timezone: string;
};

/** The suppression by a keep. Names the keep's last day, because people read days and not instants. */
function byDecision(
  { decision: { until, decidedAt } }: NonNullable<Candidate["keep"]>,
  timezone: string,
): Finding["suppressedBy"] {
  const lastDay = until === null ? String(until) : lastDayOf(until, timezone);
  return { by: "decision", ...sayBecause("decision-keeps", { until: lastDay, decidedAt }) };
}

/** Why a matching rule removes or narrows nothing, without the reviewer's name; null if nothing holds the grant. */
function suppressionOf(rule: Rule, { item, keep, timezone }: Standing): Finding["suppressedBy"] {
  if (!item) return null;
  if (rule.then === "narrow" && item.keep === undefined && !keep?.rulesThen.includes(rule.id)) {
    return { by: "expire", ...sayBecause("removed-instead", { rules: item.rules.join(", ") }) };
  }
  const isHeldSo = item.hold?.by === "decision" && !isHeldByBadFile(item);
  const isKept = isHeldSo || !item.rules.includes(rule.id);
  if (isKept && keep) return byDecision(keep, timezone);
  return item.hold ? { by: "hold", detail: item.hold.by } : null;
}

/**
 * Why a conflict waits for no decision: a keep with a reason that spoke of each of these grants, or a revoke of this grant or of
 * enough of the others. A keep of the other side says nothing of this one.
 */
function conflictSuppressionOf(rule: string, found: FoundConflict, standing: Standing): Finding["suppressedBy"] {
  const { keep, revokeDecidedAt, timezone } = standing;
  const spoken = spokenOf({ rule, conflict: found });
  const isKept = keep?.decision.reason.trim() && spoken.every((each) => keep.rulesThen.includes(each));
  if (keep && isKept) return byDecision(keep, timezone);
  if (revokeDecidedAt) return { by: "decision", ...sayBecause("decision-revokes", { decidedAt: revokeDecidedAt }) };
  const decidedAt = found.answeredAt;
  return decidedAt === null ? null : { by: "decision", ...sayBecause("conflict-revoked", { decidedAt }) };
}

/**
 * Why a flag waits for no decision: somebody decided, or the window has ended and `onNoDecision` applies. Null while
 * the flag waits.
 */
function flagSuppressionOf({ id, onNoDecision = "flag" }: Rule, standing: Standing): Finding["suppressedBy"] {
  const { item, keep, revokeDecidedAt, windowEndedAt } = standing;
  if (keep?.rulesThen.includes(id)) return byDecision(keep, standing.timezone);
  if (revokeDecidedAt) return { by: "decision", ...sayBecause("decision-revokes", { decidedAt: revokeDecidedAt }) };
  if (onNoDecision === "flag") return null;
  if (onNoDecision === "expire") {
    const hold = item?.rules.includes(id) ? item.hold : null;
    return hold && { by: "hold", detail: hold.by };
  }
  return windowEndedAt === null
    ? null
    : { by: "no-decision", ...sayBecause("no-decision", { endedAt: windowEndedAt }) };
}

/**
 * The findings on one grant under its plan, sorted by rule. A keep suppresses the rules that matched when the keep was
 * made; a hold suppresses all expire rules. `windowEndedAt`: when the window for decisions ended, null while the window
 * is open; after the end, undecided flags whose rule keeps are suppressed. Calendar dates are in the time zone.
 */
export function findingsOf(
  { grant, matched, narrowings = {}, ...decided }: Verdict,
  plan: Plan,
  windowEndedAt: string | null = null,
  timezone = "UTC",
): Finding[] {
  const standing = { ...decided, item: itemOf(plan, grant.id), windowEndedAt, timezone };
  const keepOf = ({ id }: Rule): Pick<Finding, "keep"> => (narrowings[id] ? { keep: narrowings[id].keep } : {});
  return matched
    .map((rule): Finding => {
      const found = { grantId: grant.id, rule: rule.id, then: rule.then, ...keepOf(rule), reason: rule.reason };
      const conflict = decided.conflicts?.get(rule.id);
      if (conflict) {
        const suppressedBy = conflictSuppressionOf(rule.id, conflict, standing);
        return { ...found, suppressedBy, conflict: { with: conflict.with, all: conflict.all } };
      }
      const suppressedBy = rule.then === "flag" ? flagSuppressionOf(rule, standing) : suppressionOf(rule, standing);
      return { ...found, suppressedBy };
    })
    .sort(byGrantThenRule);
}
