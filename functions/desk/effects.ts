import { dayMs, isoInstant } from "../basics/time.ts";
import type { ReportRow } from "../report/review-view.ts";
import { holdsToday } from "../review/plan/guard.ts";
import { type DecisionFacts, noPrevious } from "../review/rules/facts.ts";
import type { Policy, Rule } from "../review/rules/policy.ts";
import { type CompiledRule, compileRules, judge } from "../review/rules/rule.ts";
import { viewOf } from "../review/rules/rule-view.ts";
import type { DeskRow, Effect, EffectCode } from "./model.ts";

/** What effects follow from, beside the row. */
export type EffectsOf = (
  row: ReportRow,
  known: { isOwn: boolean; isBegun: boolean; mayHandOn: boolean },
) => DeskRow["effects"];

export type EffectsContext = {
  policy: Policy;
  mode: "report" | "enforce";
  language: "zh" | "en";
  /** Whether decisions are still taken. */
  isClosed: boolean;
  now: string;
  nowMs: number;
};

const works = (code: EffectCode, figures: Effect["figures"] = {}): Effect => ({ works: true, code, figures });
const cannot = (code: EffectCode, figures: Effect["figures"] = {}): Effect => ({ works: false, code, figures });

/** Says what each decision on a grant will do, or why it cannot work, by the review's policy and guards. */
export function openEffects(context: EffectsContext): EffectsOf {
  const { policy, isClosed } = context;
  const expiring = compileRules(policy.rules.filter(({ then }) => then === "expire"));
  const ruleById = new Map(policy.rules.map((rule) => [rule.id, rule]));
  return (row, { isOwn, isBegun, mayHandOn }) => {
    const barred = isOwn ? "own" : isBegun || row.outcome ? "gone" : isClosed ? "closed" : null;
    if (barred) return { keep: cannot(barred), revoke: cannot(barred), reassign: cannot(barred) };
    return {
      keep: keepEffect(row, ruleById),
      revoke: revokeEffect(row, expiring, context),
      reassign: mayHandOn ? works("to-next") : cannot("once"),
    };
  };
}

/** A keep holds back overridable rules alone. */
function keepEffect({ findings }: ReportRow, ruleById: ReadonlyMap<string, Rule>): Effect {
  const insisting = findings.find(({ rule, then }) => then !== "flag" && ruleById.get(rule)?.overridable === false);
  return insisting ? cannot("insisted", { rule: insisting.rule }) : works("kept");
}

/** The rules that remove a grant on which a revoke was decided: those that match with the decision. */
function rulesOnRevoke(
  { grant }: ReportRow,
  rules: readonly CompiledRule[],
  { policy: { timezone }, language, now }: EffectsContext,
): Rule[] {
  const decision: DecisionFacts = { made: true, keep: false, revoke: true, reviewer: "", until: null, decidedAt: now };
  const view = viewOf({ grant, roleHolders: 0, previous: noPrevious, decision, now }, { language, timezone });
  return rules.filter((rule) => judge(rule, view).kind === "match").map(({ rule }) => rule);
}

function revokeEffect(row: ReportRow, expiring: readonly CompiledRule[], context: EffectsContext): Effect {
  const { policy, mode, now, nowMs } = context;
  const acting = rulesOnRevoke(row, expiring, context);
  if (acting.length === 0) return cannot("recorded-only", { why: "no-rule" });
  const hold = holdsToday({ rules: acting }, row.grant, policy.guard, now);
  if (hold) return cannot("held", { by: hold.by });
  if (mode === "report") return works("recorded-only", { why: "report-mode" });
  const noticeDays = Math.min(...acting.map((rule) => rule.noticeDays));
  return noticeDays > 0
    ? works("after-notice", { notBefore: isoInstant(nowMs + noticeDays * dayMs) })
    : works("removed");
}
