import type { Grant } from "../review/grants/grant.ts";
import { sameScopes } from "../review/grants/grant-comparison.ts";
import type { Snapshot } from "../review/grants/snapshot.ts";
import type { Facts } from "../review/rules/facts.ts";
import type { Stage } from "../review/stage.ts";
import { type GrantPair, grantPairs } from "./grants.ts";
import { previousEvidence, previousSnapshot } from "./ledger.ts";

/** What earlier reviews of the same source say. */
export type Past = {
  previous: Snapshot | null;
  of(grant: Grant, before: Grant | null): Facts["previous"];
};

/** Reads what is known of the time before a snapshot was taken. */
export const pastOf = async (stage: Stage, snapshot: Snapshot): Promise<Past> => {
  const { store, sourceId, review } = stage;
  const previous = await previousSnapshot(store, { source: sourceId, review, origin: snapshot.origin });
  const evidence = await previousEvidence(store, sourceId, review);
  const revokedAtByGrant = new Map(evidence?.evidence.revocations.map(({ grantId, at }) => [grantId, at]));
  return {
    previous,
    of: (grant, before) => ({
      exists: before !== null,
      scopesChanged: before !== null && !sameScopes(before.scopes, grant.scopes),
      departmentId: before?.holder.departmentId ?? null,
      revokedAt: revokedAtByGrant.get(grant.id) ?? null,
    }),
  };
};

/** Every grant of the snapshot with the same grant in the previous one, or null; some at a time. */
export async function* withPrevious(
  { store }: Stage,
  snapshot: Snapshot,
  previous: Snapshot | null,
): AsyncGenerator<[Grant, Grant | null][]> {
  for await (const pairs of grantPairs(store, snapshot, previous)) yield pairs.filter(isPresent);
}

const isPresent = (pair: GrantPair): pair is [Grant, Grant | null] => pair[0] !== null;
