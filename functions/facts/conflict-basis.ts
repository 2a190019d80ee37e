import { completeSnapshots } from "../ledger/grants.ts";
import type { AtWork } from "../ledger/ledger.ts";
import { createJsonOnce } from "../ledger/write-once.ts";
import type { ConflictBasis } from "../review/grants/snapshot.ts";
import { reviewKeys } from "../review/keys.ts";
import { sourcesBeside } from "../review/rules/conflicts.ts";

/**
 * By which snapshots of other sources the conflicts of a source are judged: the newest complete one of each source that a
 * conflict names beside this one. Null where no conflict spans sources.
 */
export async function conflictBasisOf({
  store,
  sourceId,
  policy,
}: Pick<AtWork, "store" | "sourceId" | "policy">): Promise<ConflictBasis | null> {
  const sources = sourcesBeside(sourceId, policy);
  if (sources.length === 0) return null;
  const basis: ConflictBasis = { against: [], unread: [] };
  for (const source of sources) {
    const newest = await newestComplete(store, source);
    if (newest) basis.against.push(newest);
    else basis.unread.push(source);
  }
  return basis;
}

async function newestComplete(
  store: AtWork["store"],
  source: string,
): Promise<ConflictBasis["against"][number] | null> {
  for await (const { snapshot, snapshotSha256 } of completeSnapshots(store, source)) {
    return { source, review: snapshot.review, takenAt: snapshot.takenAt, snapshotSha256 };
  }
  return null;
}

type Place = Pick<AtWork, "store" | "sourceId" | "review">;

/** Writes by what an assessment judged the conflicts that span sources. */
export async function writeConflictBasis(place: Place, assessment: string, basis: ConflictBasis): Promise<void> {
  const { conflicts: key } = reviewKeys(place.sourceId, place.review).assessment(assessment);
  await createJsonOnce(place.store, key, { formatVersion: 1, ...basis });
}

/** By what the assessment of a plan judged the conflicts that span sources; null where none does. */
export function readConflictBasis(place: Place, { assessment }: { assessment: string }): Promise<ConflictBasis | null> {
  return place.store.getJson<ConflictBasis>(reviewKeys(place.sourceId, place.review).assessment(assessment).conflicts);
}
