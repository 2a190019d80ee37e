import { isSameOrigin, type Origin, type Snapshot } from "../review/grants/snapshot.ts";
import { reviewKeys } from "../review/keys.ts";
import type { Plan } from "../review/plan/plan.ts";
import type { Store } from "../review/ports.ts";
import type { Evidence } from "../review/proof/evidence.ts";

/** One review that left something in the store, and which of its milestones are there. */
export type StoredReview = { review: string; hasSnapshot: boolean; isSealed: boolean };

/** All reviews of a source, oldest first. */
export const reviewsOf = async (store: Store, source: string): Promise<StoredReview[]> => {
  const byReview = new Map<string, StoredReview>();
  const root = `reviews/${source}/`;
  for await (const key of store.list(root)) {
    const [review, name] = key.slice(root.length).split("/", 2);
    if (!review || !name) continue;
    const known = byReview.get(review) ?? { review, hasSnapshot: false, isSealed: false };
    byReview.set(review, known);
    if (name === "snapshot.json") known.hasSnapshot = true;
    if (name === "evidence.json") known.isSealed = true;
  }
  return [...byReview.values()].sort((a, b) => (a.review < b.review ? -1 : 1));
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

/** The names of a review's assessments that are whole, oldest first. */
export const assessmentsOf = async (store: Store, source: string, review: string): Promise<string[]> => {
  const keys = reviewKeys(source, review);
  const names: string[] = [];
  for await (const key of store.list(keys.assessments)) {
    const [name, file] = key.slice(keys.assessments.length).split("/", 2);
    if (name && file === "plan.json") names.push(name);
  }
  return names.sort();
};

/** The plan of a review's newest assessment. */
export const newestPlan = async (store: Store, source: string, review: string): Promise<Plan | null> => {
  const assessment = (await assessmentsOf(store, source, review)).at(-1);
  return assessment ? await store.getJson<Plan>(reviewKeys(source, review).assessment(assessment).plan) : null;
};
