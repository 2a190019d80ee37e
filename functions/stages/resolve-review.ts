import type { Store } from "../review/ports.ts";
import { reviewIdOf } from "../review/review-id.ts";
import { reviewsOf } from "./earlier-reviews.ts";

/** The source's open review: begun, and not sealed. Null where there is none. */
export const openReviewOf = async (store: Store, sourceId: string): Promise<string | null> => {
  const newest = (await reviewsOf(store, sourceId)).at(-1);
  return newest && !newest.isSealed ? newest.review : await begunReviewOf(store, sourceId);
};

/** A review that has only a checkpoint so far. */
const begunReviewOf = async (store: Store, sourceId: string): Promise<string | null> => {
  const root = `checkpoints/${sourceId}/`;
  const sealed = new Set(
    (await reviewsOf(store, sourceId)).filter(({ isSealed }) => isSealed).map(({ review }) => review),
  );
  let begun: string | null = null;
  for await (const key of store.list(root)) {
    const [review, file] = key.slice(root.length).split("/");
    if (review && file === "snapshot.json" && !sealed.has(review)) begun = review;
  }
  return begun;
};

/** The review an invocation is about: the one it names, else the source's open one, else a new one named by the present. */
export const resolveReview = async (
  store: Store,
  { sourceId, review, nowMs }: { sourceId: string; review: string | undefined; nowMs: number },
): Promise<string> => review ?? (await openReviewOf(store, sourceId)) ?? reviewIdOf(nowMs);
