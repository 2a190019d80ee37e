import { reviewIdOf } from "../review/keys.ts";
import type { Store } from "../review/ports.ts";
import { reviewsOf } from "./earlier-reviews.ts";

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
  for await (const key of store.list(root)) {
    const [review, file] = key.slice(root.length).split("/");
    if (review && file === "snapshot.json") reviews.push(review);
  }
  return reviews.sort().at(-1) ?? null;
};

/** The review an invocation is about: the one it names, else the source's open one, else a new one named by the present. */
export const resolveReview = async (
  store: Store,
  { sourceId, review, nowMs }: { sourceId: string; review: string | undefined; nowMs: number },
): Promise<string> => review ?? (await openReviewOf(store, sourceId)) ?? reviewIdOf(nowMs);
