import type { Because } from "../because.ts";

/** What a rule says of one grant, with its reason (a line of `findings.jsonl.gz`). */
export type Finding = {
  grantId: string;
  rule: string;
  then: "expire" | "flag";
  reason: { en: string; zh: string };
  /**
   * `decision`: a reviewer's keep holds back what the rule asks for, or a flag has its answer, keep or revoke; `no-decision`:
   * nobody decided on it before the window ended, and its rule keeps what nobody decided on.
   */
  suppressedBy: { by: "decision" | "hold" | "no-decision"; detail: string; because?: Because } | null;
};

/** Findings about a rule or a reviewer, shown on a grant: a decision on that grant would answer neither. */
const aboutNoGrant: readonly string[] = ["rule-error", "suspicious-certification"];

/** Whether a finding is about its grant, so that a decision on the grant answers it. */
export function isAboutGrant({ rule }: Pick<Finding, "rule">): boolean {
  return !aboutNoGrant.includes(rule);
}

/** Whether a finding asks for a decision that nobody has made: a flag that nothing answers. */
export function asksForDecision({
  rule,
  then,
  suppressedBy,
}: Pick<Finding, "rule" | "then" | "suppressedBy">): boolean {
  return then === "flag" && suppressedBy === null && !aboutNoGrant.includes(rule);
}
