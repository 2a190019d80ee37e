import { openLedger, readEvidence, retiredReviewsOf } from "../../ledger/ledger.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { reviewKeys } from "../../review/keys.ts";
import type { Store } from "../../review/ports.ts";

/**
 * A review in the list of a source's reviews. `reading`: there is no whole snapshot yet, or no more. `retired`: it lay in the
 * future and counts no more. `grants`: of the snapshot; `removed`: what the sealed evidence counts. Null: not known yet.
 */
export type ListedReview = {
  review: string;
  state: "reading" | "incomplete" | "open" | "sealed" | "retired";
  takenAt: string | null;
  sealedAt: string | null;
  grants: number | null;
  removed: number | null;
};

/** The reviews of a source that left anything in the store, newest first, read one after the other. */
export async function* listReviews(store: Store, sourceId: string): AsyncIterable<ListedReview> {
  const retired = await retiredReviewsOf(store, sourceId);
  const counting = await openLedger(store, sourceId).reviews();
  for (const review of [...new Set([...counting, ...retired])].sort().reverse()) {
    yield await listed(store, { sourceId, review, isRetired: retired.has(review) });
  }
}

type Place = { sourceId: string; review: string; isRetired: boolean };

async function listed(store: Store, { sourceId, review, isRetired }: Place): Promise<ListedReview> {
  const snapshot = await store.getJson<Snapshot>(reviewKeys(sourceId, review).snapshot);
  const sealed = snapshot && (await readEvidence({ store, sourceId, review }));
  const known = snapshot && (sealed ? "sealed" : snapshot.complete ? "open" : "incomplete");
  return {
    review,
    state: isRetired ? "retired" : (known ?? "reading"),
    takenAt: snapshot?.takenAt ?? null,
    sealedAt: sealed?.evidence.sealedAt ?? null,
    grants: snapshot?.population.grants ?? null,
    removed: sealed?.evidence.balance.revoked ?? null,
  };
}
