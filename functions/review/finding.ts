/** What a rule says of one grant, with its reason (a line of `findings.jsonl.gz`). */
export type Finding = {
  grantId: string;
  rule: string;
  then: "expire" | "flag";
  reason: { en: string; zh: string };
  suppressedBy: { by: "decision" | "hold"; detail: string } | null;
};
