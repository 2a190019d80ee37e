import { hashOf } from "../../basics/canonical-json.ts";
import { dayMs, epochMs, isoInstant } from "../../basics/instant.ts";
import type { Grant } from "../grants/grant.ts";
import { seenHash } from "../grants/grant-identity.ts";
import { type Decision, isKeepInForce } from "../rules/decision.ts";
import { windowEndOf } from "../rules/decision-window.ts";
import type { Policy, Rule } from "../rules/policy.ts";
import { brakeLimits } from "./brake.ts";
import { holdItems, type Judged } from "./guard.ts";

/** Why an item of the plan is held back. */
export type HoldBy =
  | "protected-role"
  | "protected-holder"
  | "canary"
  | "last-holder"
  | "role-share"
  | "too-new"
  | "unremovable"
  | "unrestorable"
  | "unknown"
  | "decision";

export type Hold = { by: HoldBy; detail: string };

/** One grant to expire. `seen` is the hash of the grant as the snapshot shows it. */
export type PlanItem = {
  grantId: string;
  holderId: string;
  roleId: string;
  /** The rules that count, sorted: those that expire, and flags on which nobody decided. */
  rules: string[];
  seen: string;
  /** When the first plan of an unbroken run of reviews named this grant and the rule that is due first. */
  noticeAt: string;
  notBefore: string;
  /** `noticeAt` of each rule, so that the next review's notice runs on. */
  notices: Record<string, string>;
  /** It expires only if nobody decides on it before the window ends: no rule asks for it but flags. */
  ifUndecided?: true;
  hold: Hold | null;
};

/** A limit that tripped: the figure allowed and the figure found. */
export type BrakeLimit = { name: string; limit: number; actual: number };

/** `plan.json`: the exact grants to expire, bound to its snapshot, policy and decisions by hash. */
export type Plan = {
  formatVersion: 1;
  planHash: string;
  source: string;
  review: string;
  assessment: string;
  createdAt: string;
  snapshotSha256: string;
  policySha256: string;
  decisionsSha256: string;
  population: { grants: number; holders: number; roles: number };
  items: PlanItem[];
  brake: { tripped: boolean; limits: BrakeLimit[] };
};

/** A grant that expire rules match, with the keep that still speaks of it, if any. */
export type Candidate = {
  grant: Grant;
  /** The rules that match and ask for its removal: those that expire, and flags that expire what nobody decided on. */
  matched: Rule[];
  /** A keep that did not lapse, with the ids of the rules that matched in the review it was made in. */
  keep: { decision: Decision; rulesThen: string[] } | null;
};

/** How many hold a role, and how many of them are active or leaving. */
export type RoleHolders = { holders: number; active: number };

/** What a plan is made of besides its candidates. Instants are ISO 8601. */
export type PlanContext = {
  source: string;
  review: string;
  assessment: string;
  createdAt: string;
  /** The snapshot's `takenAt`: ages and keeps are judged as of then, so that assessing again gives the same plan. */
  now: string;
  snapshotSha256: string;
  policySha256: string;
  decisionsSha256: string;
  population: Plan["population"];
  /** By grant id, from the newest plan before this one, be it of the same review or of the one before. */
  previousNotices: ReadonlyMap<string, { seen: string; notices: Record<string, string> }>;
  /** By role id. A role that is missing counts as unknown. */
  roleHolders: ReadonlyMap<string, RoleHolders>;
  policy: Policy;
  previousPopulation: { grants: number; verifiedRemovals: number } | null;
  /** Whether nothing was reviewed before, on a host that is not loopback. */
  isFirstReview: boolean;
};

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The ids of the matching rules that a keep in force suppresses: the overridable ones that matched when it was made. */
export function suppressedRules({ matched, keep }: Pick<Candidate, "matched" | "keep">, now: string): Set<string> {
  if (!keep || !isKeepInForce(keep.decision, now)) return new Set();
  const isSuppressed = (rule: Rule) => rule.overridable && keep.rulesThen.includes(rule.id);
  return new Set(matched.filter(isSuppressed).map(({ id }) => id));
}

