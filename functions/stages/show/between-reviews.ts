import { epochMs } from "../../basics/time.ts";
import { driftRecords } from "../../drift/read-drift.ts";
import { type AtWork, withLedger } from "../../ledger/ledger.ts";
import { readOutcomesOf } from "../../ledger/receipts.ts";
import type { BetweenReviews } from "../../review/grants/diff.ts";
import { betweenReviews } from "../../review/grants/drift.ts";
import { grantId } from "../../review/grants/grant-comparison.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";

/**
 * What events said between two snapshots of reviews, but for what reviews and sweeps removed themselves; null where there is
 * nothing to say. `asOf` (ISO 8601): events that came later are left out, so that a report that is written again comes out the same.
 */
export async function betweenSnapshots(
  { store, sourceId, ledger }: Pick<AtWork, "store" | "sourceId" | "ledger">,
  { previous, snapshot, asOf }: { previous: Snapshot | null; snapshot: Snapshot; asOf: string },
): Promise<BetweenReviews | null> {
  if (!previous) return null;
  const instants = { after: previous.takenAt, until: snapshot.takenAt };
  const records = await driftRecords({ store, sourceId }, instants);
  const known = records.filter(({ receivedAt }) => epochMs(receivedAt) <= epochMs(asOf));
  if (known.length === 0) return null;
  const reviews = await ledger.reviewAndSweeps(previous.review, snapshot.review);
  const removed = new Set<string>();
  for (const { outcomes } of await readOutcomesOf({ store, sourceId }, reviews)) {
    for (const [id, { outcome }] of outcomes) if (outcome === "revoked") removed.add(id);
  }
  const { drifted, moved } = betweenReviews(known, instants);
  const byOthers = drifted.filter(
    ({ fate, holderId, roleId }) => fate !== "gone" || !removed.has(grantId(sourceId, holderId, roleId)),
  );
  return byOthers.length + moved.length > 0 ? { drifted: byOthers, moved } : null;
}

/** What events said between the previous review and this one, a holder and a role a line, as JSON. `asOf` as above. */
export async function driftLines(stage: Omit<AtWork, "ledger">, snapshot: Snapshot, asOf: string): Promise<string[]> {
  const atWork = withLedger(stage);
  const previous = await atWork.ledger.snapshotBefore(stage.review, snapshot.origin);
  const between = await betweenSnapshots(atWork, { previous, snapshot, asOf });
  return (between?.drifted ?? []).map((drifted) => JSON.stringify({ review: stage.review, ...drifted }));
}
