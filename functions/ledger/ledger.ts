import { sha256 } from "../basics/hash.ts";
import { clocksDifferMs, epochMs, parseInstant } from "../basics/time.ts";
import { isSameOrigin, type Origin, type Snapshot } from "../review/grants/snapshot.ts";
import {
  checkpointKey,
  instantOfReview,
  isReviewId,
  isSweep,
  kindOfReview,
  liesAhead,
  type ReviewKind,
  retiredFolder,
  retiredReviewKey,
  reviewKeys,
} from "../review/keys.ts";
import { DamagedError, type ReviewPlace, type Store } from "../review/ports.ts";
import { type Evidence, revocationsUpTo } from "../review/proof/evidence.ts";
import type { Restored } from "../review/proof/receipt.ts";
import type { Stage } from "../review/stage.ts";

// What one source's reviews are made of. Above 300 lines, as a listing that is remembered is used by every question about it.

/** Sealed evidence, and the hash of its bytes. */
export type SealedEvidence = { evidence: Evidence; sha256: string };

/**
 * The history of one source, over the store. The reviews are listed once, by their folders. A snapshot or evidence that was
 * found is remembered, as artefacts never change; a missing one is looked for again. A stage opens its ledger under the
 * source's lease, as no other invocation adds to the history meanwhile.
 *
 * Reviews and sweeps are two sequences of one history: each follows its own kind by its ids, both are chained in the order in
 * which they were sealed. `kind` is "review" where it is left out.
 */
export type Ledger = {
  /** The ids of the reviews of this kind that left anything in the store, oldest first; of both kinds where none is named. */
  reviews(kind?: ReviewKind): Promise<readonly string[]>;
  hasSnapshot(review: string): Promise<boolean>;
  isSealed(review: string): Promise<boolean>;
  /**
   * The reviews with a snapshot and without evidence, oldest first. A source has one open review and one open sweep at most, and
   * beside them those that nothing can seal. `andLeft` false: without those of which a checkpoint says so.
   */
  openReviews(kind?: ReviewKind, andLeft?: boolean): Promise<string[]>;
  /** The review that began last, even if it left only a checkpoint so far; null where there is none. */
  newestReview(kind?: ReviewKind): Promise<string | null>;
  /** The newest complete snapshot of the same origin with a smaller review id: of a review, never of a sweep. */
  snapshotBefore(review: string, origin: Origin): Promise<Snapshot | null>;
  /** The evidence that was sealed last before this review was: of a review or a sweep. */
  evidenceBefore(review: string): Promise<SealedEvidence | null>;
  /** The newest revocation of every grant, of reviews and sweeps that were sealed before this review was, put-backs left out. */
  revocationsBefore(review: string): Promise<Evidence["revocations"]>;
  /** The snapshot of the newest review that was sealed complete. */
  newestSealedSnapshot(kind?: ReviewKind): Promise<Snapshot | null>;
  /** The sweeps that may have removed something while a review was open, oldest first; none where it is a sweep. */
  sweepsBeside(review: string): Promise<string[]>;
  /** The newest complete snapshot of a review, sealed or not. */
  newestCompleteSnapshot(): Promise<Snapshot | null>;
  /** Writes nothing. Throws the store's fault where nothing may be written beside the reviews that are there. */
  assertWritable(): Promise<void>;
  /** A review and the sweeps that began after it and before another review or sweep, oldest first. */
  reviewAndSweeps(from: string, until: string): Promise<string[]>;
  /** The put-backs after an instant (null: all), oldest first, whichever review had removed the grants. */
  putBacksAfter(at: string | null): Promise<Restored[]>;
};

/** A stage with the ledger of its source open. */
export type AtWork = Stage & { ledger: Ledger };

/** Opens the ledger of a stage's source. */
export function withLedger(stage: Stage): AtWork {
  return { ...stage, ledger: openLedger(stage.store, stage.sourceId) };
}

