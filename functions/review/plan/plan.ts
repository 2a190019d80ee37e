import { hashOf } from "../../basics/hash.ts";
import type { Because, ReasonCode } from "../because.ts";
import type { Grant, Scopes } from "../grants/grant.ts";
import { isReviewId, isSweep } from "../keys.ts";
import type { AuthoritySnapshot } from "../people/person.ts";
import type { Decision } from "../rules/decision.ts";
import type { Policy, Rule } from "../rules/policy.ts";

/** What holds an item of the plan back. */
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

/** How many removals of grants of people who left or are disabled a plan skips, as they failed in an earlier review. */
export function countSkipped({ items }: Pick<Plan, "items">): number {
  return items.filter(({ hold }) => isSkipped(hold?.because)).length;
}

function isSkipped(because: Because | undefined): boolean {
  if (because?.code !== "refused-before" && because?.code !== "unverified-before") return false;
  return because.figures?.status === "left" || because.figures?.status === "disabled";
}

/** A grant to remove, or to narrow. `seen` is the hash of the grant as the snapshot shows it (`seenHash`). */
export type PlanItem = {
  grantId: string;
  holderId: string;
  roleId: string;
  /** The ids of the counting rules, sorted: expire rules, and flags that expire undecided grants; or rules that narrow. */
  rules: string[];
  seen: string;
  /** Of an item by rules that narrow: the scopes that stay; none of them: the whole grant goes. */
  keep?: Scopes;
  /** When notice was first given by the rule that is due first; carried over from plan to plan. */
  noticeAt: string;
  notBefore: string;
  /** The notice of each rule, so that the notice continues in the next review. */
  notices: Record<string, string>;
  /** The grant expires only if nobody decides before the window ends: all of the rules are flags. */
  ifUndecided?: true;
  hold: Hold | null;
};

/** Whether an item takes some scopes of its grant and leaves the others. */
export function isNarrowing({ keep }: Pick<PlanItem, "keep">): boolean {
  return keep !== undefined && keep.length > 0;
}

/** A tripped limit: the value allowed and the value found. */
export type BrakeLimit = { name: string; limit: number; actual: number };

/** `plan.json`: the exact grants to remove, bound by hash to the snapshot, the policy and the decisions. */
export type Plan = {
  formatVersion: 1;
  planHash: string;
  source: string;
  review: string;
  assessment: string;
  createdAt: string;
  snapshotSha256: string;
  policySha256: string;
  /** Of a sweep that found nothing: the earlier assessment whose policy, as a sweep takes it, is this one. Left out: its own has it. */
  policyOf?: { review: string; assessment: string };
  decisionsSha256: string;
  /**
   * The snapshot of the source that says who people are; null where none could be relied on. Left out where no rule that may
   * change a grant asks for the person.
   */
  authority?: AuthoritySnapshot | null;
  population: { grants: number; holders: number; roles: number };
  /** Of a sweep: the grants that the previous review read, which `maxShare` is a share of. */
  ofGrants?: number;
  /** Of a sweep that found nothing: 0, and there is no file of findings. */
  findings?: 0;
  items: PlanItem[];
  brake: { tripped: boolean; limits: BrakeLimit[] };
};

/** Whether the policy of a plan is an earlier assessment's: a sweep's that found nothing. Any other plan has a policy of its own, whatever it says. */
export function isBorrowing({ review, policyOf, findings, items }: Plan): boolean {
  if (!policyOf || findings !== 0 || items.length > 0 || !isSweep(review)) return false;
  const [of, assessment] = [String(policyOf.review), String(policyOf.assessment)];
  return isReviewId(of) && of < review && /^\d{4,9}$/.test(assessment);
}

/** A grant that expire rules match, with the keep that applies to the grant, if any. */
export type Candidate = {
  grant: Grant;
  /** The matching rules that ask for the removal or the narrowing: expire rules, flags that expire undecided grants, rules that narrow. */
  matched: Rule[];
  /** By rule, what its `keepScope` leaves; left out: no rule has one. */
  narrowings?: Readonly<Record<string, { dropped: string[]; keep: Scopes }>>;
  /**
   * A keep that did not lapse. `rulesThen`: the ids of the rules that matched in the review in which the keep was made.
   */
  keep: { decision: Decision; rulesThen: string[] } | null;
  /** A decisions file that could not be read and may be about the grant; null or left out if there is none. */
  badFile?: string | null;
};

/** Whether an item is held because an unreadable decisions file may be about the grant. */
export function isHeldByBadFile({ hold }: Pick<PlanItem, "hold">): boolean {
  const code: ReasonCode = "decisions-unread";
  return hold?.by === "decision" && hold.because?.code === code;
}

/** How many holders a role has. `active`: how many of them are active or leaving. */
export type RoleHolders = { holders: number; active: number };

/** The input of a plan besides its candidates. Instants are ISO 8601. */
export type PlanContext = {
  source: string;
  review: string;
  assessment: string;
  createdAt: string;
  /**
   * The snapshot's `takenAt`. Ages and keeps are judged at this instant, so that assessing again gives the same plan.
   */
  now: string;
  /** When the review's first plan was made: the window for decisions runs from then, or from a later invitation. */
  firstPlannedAt: string;
  snapshotSha256: string;
  policySha256: string;
  decisionsSha256: string;
  authority?: AuthoritySnapshot | null;
  population: Plan["population"];
  /** Notices by grant id, from the newest earlier plan of this review or of the previous review. */
  previousNotices: ReadonlyMap<string, Pick<PlanItem, "seen" | "keep" | "notices">>;
  /** Holders by role id. A missing role counts as unknown. */
  roleHolders: ReadonlyMap<string, RoleHolders>;
  policy: Policy;
  /** Whether it is a sweep that found nothing. */
  isQuiet?: boolean;
  previousPopulation: { grants: number; verifiedRemovals: number } | null;
  /** Whether this is the source's first review, and the source's host is not loopback. */
  isFirstReview: boolean;
};

/** The item of a grant, or null. A binary search, as items are sorted by grant id. */
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

/**
 * The hash of a plan, by which people approve the plan: over its RFC 8785 form without `planHash`, `assessment`,
 * `createdAt` and `policyOf`: where the policy lies changes nothing of it, and `policySha256` is hashed.
 */
export function planHashOf(plan: Omit<Plan, "planHash">): string {
  return hashOf({ ...plan, planHash: undefined, assessment: undefined, createdAt: undefined, policyOf: undefined });
}
