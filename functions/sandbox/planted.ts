import type { Pair } from "./company/company.ts";

/** A leaver who is on the configuration's `protectedHolders`: the same in every company. */
export const PROTECTED_HOLDER_ID = "6999000000000000037";
/** The holder of the grant on the configuration's `canaries`: the same in every company. */
export const CANARY_HOLDER_ID = "6999000000000000074";
/** The role of the grant on the configuration's `canaries`: the same in every company. */
export const CANARY_ROLE_ID = "7099000000000000111";
/** The code of the role on the configuration's `protectedRoles`. */
export const PROTECTED_ROLE_CODE = "hr_administrator";

/** Rules of the shipped policy that fire without a reviewer's decision. */
export const ruleIds = [
  "leaver",
  "granted-again",
  "leaving-soon",
  "left-but-employed-again",
  "unknown-holder",
  "undated",
  "not-confirmed",
  "moved-department",
] as const;
export type RuleId = (typeof ruleIds)[number];

/** Holds of the contract that the company gives cause for. */
export const holdIds = [
  "protected-role",
  "protected-holder",
  "canary",
  "role-share",
  "unknown",
  "last-holder",
  "too-new",
  "unrestorable",
  "unremovable",
] as const;
export type HoldId = (typeof holdIds)[number];

/** What a review of the company as it is finds, holds back and, in enforce mode, does. Sorted by holder, then role. */
export type Expectation = {
  findings: Record<RuleId, Pair[]>;
  holds: Record<HoldId, Pair[]>;
  /** Due at once and not held: what the review revokes. */
  revoked: Pair[];
  /** Due at once and not held, but given by rule: the vendor refuses the removal. */
  refused: Pair[];
};

/** A grant that a test should let a reviewer decide, and what comes of it. */
export type PlantedDecision = Pair & {
  decision: "keep" | "revoke";
  /**
   * `revoked`: a revoke that nothing holds. `last-holder`, `too-new`, `unrestorable`: a revoke held by that. `kept`: a keep
   * that suppresses `not-confirmed`. `lapsed-keep`: a keep to let lapse. `keep-of-leaver`: a keep that a rule which is not
   * overridable goes over.
   */
  purpose: "revoked" | "last-holder" | "too-new" | "unrestorable" | "kept" | "lapsed-keep" | "keep-of-leaver";
};

/** The planted cases of a company: these and nothing else. */
export type Planted = {
  /** What a first review without decisions finds. */
  first: Expectation;
  /** What a review finds in the company as it is at this moment, had the reviews before it carried out their plans. */
  readonly now: Expectation;
  /** The same, after exactly one life; `null` before and later. */
  readonly second: Expectation | null;
  /** The same, after exactly two lives: one removal is refused. */
  readonly third: Expectation | null;
  /** The same, after exactly three lives: what was refused is held as unremovable. */
  readonly fourth: Expectation | null;
  decisions: PlantedDecision[];
  /** Cases that did not fit into a company of this size, and why. */
  notPlanted: string[];
};

const byHolderThenRole = (left: Pair, right: Pair): number =>
  left.holderId === right.holderId ? (left.roleId < right.roleId ? -1 : 1) : left.holderId < right.holderId ? -1 : 1;

/** Pairs alone, sorted by holder, then role. */
export const sortedPairs = (pairs: readonly Pair[]): Pair[] =>
  pairs.map(({ holderId, roleId }) => ({ holderId, roleId })).sort(byHolderThenRole);

/** An expectation of nothing at all. */
export const nothingExpected = (): Expectation => ({
  findings: Object.fromEntries(ruleIds.map((id) => [id, []])) as unknown as Record<RuleId, Pair[]>,
  holds: Object.fromEntries(holdIds.map((id) => [id, []])) as unknown as Record<HoldId, Pair[]>,
  revoked: [],
  refused: [],
});
