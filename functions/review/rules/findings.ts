import { lastDayOf } from "../../basics/time.ts";
import { sayBecause } from "../because.ts";
import { type Candidate, isHeldByBadFile, itemOf, type Plan, type PlanItem } from "../plan/plan.ts";
import type { Finding } from "./finding.ts";
import type { Rule } from "./policy.ts";

/** What the rules say of one grant: those that match, expire and flag alike, the keep that its plan was built with, and when the revoke in force, if one is, was decided (ISO 8601). */
export type Verdict = Omit<Candidate, "grant"> & { grant: { id: string }; revokeDecidedAt?: string | null };

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The order of findings: by grant, then by rule. */
export function byGrantThenRule(a: Finding, b: Finding): number {
  return byText(a.grantId, b.grantId) || byText(a.rule, b.rule);
}

type Standing = Omit<Verdict, "grant" | "matched"> & {
  item: PlanItem | null;
  /** When the window for deciding ended; null while it is open, or where there is none. */
  windowEndedAt: string | null;
  timezone: string;
};

/** A keep says until which day it is good, for those who read no instants. */
function byDecision(
  { decision: { until, decidedAt } }: NonNullable<Candidate["keep"]>,
  timezone: string,
): Finding["suppressedBy"] {
  const lastDay = until === null ? String(until) : lastDayOf(until, timezone);
  return { by: "decision", ...sayBecause("decision-keeps", { until: lastDay, decidedAt }) };
}

/** Why a matching expire rule removes nothing, without naming the reviewer; null if nothing stands in its way. */
function suppressionOf(rule: Rule, { item, keep, timezone }: Standing): Finding["suppressedBy"] {
  if (!item) return null;
  const isHeldSo = item.hold?.by === "decision" && !isHeldByBadFile(item);
  const isKept = isHeldSo || !item.rules.includes(rule.id);
  if (isKept && keep) return byDecision(keep, timezone);
  return item.hold ? { by: "hold", detail: item.hold.by } : null;
}

/** Why a flag asks nobody any more: somebody has decided, or what follows where nobody does has come about. */
function answerOf({ id, onNoDecision = "flag" }: Rule, standing: Standing): Finding["suppressedBy"] {
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
 * The findings on one grant under its plan, sorted by rule: a keep suppresses the rules it speaks of, a hold all that
 * expire. Once the window for deciding has ended, at `windowEndedAt`, what nobody decided on and is kept then says so.
 * Calendar dates are those of the time zone.
 */
export function findingsOf(
  { grant, matched, ...decided }: Verdict,
  plan: Plan,
  windowEndedAt: string | null = null,
  timezone = "UTC",
): Finding[] {
  const standing = { ...decided, item: itemOf(plan, grant.id), windowEndedAt, timezone };
  return matched
    .map((rule) => ({
      grantId: grant.id,
      rule: rule.id,
      then: rule.then,
      reason: rule.reason,
      suppressedBy: rule.then === "flag" ? answerOf(rule, standing) : suppressionOf(rule, standing),
    }))
    .sort(byGrantThenRule);
}
