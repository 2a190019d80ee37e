import { byText } from "../../basics/sorted.ts";
import { dayMs, epochMs, isoInstant, lastDayOf } from "../../basics/time.ts";
import { sayBecause } from "../because.ts";
import { sameScopes, seenHash } from "../grants/grant-comparison.ts";
import { isKeepInForce } from "../rules/decision.ts";
import { keptByAll } from "../rules/narrowing.ts";
import { type Rule, windowEndOf } from "../rules/policy.ts";
import { brakeLimits, ofGrantsIn } from "./brake.ts";
import { holdItems, type JudgedItem } from "./guard.ts";
import type { Hold } from "./plan.ts";
import { type Candidate, type Plan, type PlanContext, type PlanItem, planHashOf } from "./plan.ts";

/**
 * The ids of the rules that a keep in force suppresses: rules that are overridable and already matched when the keep
 * was made.
 */
export function suppressedRules({ matched, keep }: Pick<Candidate, "matched" | "keep">, now: string): Set<string> {
  if (!keep || !isKeepInForce(keep.decision, now)) return new Set();
  const isSuppressed = (rule: Rule) => rule.overridable && keep.rulesThen.includes(rule.id);
  return new Set(matched.filter(isSuppressed).map(({ id }) => id));
}

type Noticing = Pick<PlanItem, "seen" | "keep"> & {
  rules: readonly Pick<Rule, "id">[];
  context: Pick<PlanContext, "previousNotices" | "createdAt">;
};

/**
 * When each rule first gave notice of a grant. Carried over from plan to plan while the grant, and what stays of it, is
 * unchanged and the rule keeps matching.
 */
export function noticesOf(grantId: string, { seen, keep, rules, context }: Noticing): Record<string, string> {
  const previous = context.previousNotices.get(grantId);
  const isSame = previous?.seen === seen && sameScopes(previous.keep ?? null, keep ?? null);
  const carried = isSame ? previous.notices : {};
  const noticeOf = (id: string) => (Object.hasOwn(carried, id) ? carried[id] : undefined) ?? context.createdAt;
  return Object.fromEntries(rules.map(({ id }) => [id, noticeOf(id)]));
}

type Noticed = { notices: Record<string, string>; windowEndsAt: string | null };

/**
 * The notice and the due instant of the rule that is due first; of rules due at once, the rule noticed first. A flag
 * also waits for the end of the window.
 */
export function firstDue(
  rules: readonly Rule[],
  { notices, windowEndsAt }: Noticed,
): Pick<PlanItem, "noticeAt" | "notBefore"> {
  const dues = rules.map(({ id, noticeDays, then }) => {
    const noticeAt = notices[id]!;
    const noticedMs = epochMs(noticeAt) + noticeDays * dayMs;
    const isWaitedFor = then === "flag" && windowEndsAt !== null;
    return { noticeAt, notBefore: isoInstant(isWaitedFor ? Math.max(noticedMs, epochMs(windowEndsAt)) : noticedMs) };
  });
  dues.sort((a, b) => epochMs(a.notBefore) - epochMs(b.notBefore) || epochMs(a.noticeAt) - epochMs(b.noticeAt));
  return dues[0]!;
}

function holdByDecision({ keep, badFile }: Candidate, isKept: boolean, timezone: string): Hold | null {
  const { until, decidedAt } = keep?.decision ?? {};
  if (isKept && until && decidedAt)
    return { by: "decision", ...sayBecause("decision-holds", { decidedAt, until: lastDayOf(until, timezone) }) };
  return badFile ? { by: "decision", ...sayBecause("decisions-unread", { file: badFile }) } : null;
}

/** An item either removes or narrows: where any rule asks for the removal of the whole grant, the rules that narrow are set aside. */
function rulesOfOneKind(rules: Rule[]): Rule[] {
  const removing = rules.filter(({ then }) => then !== "narrow");
  return removing.length > 0 ? removing : rules;
}

/** What stays of a grant by rules that narrow. */
function keptOf({ grant, narrowings = {} }: Candidate, rules: Rule[]): Pick<PlanItem, "keep"> {
  if (!rules.some(({ then }) => then === "narrow")) return {};
  const ids = rules.map(({ id }) => id);
  return { keep: keptByAll(grant.scopes ?? [], ids, narrowings) };
}

function planCandidate(candidate: Candidate, context: PlanContext): JudgedItem {
  const { grant, matched } = candidate;
  const suppressed = suppressedRules(candidate, context.now);
  const counting = matched.filter(({ id }) => !suppressed.has(id));
  const isKept = counting.length === 0;
  const rules = rulesOfOneKind(isKept ? [...matched] : counting).sort((a, b) => byText(a.id, b.id));
  const seen = seenHash(grant);
  const kept = keptOf(candidate, rules);
  const notices = noticesOf(grant.id, { seen, ...kept, rules, context });
  const item: PlanItem = {
    grantId: grant.id,
    holderId: grant.holder.id,
    roleId: grant.role.id,
    rules: rules.map(({ id }) => id),
    seen,
    ...kept,
    ...firstDue(rules, { notices, windowEndsAt: windowEndOf(context.policy, context.firstPlannedAt) }),
    notices,
    ...(rules.every(({ then }) => then === "flag") ? { ifUndecided: true } : {}),
    hold: holdByDecision(candidate, isKept, context.policy.timezone),
  };
  return { item, grant, rules };
}

/**
 * The plan over the grants that expire rules match. The order of candidates makes no difference. Throws if a grant
 * comes twice.
 */
export function buildPlan(candidates: Iterable<Candidate>, context: PlanContext): Plan {
  const judged = [...candidates].filter(({ matched }) => matched.length > 0).map((one) => planCandidate(one, context));
  judged.sort((a, b) => byText(a.item.grantId, b.item.grantId));
  const twice = judged.find(({ item }, at) => item.grantId === judged[at + 1]?.item.grantId);
  if (twice) throw new Error(`Cannot plan as a grant comes twice: ${twice.item.grantId}`);
  const items = holdItems(judged, context);
  const limits = brakeLimits(items, context);
  const plan: Omit<Plan, "planHash"> = {
    formatVersion: 1,
    source: context.source,
    review: context.review,
    assessment: context.assessment,
    createdAt: context.createdAt,
    snapshotSha256: context.snapshotSha256,
    policySha256: context.policySha256,
    decisionsSha256: context.decisionsSha256,
    ...(context.authority === undefined ? {} : { authority: context.authority }),
    population: context.population,
    ...ofGrantsIn(context),
    ...(context.isQuiet ? { findings: 0 } : {}),
    items,
    brake: { tripped: limits.length > 0, limits },
  };
  return { ...plan, planHash: planHashOf(plan) };
}
