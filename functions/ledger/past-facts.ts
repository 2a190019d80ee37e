import type { Grant } from "../review/grants/grant.ts";
import { sameScopes } from "../review/grants/grant-comparison.ts";
import type { Snapshot } from "../review/grants/snapshot.ts";
import { reviewKeys } from "../review/keys.ts";
import type { RoleHolders } from "../review/plan/plan.ts";
import type { Facts } from "../review/rules/facts.ts";
import type { Stage } from "../review/stage.ts";
import type { RoleLine } from "../stages/snapshot/write-snapshot.ts";
import { previousEvidence, previousSnapshot } from "./earlier-reviews.ts";
import { type GrantPair, grantPairs } from "./stored-grants.ts";

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

/** How many hold each role, by its id, as the snapshot counted them. */
export const readRoleHolders = async ({ store, sourceId, review }: Stage): Promise<Map<string, RoleHolders>> => {
  const byRole = new Map<string, RoleHolders>();
  for await (const { id, holders, activeHolders } of store.readLines<RoleLine>(reviewKeys(sourceId, review).roles)) {
    byRole.set(id, { holders, active: activeHolders });
  }
  return byRole;
};
