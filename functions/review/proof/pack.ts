import type { RoleLine } from "../grants/grant.ts";
import type { ReadTotals, Snapshot } from "../grants/snapshot.ts";
import type { Plan } from "../plan/plan.ts";
import type { RetirementIntent, RetirementOutcome } from "../plan/retirement.ts";
import type { Finding } from "../rules/finding.ts";
import type { Policy } from "../rules/policy.ts";
import type { Act } from "./act.ts";
import type { Balance, Evidence } from "./evidence.ts";
import type { Fault } from "./faults.ts";
import type { Intent, Outcome, Restored } from "./receipt.ts";
import type { SignatureState } from "./signature.ts";

// What verify judges: a sealed review as it was read, without its grants. The checks over it are pure.

/** Evidence of an earlier review of the source, or of this one, as a link of the chain. */
export type Link = {
  review: string;
  key: string;
  sha256: string;
  /** A review of the future that was retired: no later evidence counts it. */
  isRetired: boolean;
  /** Null where the bytes are no evidence. */
  evidence: Pick<Evidence, "source" | "review" | "sealedAt" | "previous" | "revocations" | "restored"> | null;
  signature: SignatureState;
};

/** An object as it was found: its hash, null where it is missing. */
export type FoundObject = string | null | "unreadable";

/** The cover of a pack: what is listed, what is there, and how it hangs together with what was sealed before. */
export type Cover = {
  source: string;
  review: string;
  evidence: Evidence;
  /** This review. */
  link: Link;
  /** Every evidence of the source that was sealed before, of reviews and of sweeps, oldest first. Null where only this review's folder was given. */
  earlier: Link[] | null;
  /** By key, of every object that the evidence lists. */
  found: ReadonlyMap<string, FoundObject>;
  /** Every key in the review's folder, and every record beside the reviews. */
  present: readonly string[];
  records: { retired: readonly RecordFound[]; stops: readonly RecordFound[]; endMessages: readonly RecordFound[] };
  /** The public keys that count, by their SHA-256; none where nobody named one. */
  trusted: readonly string[];
  /** The present, epoch milliseconds; null where it is not known. */
  nowMs: number | null;
  /** What was written before this instant (epoch milliseconds) may have been deleted since, on purpose; null: nothing may. */
  deletedBeforeMs: number | null;
};

/** Whether what was written at an instant (epoch milliseconds) may have been deleted on purpose since. */
export function mayBeDeleted({ deletedBeforeMs }: Pick<Cover, "deletedBeforeMs">, writtenMs: number): boolean {
  return deletedBeforeMs !== null && writtenMs < deletedBeforeMs;
}

/** A record outside of the review's folder; `at` is null where the record does not say when it was written. */
export type RecordFound = { key: string; found: FoundObject; at: string | null };

/** A plan with what it rests on, by the keys of both. */
export type PlanFound = {
  keys: { plan: string; policy: string; decisions: string; findings: string };
  plan: Plan;
  policy: Policy | null;
  policySha256: string | null;
  decisionsSha256: string | null;
  /**
   * By grant, the findings on the plan's items and all that ask for a removal; and every rule of the findings with what follows
   * and why, each once, as JSON: `[rule, then, reason]`. Null where the evidence lists no findings.
   */
  findings: { byGrant: ReadonlyMap<string, Finding[]>; rules: ReadonlySet<string> } | null;
};

/** A grant of the snapshot, as far as receipts and items speak of it. */
export type GrantSeen = { holderId: string; roleId: string; seen: string };

/** How many of something, and the first of them. */
export type Some = { count: number; first: string };

/** What one reading of all grants comes to. */
export type Census = {
  grants: number;
  holders: number;
  byRole: ReadonlyMap<string, { all: number; active: number }>;
  wrongIds: Some;
  elsewhere: Some;
  /** Of the grants that are asked about. */
  seen: ReadonlyMap<string, GrantSeen>;
  balance: Balance;
  balanceFaults: Fault[];
};

/** Decisions that count, by who made them; `isProven`: whether a sign-in proves every one. `uncounted`: decisions and files that do not. */
export type DecisionTotals = {
  byReviewer: { reviewer: string; keep: number; revoke: number; isProven: boolean }[];
  uncounted: number;
};

/** What there is of the snapshot by which a plan knew people. */
export type AuthorityFound = { snapshotSha256: string; peopleSha256: string | null };

export type Keyed<T> = { key: string; value: T };

/** `approvals/<plan hash>.json`, or what one of several approvers said, as it may have been written. */
export type ApprovalFound = Partial<Act> & { planHash?: unknown; at?: unknown; approvedBy?: unknown };

/** The contents of a pack whose objects are those that were sealed. */
export type Contents = Cover & {
  snapshot: Snapshot;
  snapshotSha256: string;
  plans: readonly PlanFound[];
  approvals: readonly Keyed<ApprovalFound>[];
  /** What single approvers said, where a plan needs several. */
  verdicts: readonly Keyed<ApprovalFound>[];
  intents: readonly Keyed<Intent>[];
  outcomes: readonly Keyed<Outcome>[];
  /** Of this review. */
  restored: readonly Keyed<Restored>[];
  /** Of every review of the source that is here. */
  putBacks: readonly Restored[];
  retirements: { intents: readonly RetirementIntent[]; outcomes: readonly RetirementOutcome[] };
  /** By plan hash: the snapshot by which the plan knew people, as the store has it; null where the pack does not have it. */
  authorities: ReadonlyMap<string, AuthorityFound | null>;
  /** By assessment: by which snapshot its people.json knew people, as JSON. */
  peopleBy: ReadonlyMap<string, string>;
  census: Census;
  /** What people decided in this review, as its last plan took it in. */
  decisions: DecisionTotals;
  /** Null where the evidence lists none. */
  roles: readonly Pick<RoleLine, "id" | "holders" | "activeHolders">[] | null;
  /** As reads.jsonl.gz has them; null where the evidence lists none. */
  reads: readonly ReadTotals[] | null;
  /** How many grants the pages showed, as reads.jsonl.gz says; null in evidence of an earlier version. */
  shown: number | null;
};
