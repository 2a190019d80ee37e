import type { Grant } from "./grant.ts";
import { isGivenAnew, sameScopes } from "./grant-comparison.ts";

/** A change of a grant between two reviews. */
export type GrantChange =
  | "appeared"
  | "vanished"
  | "scope-changed"
  | "status-changed"
  | "moved"
  | "given-anew"
  | "came-back";

function isMoved(before: string | null, after: string | null): boolean {
  return before !== null && after !== null && before !== after;
}

/** The changes of one grant between two snapshots. `before` or `after` is null if that snapshot lacks the grant. */
export function changesBetween(before: Grant | null, after: Grant | null): GrantChange[] {
  if (before === null) return after === null ? [] : ["appeared"];
  if (after === null) return ["vanished"];
  if (after === before) return [];
  const changes: GrantChange[] = [];
  if (!sameScopes(before.scopes, after.scopes)) changes.push("scope-changed");
  if (before.holder.status !== after.holder.status) changes.push("status-changed");
  if (isMoved(before.holder.departmentId, after.holder.departmentId)) changes.push("moved");
  if (isGivenAnew(before, after)) changes.push("given-anew");
  return changes;
}

/** An object of the organisation at which a role is held. */
export type DriftScope = { dimension: string; id: string };

/** Somebody moved to another department or job, as the provider said between reviews. */
export type MoveRecord = {
  formatVersion: 1;
  kind: "move";
  source: string;
  event: string;
  at: string;
  receivedAt: string;
  holderId: string;
  effectiveDate: string | null;
};

/** How one holder came to hold, or not to hold, one role at some objects between two reviews. */
export type DriftFate = "granted" | "gone" | "came-and-went" | "went-and-came";

/** One holder's drift; `at`: when the provider said so last. */
export type Drifted = { roleId: string; scopes: DriftScope[]; holderId: string; fate: DriftFate; at: string };

/** What happened between two reviews, sorted by role, then by what became of it. */
export type BetweenReviews = { drifted: Drifted[]; moved: MoveRecord[] };
