import { hashOf } from "../../basics/hash.ts";
import { openIdSet } from "../../basics/id-set.ts";
import { findGrants, grantIdsOf, loadSnapshot, storedIdAt } from "../../ledger/grants.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import { readOutcomesOf } from "../../ledger/receipts.ts";
import type { Grant, GrantEntry } from "../../review/grants/grant.ts";
import type { GrantKey, Page, Reader } from "../../review/ports.ts";
import { isOfVanished, type SnapshotState, type VanishedListing } from "./snapshot-state.ts";
import { readKeptRoles } from "./spool.ts";

/**
 * The listings of the grants that the previous snapshot had and that no listing showed. A page may begin after a place in
 * the list as it is at that moment: where a holder ahead of the place is removed meanwhile, the page passes over another
 * holder. What our own review removed is not asked for, nor roles that are no longer listed.
 */
export async function listVanished(stage: AtWork, source: Reader, state: SnapshotState): Promise<VanishedListing[]> {
  if (state.previousReview === null) return [];
  const place = { ...stage, review: state.previousReview };
  const previous = (await loadSnapshot(place))?.snapshot;
  if (!previous) return [];
  const listed = openIdSet();
  for (const key of state.runs) {
    for await (const lines of stage.store.readStoredLines<{ id: string }>(key)) {
      for (let at = 0; at < lines.count; at++) listed.add(storedIdAt(lines, at));
    }
  }
  const vanished = new Set<string>();
  for await (const ids of grantIdsOf(stage.store, previous)) {
    for (const id of ids) if (!listed.has(id)) vanished.add(id);
  }
  if (vanished.size === 0) return [];
  const reviews = await stage.ledger.reviewAndSweeps(previous.review, stage.review);
  for (const { outcomes } of await readOutcomesOf(stage, reviews)) {
    for (const [id, { outcome }] of outcomes) if (outcome === "revoked") vanished.delete(id);
  }
  const roleIds = new Set((await readKeptRoles(stage, state)).map(({ id }) => id));
  const grants = [...(await findGrants(stage.store, previous, vanished)).values()];
  return toListings(
    grants.filter(({ role }) => roleIds.has(role.id)),
    source.grantsPerRead,
  );
}

/** The grants of one holder are in one listing, as one page passes over all of them. */
function toListings(grants: Grant[], keysAListing: number): VanishedListing[] {
  const listings: GrantKey[][] = [];
  for (const [holderId, held] of Map.groupBy(grants, ({ holder }) => holder.id)) {
    const last = listings.at(-1);
    const keys = held.map(({ role }) => ({ holderId, roleId: role.id }));
    if (last && last.length + keys.length <= keysAListing) last.push(...keys);
    else listings.push(keys);
  }
  return listings.map((keys) => ({
    id: `vanished-${hashOf(keys).slice(0, 16)}`,
    kind: "vanished",
    parameters: { keys },
  }));
}

/** The source, whose pages are also those of the vanished grants. */
export function withVanished(source: Reader): Reader {
  return {
    ...source,
    async readPage(listing, token): Promise<Page> {
      if (!isOfVanished(listing)) return await source.readPage(listing, token);
      return { entries: await readThere(source, listing.parameters.keys), next: null, spawned: [], counts: {} };
    },
  };
}

/** A grant that the provider refuses to read on its own is no longer there: no listing showed it either. */
async function readThere(source: Reader, keys: GrantKey[]): Promise<GrantEntry[]> {
  try {
    return await source.readGrants(keys);
  } catch (error) {
    if (!source.isRefused?.(error)) throw error;
    if (keys.length === 1) return [];
    const half = keys.length >> 1;
    return [...(await readThere(source, keys.slice(0, half))), ...(await readThere(source, keys.slice(half)))];
  }
}
