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