/** When a grant was first given notice by each rule: carried over while the grant is unchanged and the rule named it each time. */
function noticesOf(grantId: string, seen: string, { rules, context }: { rules: Rule[]; context: PlanContext }) {
  const previous = context.previousNotices.get(grantId);
  const carried = previous?.seen === seen ? previous.notices : {};
  const noticeOf = (id: string) => (Object.hasOwn(carried, id) ? carried[id] : undefined) ?? context.createdAt;
  return Object.fromEntries(rules.map(({ id }) => [id, noticeOf(id)]));
}

type Noticed = { notices: Record<string, string>; windowEndsAt: string | null };

/** The rule that is due first, with its notice; of several, the one noticed first. A flag waits for the end of the window too. */
function firstDue(rules: Rule[], { notices, windowEndsAt }: Noticed): { noticeAt: string; notBefore: string } {
  const dues = rules.map(({ id, noticeDays, then }) => {
    const noticeAt = notices[id]!;
    const noticedMs = epochMs(noticeAt) + noticeDays * dayMs;
    const isWaitedFor = then === "flag" && windowEndsAt !== null;
    return { noticeAt, notBefore: isoInstant(isWaitedFor ? Math.max(noticedMs, epochMs(windowEndsAt)) : noticedMs) };
  });
  dues.sort((a, b) => epochMs(a.notBefore) - epochMs(b.notBefore) || epochMs(a.noticeAt) - epochMs(b.noticeAt));
  return dues[0]!;
}

function judge(candidate: Candidate, context: PlanContext): Judged {
  const { grant, matched, keep } = candidate;
  const suppressed = suppressedRules(candidate, context.now);
  const counting = matched.filter(({ id }) => !suppressed.has(id));
  const isKept = counting.length === 0;
  const rules = (isKept ? [...matched] : counting).sort((a, b) => byText(a.id, b.id));
  const seen = seenHash(grant);
  const notices = noticesOf(grant.id, seen, { rules, context });
  const detail = `kept by a decision of ${keep?.decision.decidedAt} until ${keep?.decision.until}`;
  const item: PlanItem = {
    grantId: grant.id,
    holderId: grant.holder.id,
    roleId: grant.role.id,
    rules: rules.map(({ id }) => id),
    seen,
    ...firstDue(rules, { notices, windowEndsAt: windowEndOf(context.policy, context.now) }),
    notices,
    ...(rules.every(({ then }) => then === "flag") ? { ifUndecided: true } : {}),
    hold: isKept ? { by: "decision", detail } : null,
  };
  return { item, grant, rules };
}

/** A plan's item for a grant, if any: items are sorted, so a large plan is searched quickly. */
export function itemOf(plan: Plan, grantId: string): PlanItem | null {
  let from = 0;
  let to = plan.items.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (plan.items[middle]!.grantId < grantId) from = middle + 1;
    else to = middle;
  }
  const item = plan.items[from];
  return item?.grantId === grantId ? item : null;
}

/** The hash that names a plan: over its RFC 8785 form without `planHash`, `assessment` and `createdAt`. */
export const planHashOf = (plan: Omit<Plan, "planHash">): string =>
  hashOf({ ...plan, planHash: undefined, assessment: undefined, createdAt: undefined });

/** The plan over all grants that expire rules match, in whatever order they come. Throws where a grant comes twice. */
export function buildPlan(candidates: Iterable<Candidate>, context: PlanContext): Plan {
  const judged = [...candidates].filter(({ matched }) => matched.length > 0).map((one) => judge(one, context));
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
    population: context.population,
    items,
    brake: { tripped: limits.length > 0, limits },
  };
  return { ...plan, planHash: planHashOf(plan) };
}