/** Opens the ledger of a source. Nothing is read before it is asked for. */
export function openLedger(store: Store, sourceId: string): Ledger {
  const keysOf = (review: string) => reviewKeys(sourceId, review);
  const reviews = remembered(async () => await countingReviews(store, sourceId));
  const snapshots = rememberedByReview((review) => store.getJson<Snapshot>(keysOf(review).snapshot));
  const evidence = rememberedByReview((review) => readEvidence({ store, sourceId, review }));
  const snapshotIsThere = rememberedByReview((review) => isThere(store, keysOf(review).snapshot));
  const evidenceIsThere = rememberedByReview((review) => isThere(store, keysOf(review).evidence));

  const reviewsOf = async (kind: ReviewKind): Promise<string[]> =>
    (await reviews()).filter((review) => kindOfReview(review) === kind);
  const newestSealedOf = async (kind: ReviewKind): Promise<SealedEvidence | null> => {
    for (const review of (await reviewsOf(kind)).reverse()) {
      const sealed = await evidence(review);
      if (sealed) return sealed;
    }
    return null;
  };

  const ledger: Ledger = {
    reviews: async (kind) => (kind ? await reviewsOf(kind) : await reviews()),
    hasSnapshot: async (review) => (await snapshotIsThere(review)) !== null,
    isSealed: async (review) => (await evidenceIsThere(review)) !== null,
    async openReviews(kind = "review", andLeft = true) {
      const isLeft = async (review: string): Promise<boolean> =>
        (await isThere(store, checkpointKey(sourceId, review, "watch.json"))) !== null;
      const isOpen = async (review: string): Promise<boolean> =>
        !(await ledger.isSealed(review)) && (await ledger.hasSnapshot(review)) && (andLeft || !(await isLeft(review)));
      return await filtered(await reviewsOf(kind), isOpen);
    },
    async newestReview(kind = "review") {
      const newest = (await reviewsOf(kind)).at(-1) ?? null;
      const retired = await retiredReviewsOf(store, sourceId);
      const folderNames = await folders(store, `checkpoints/${sourceId}/`);
      const isBegun = (name: string): boolean => isReviewId(name) && kindOfReview(name) === kind && !retired.has(name);
      const begun = folderNames.filter(isBegun);
      for (const review of begun.reverse()) {
        if (newest !== null && review <= newest) break;
        if (await hasBegun(store, sourceId, review)) return review;
      }
      return newest;
    },
    async snapshotBefore(review, origin) {
      for (const earlier of (await reviewsOf("review")).filter((other) => other < review).reverse()) {
        const snapshot = await snapshots(earlier);
        if (snapshot?.complete && isSameOrigin(snapshot.origin, origin)) return snapshot;
      }
      return null;
    },
    async evidenceBefore(review) {
      let own = await evidence(review);
      while (own) {
        const { previous } = own.evidence;
        own = previous && (await evidence(previous.review));
        // Evidence of a review that was retired since counts no more: the one before it does.
        if (own === null || (await reviews()).includes(own.evidence.review)) return own;
      }
      return lastSealed(await newestSealedOf("review"), await newestSealedOf("sweep"));
    },
    async revocationsBefore(review) {
      const chain: Evidence[] = [];
      let link = await ledger.evidenceBefore(review);
      // Read ahead, some at once: the chain names one sweep after the other, back to a review.
      if (link && isSweep(link.evidence.review))
        await inBatches((await reviewsOf("sweep")).slice(-sweepsAhead), evidence);
      while (link) {
        chain.unshift(link.evidence);
        link = isSweep(link.evidence.review) ? await ledger.evidenceBefore(link.evidence.review) : null;
      }
      return revocationsUpTo(chain);
    },
    async newestSealedSnapshot(kind = "review") {
      for (const review of (await reviewsOf(kind)).reverse()) {
        const snapshot = await snapshots(review);
        if (snapshot?.complete && (await ledger.isSealed(review))) return snapshot;
      }
      return null;
    },
    async sweepsBeside(review) {
      if (isSweep(review)) return [];
      const sweeps = await reviewsOf("sweep");
      const first = sweeps.findIndex((sweep) => sweep > review);
      // The last one before may have waited for its approval.
      return sweeps.slice(Math.max(0, (first === -1 ? sweeps.length : first) - 1));
    },
    async newestCompleteSnapshot() {
      for (const review of (await reviewsOf("review")).reverse()) {
        const snapshot = await snapshots(review);
        if (snapshot?.complete) return snapshot;
      }
      return null;
    },
    async assertWritable() {
      const snapshot = await ledger.newestCompleteSnapshot();
      // The key is taken: whoever may write is told so, and S3 asks for the right before it looks.
      if (snapshot) await store.create(keysOf(snapshot.review).snapshot, new Uint8Array());
    },
    reviewAndSweeps: async (from, until) => [
      from,
      ...(await reviewsOf("sweep")).filter((sweep) => sweep > from && sweep < until),
    ],
    async putBacksAfter(at) {
      const all = await inBatches(await reviews(), (review) => readPutBacks({ store, sourceId, review }));
      const after = all.flat().filter((putBack) => at === null || epochMs(putBack.at) > epochMs(at));
      return after.sort((a, b) => epochMs(a.at) - epochMs(b.at));
    },
  };
  return ledger;
}

/** Reviews are sealed one after another, and so are sweeps: the last evidence of both is the last of one of them. */
function lastSealed(review: SealedEvidence | null, sweep: SealedEvidence | null): SealedEvidence | null {
  if (review === null || sweep === null) return review ?? sweep;
  const isNamed = sweep.evidence.previous?.review === review.evidence.review;
  return isNamed || epochMs(sweep.evidence.sealedAt) > epochMs(review.evidence.sealedAt) ? sweep : review;
}

/** The evidence of a review; null where the review is not sealed. */
export async function readEvidence({ store, sourceId, review }: ReviewPlace): Promise<SealedEvidence | null> {
  const stored = await store.get(reviewKeys(sourceId, review).evidence);
  if (!stored) return null;
  return { evidence: JSON.parse(new TextDecoder().decode(stored.body)) as Evidence, sha256: sha256(stored.body) };
}

