import type { Because } from "../because.ts";
import type { Scopes } from "../grants/grant.ts";
import type { ConflictWith } from "./conflicts.ts";
import type { RuleEffect } from "./policy.ts";

/** A rule that matches a grant, with the rule's reason (one line of `findings.jsonl.gz`). */
export type Finding = {
  grantId: string;
  rule: string;
  then: RuleEffect;
  /** The scopes that stay if the rule's `keepScope` has its way; none of them: the grant goes. Absent where all of them stay. */
  keep?: Scopes;
  reason: { en: string; zh: string };
  /**
   * Why nothing follows from the finding. `decision`: a reviewer decided keep, or decided on the flag. `hold`: a guard
   * holds the grant. `expire`: another rule asks for the removal of the whole grant. `no-decision`: nobody decided on the
   * flag before the window ended, and the rule keeps undecided grants.
   */
  suppressedBy: { by: "decision" | "hold" | "expire" | "no-decision"; detail: string; because?: Because } | null;
  /** Of a conflict alone: the grants of the same person that the grant is in conflict with. */
  conflict?: ConflictWith;
};

/**
 * Rules whose findings are about a rule or a reviewer. A decision on the grant that shows such a finding does not
 * answer the finding.
 */
const aboutNoGrant: readonly string[] = ["rule-error", "suspicious-certification"];

/** Whether a finding is about its grant, so that a decision on the grant answers it. */
export function isAboutGrant({ rule }: Pick<Finding, "rule">): boolean {
  return !aboutNoGrant.includes(rule);
}

/** Whether a finding waits for a decision: an unanswered flag about a grant. */
export function asksForDecision({
  rule,
  then,
  suppressedBy,
}: Pick<Finding, "rule" | "then" | "suppressedBy">): boolean {
  return then === "flag" && suppressedBy === null && !aboutNoGrant.includes(rule);
}
