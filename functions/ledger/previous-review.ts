import type { Grant } from "../review/grants/grant.ts";
import { sameScopes } from "../review/grants/grant-comparison.ts";
import type { Snapshot } from "../review/grants/snapshot.ts";
import type { Facts } from "../review/rules/facts.ts";
import type { Stage } from "../review/stage.ts";
import { type GrantPair, grantPairs } from "./grants.ts";
import type { AtWork } from "./ledger.ts";

/** The facts that earlier reviews of the same source give about grants. */
export type Past = {
  /** The newest complete snapshot before, of the same origin. */
  previous: Snapshot | null;
  of(grant: Grant, before: Grant | null): Facts["previous"];
};

/** Reads the facts of the time before a snapshot was taken. */
export async function pastOf({ ledger, review }: AtWork, snapshot: Snapshot): Promise<Past> {
  const previous = await ledger.snapshotBefore(review, snapshot.origin);
  const revocations = await ledger.revocationsBefore(review);
  const revokedAtByGrant = new Map(revocations.map(({ grantId, at }) => [grantId, at]));
  return {
    previous,
    of: (grant, before) => ({
      exists: before !== null,
      scopesChanged: before !== null && !sameScopes(before.scopes, grant.scopes),
      departmentId: before?.holder.departmentId ?? null,
      revokedAt: revokedAtByGrant.get(grant.id) ?? null,
    }),
  };
}

/** Every grant of the snapshot with the same grant in the previous one, or null; some at a time. */
export async function* withPrevious(
  { store }: Stage,
  snapshot: Snapshot,
  previous: Snapshot | null,
): AsyncGenerator<[Grant, Grant | null][]> {
  for await (const pairs of grantPairs(store, snapshot, previous)) yield pairs.filter(isPresent);
}

function isPresent(pair: GrantPair): pair is [Grant, Grant | null] {
  return pair[0] !== null;
}
