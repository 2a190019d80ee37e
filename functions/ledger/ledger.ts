import { isSameOrigin, type Origin, type Snapshot } from "../review/grants/snapshot.ts";
import { isReviewId, retiredFolder, reviewKeys } from "../review/keys.ts";
import type { Store } from "../review/ports.ts";
import type { Evidence } from "../review/proof/evidence.ts";

/** One review that left something in the store, and which of its milestones are there. */
export type StoredReview = { review: string; hasSnapshot: boolean; isSealed: boolean };

/** All reviews of a source that count, oldest first: neither foreign folders nor retired reviews. */
export const reviewsOf = async (store: Store, source: string): Promise<StoredReview[]> => {
  const byReview = new Map<string, StoredReview>();
  const root = `reviews/${source}/`;
  const retired = await retiredReviewsOf(store, source);
  for await (const key of store.list(root)) {
    const [review, name] = key.slice(root.length).split("/", 2);
    if (!review || !name || !isReviewId(review) || retired.has(review)) continue;
    const known = byReview.get(review) ?? { review, hasSnapshot: false, isSealed: false };
    byReview.set(review, known);
    if (name === "snapshot.json") known.hasSnapshot = true;
    if (name === "evidence.json") known.isSealed = true;
  }
  return [...byReview.values()].sort((a, b) => (a.review < b.review ? -1 : 1));
};

/** The source's reviews that were retired: they count as nothing. */
export const retiredReviewsOf = async (store: Store, source: string): Promise<Set<string>> => {
  const retired = new Set<string>();
  for await (const name of store.listFolder(`reviews/${source}/${retiredFolder}`)) {
    retired.add(name.replace(/\.json$/, ""));
  }
  return retired;
};

/** The newest complete snapshot of the same source and origin with a smaller review id. */
export const previousSnapshot = async (
  store: Store,
  { source, review, origin }: { source: string; review: string; origin: Origin },
): Promise<Snapshot | null> => {
  const earlier = (await reviewsOf(store, source)).filter((past) => past.review < review && past.hasSnapshot);
  for (const { review: past } of earlier.reverse()) {
    const snapshot = await store.getJson<Snapshot>(reviewKeys(source, past).snapshot);
    if (snapshot?.complete && isSameOrigin(snapshot.origin, origin)) return snapshot;
  }
  return null;
};

/** The source's last sealed evidence before this review, with the bytes it was sealed as. */
export const previousEvidence = async (
  store: Store,
  source: string,
  review: string,
): Promise<{ evidence: Evidence; body: Uint8Array } | null> => {
  const sealed = (await reviewsOf(store, source)).filter((past) => past.review < review && past.isSealed).at(-1);
  const stored = sealed && (await store.get(reviewKeys(source, sealed.review).evidence));
  return stored ? { evidence: JSON.parse(new TextDecoder().decode(stored.body)) as Evidence, body: stored.body } : null;
};

/** The source's open review: the newest, if it is not sealed. Null where there is none. */
export const openReviewOf = async (store: Store, sourceId: string): Promise<string | null> => {
  const newest = await newestReviewOf(store, sourceId);
  const isSealed = (await reviewsOf(store, sourceId)).some((stored) => stored.review === newest && stored.isSealed);
  return isSealed ? null : newest;
};

/** The review of the source that began last, be it that it has only a checkpoint so far. */
export const newestReviewOf = async (store: Store, sourceId: string): Promise<string | null> => {
  const reviews = (await reviewsOf(store, sourceId)).map(({ review }) => review);
  const root = `checkpoints/${sourceId}/`;
  const retired = await retiredReviewsOf(store, sourceId);
  for await (const key of store.list(root)) {
    const [review, file] = key.slice(root.length).split("/");
    const counts = review !== undefined && isReviewId(review) && !retired.has(review);
    if (counts && file === "snapshot.json") reviews.push(review);
  }
  return reviews.sort().at(-1) ?? null;
};