/** The source's open review or sweep: the newest, if it is neither sealed nor given up. Null where there is none. */
export async function openReviewOf(
  store: Store,
  sourceId: string,
  kind: ReviewKind = "review",
): Promise<string | null> {
  const ledger = openLedger(store, sourceId);
  const newest = await ledger.newestReview(kind);
  if (newest === null || (await ledger.isSealed(newest))) return null;
  const isGivenUp = !(await ledger.hasSnapshot(newest)) && (await hasLostProgress({ store, sourceId, review: newest }));
  return isGivenUp ? null : newest;
}

/**
 * Whether a snapshot wrote artefacts, and its progress was set aside (`null`) before the snapshot was whole: what it wrote
 * stands for ever, and another reading comes to other bytes. Such a review is given up, and the next begins.
 */
export async function hasLostProgress({ store, sourceId, review }: ReviewPlace): Promise<boolean> {
  const progress = await store.get(checkpointKey(sourceId, review, "snapshot.json"));
  if (!progress || new TextDecoder().decode(progress.body).trim() !== "null") return false;
  for await (const _ of store.list(reviewKeys(sourceId, review).root)) return true;
  return false;
}

async function readPutBacks({ store, sourceId, review }: ReviewPlace): Promise<Restored[]> {
  const found: Restored[] = [];
  for await (const key of store.list(reviewKeys(sourceId, review).receipts)) {
    const receipt = key.endsWith(".restored.json") ? await store.getJson<Restored>(key) : null;
    if (receipt) found.push(receipt);
  }
  return found;
}

/** The reviews that count: neither foreign folders nor retired reviews. */
async function countingReviews(store: Store, sourceId: string): Promise<string[]> {
  const names = (await folders(store, `reviews/${sourceId}/`)).filter(isReviewId);
  const retired = await retiredReviewsOf(store, sourceId);
  return names.filter((review) => !retired.has(review));
}

/**
 * The source's reviews that were retired: they count as nothing. A record counts only where its review lay in the future when
 * it was written: nobody makes a review of the past vanish by a file.
 */
export async function retiredReviewsOf(store: Store, sourceId: string): Promise<Set<string>> {
  const retired = new Set<string>();
  for await (const name of store.listFolder(`reviews/${sourceId}/${retiredFolder}`)) {
    const review = name.replace(/\.json$/, "");
    if (isReviewId(review) && (await isRetirement(store, sourceId, review))) retired.add(review);
  }
  return retired;
}

async function isRetirement(store: Store, sourceId: string, review: string): Promise<boolean> {
  try {
    const record = await store.getJson<{ at?: unknown }>(retiredReviewKey(sourceId, review));
    const atMs = parseInstant(String(record?.at));
    return atMs !== null && liesAhead(review, atMs);
  } catch (error) {
    if (error instanceof DamagedError) return false;
    throw error;
  }
}

async function folders(store: Store, folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const name of store.listFolder(folder)) if (name.endsWith("/")) names.push(name.slice(0, -1));
  return names.sort();
}

/** Whether a snapshot left a checkpoint that can be its own: whatever else stands there began no review. */
export async function hasBegun(store: Store, sourceId: string, review: string): Promise<boolean> {
  const stored = await store.get(checkpointKey(sourceId, review, "snapshot.json"));
  try {
    const state = stored && (JSON.parse(new TextDecoder().decode(stored.body)) as { startedAt?: unknown } | null);
    const startedMs = parseInstant(String(state?.startedAt));
    return startedMs !== null && startedMs >= instantOfReview(review) - clocksDifferMs;
  } catch {
    return false;
  }
}

/** True or null. One byte is read, as evidence may have megabytes. */
async function isThere(store: Store, key: string): Promise<true | null> {
  return (await store.stream(key, 1)) === null ? null : true;
}

/** As many sweeps as a quarter has days. */
const sweepsAhead = 100;

const readsAtOnce = 16;

/** Does the work for all items, `readsAtOnce` at a time; the results are in the items' order. */
async function inBatches<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += readsAtOnce)
    results.push(...(await Promise.all(items.slice(from, from + readsAtOnce).map(work))));
  return results;
}

async function filtered(reviews: readonly string[], isWanted: (review: string) => Promise<boolean>): Promise<string[]> {
  const wanted = await inBatches(reviews, isWanted);
  return reviews.filter((_, at) => wanted[at]);
}

/** Reads once. A read that failed is not remembered. */
function remembered<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | null = null;
  return () => {
    reading ??= read().catch((error) => {
      reading = null;
      throw error;
    });
    return reading;
  };
}

/** Reads once for each review, and again where there was nothing: the stage itself may have written it since. */
function rememberedByReview<T>(read: (review: string) => Promise<T | null>): (review: string) => Promise<T | null> {
  const found = new Map<string, T>();
  return async (review) => {
    const known = found.get(review);
    if (known !== undefined) return known;
    const value = await read(review);
    if (value !== null) found.set(review, value);
    return value;
  };
}
