/** What a rule says of one grant, with its reason (a line of `findings.jsonl.gz`). */
export type Finding = {
  grantId: string;
  rule: string;
  then: "expire" | "flag";
  reason: { en: string; zh: string };
  /** `no-decision`: nobody decided on it before the window ended, and its rule keeps what nobody decided on. */
  suppressedBy: { by: "decision" | "hold" | "no-decision"; detail: string } | null;
};
