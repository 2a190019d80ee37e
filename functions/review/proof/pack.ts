import type { Role, RoleLine } from "../grants/grant.ts";
import type { ReadTotals, Snapshot } from "../grants/snapshot.ts";
import type { MessageIntent, MessageOutcome } from "../people/message.ts";
import type { Hold, Plan, PlanItem } from "../plan/plan.ts";
import type { RetirementIntent, RetirementOutcome } from "../plan/retirement.ts";
import { withBuiltInRules } from "../rules/built-in-rules.ts";
import type { Finding } from "../rules/finding.ts";
import type { Policy, Rule } from "../rules/policy.ts";
import type { Act, Reasons } from "./act.ts";
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

/**
 * A record outside of the review's folder; `at` is null where the record does not say when it was written. `says`: of which
 * source and review it is, and whether of a stop or a resume.
 */
export type RecordFound = {
  key: string;
  found: FoundObject;
  at: string | null;
  says: { source?: unknown; review?: unknown; kind?: unknown };
};

/** How many of something, and the first of them. */
export type Some = { count: number; first: string };

/** A plan with what it rests on, by the keys of both. */
export type PlanFound = {
  keys: { plan: string; policy: string; decisions: string; findings: string };
  plan: Plan;
  policy: Policy | null;
  policySha256: string | null;
  decisionsSha256: string | null;
  /**
   * By grant, the findings on the plan's items and all that ask for a removal; every rule of the findings with what follows
   * and why, each once, as JSON: `[rule, then, reason]`; and findings that a decision is said to answer, and no decision does.
   * Null where the evidence lists no findings.
   */
  findings: { byGrant: ReadonlyMap<string, Finding[]>; rules: ReadonlySet<string>; undecided: Some } | null;
  decided: DecisionsFound;
};

/**
 * What people decided, as the assessment of a plan took it in: the grants with a keep and with a revoke that counts, whichever
 * review it was made in, and the files that it could not understand.
 */
export type DecisionsFound = {
  keeps: ReadonlySet<string>;
  revokes: ReadonlySet<string>;
  badFiles: ReadonlySet<string>;
};

/** The rules of an item, as the policy of its plan has them; null where the policy lacks one. */
export function rulesOfItem({ policy }: Pick<PlanFound, "policy">, { rules }: Pick<PlanItem, "rules">): Rule[] | null {
  const known = withBuiltInRules(policy?.rules ?? []);
  const found = rules.flatMap((id) => known.find((rule) => rule.id === id) ?? []);
  return found.length === rules.length ? found : null;
}

/** A grant of the snapshot, as far as receipts and items speak of it. `holds`: by assessment, which guard holds its item by itself. */
export type GrantSeen = {
  holderId: string;
  roleId: string;
  seen: string;
  isActive: boolean;
  holds: ReadonlyMap<string, Hold | null>;
};

/** What one reading of all grants comes to. */
export type Census = {
  grants: number;
  holders: number;
  /** Holders who are no groups. */
  users: number;
  /** `named`: how its grants name the role, each way once. */
  byRole: ReadonlyMap<string, { all: number; active: number; named: Pick<Role, "code" | "name">[] }>;
  wrongIds: Some;
  elsewhere: Some;
  /** First seen after the snapshot was taken. */
  seenLater: Some;
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

/** What there is of the snapshot before: whether there is one of the same host and app, and the notices that its plan gave. */
export type Before = {
  isThere: boolean;
  notices: ReadonlyMap<string, Pick<PlanItem, "seen" | "keep" | "notices">>;
};

/** A message of the review. `lost`: records of the acts that it tells of and that are not there; `told`: what those records say. */
export type MessageFound = {
  key: string;
  intent: MessageIntent | null;
  outcome: MessageOutcome | null;
  lost: readonly string[];
  told: readonly Partial<Reasons>[];
};

/**
 * `people.json`: by which snapshot people were known, as JSON; how many holders it counts; how many it lists as not known and has
 * to list; how many are ambiguous by its figure and by its list.
 */
export type PeopleFound = {
  authority: string;
  holders: number;
  listed: { said: number; actual: number };
  ambiguous: { said: number; actual: number };
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
  /** `named`: the keys of all of them, each with the role that it says it is of. */
  retirements: {
    intents: readonly RetirementIntent[];
    outcomes: readonly RetirementOutcome[];
    named: readonly { key: string; roleId: string }[];
  };
  /** By plan hash: the snapshot by which the plan knew people, as the store has it; null where the pack does not have it. */
  authorities: ReadonlyMap<string, AuthorityFound | null>;
  /** By assessment: by which snapshot its people.json knew people, and how many. */
  peopleBy: ReadonlyMap<string, PeopleFound>;
  census: Census;
  /** Null where nobody can tell, as earlier reviews are not here. */
  before: Before | null;
  /** By grant, whether the sweep that an outcome names removed it; null where nothing of that sweep is here. */
  swept: ReadonlyMap<string, boolean | null>;
  messages: readonly MessageFound[];
  /** By assessment, how many grants its reviewers.json gives to reviewers. */
  routed: ReadonlyMap<string, number>;
  /** What people decided in this review, as its last plan took it in. */
  decisions: DecisionTotals;
  /** Null where the evidence lists none. */
  roles: readonly Pick<RoleLine, "id" | "code" | "name" | "holders" | "activeHolders">[] | null;
  /** How many lines people.jsonl.gz has; null where the evidence lists none. */
  people: number | null;
  /** As reads.jsonl.gz has them; null where the evidence lists none. */
  reads: readonly ReadTotals[] | null;
  /** How many grants the pages showed, as reads.jsonl.gz says; null in evidence of an earlier version. */
  shown: number | null;
};
