import type { GrantHistory, PastDecision } from "../review-view.ts";

/** The decision that counts for a grant: the newest without a fault; null where nobody decided. */
export function countingDecision(history: Pick<GrantHistory, "decisions"> | null | undefined): PastDecision | null {
  return history?.decisions.findLast(({ fault }) => fault === null) ?? null;
}

/** A row's decision, as the list narrows by it. */
export type DecisionGroup = "keep" | "revoke" | "none";

export function decisionGroupOf(history: Pick<GrantHistory, "decisions"> | null): DecisionGroup {
  return countingDecision(history)?.decision ?? "none";
}
