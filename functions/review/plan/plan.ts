import { hashOf } from "../../basics/hash.ts";
import type { Because, ReasonCode } from "../because.ts";
import type { Grant } from "../grants/grant.ts";
import type { Decision } from "../rules/decision.ts";
import type { Policy, Rule } from "../rules/policy.ts";

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

export type Hold = { by: HoldBy; detail: string; because?: Because };

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
  /** A file of decisions that cannot be understood and may speak of the grant; null or left out where there is none. */
  badFile?: string | null;
};

/** Whether an item is held as a decisions file that cannot be understood may speak of its grant. */
export function isHeldByBadFile({ hold }: Pick<PlanItem, "hold">): boolean {
  const code: ReasonCode = "decisions-unread";
  return hold?.by === "decision" && hold.because?.code === code;
}

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
export function planHashOf(plan: Omit<Plan, "planHash">): string {
  return hashOf({ ...plan, planHash: undefined, assessment: undefined, createdAt: undefined });
}
