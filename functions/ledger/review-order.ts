import { sha256 } from "../basics/hash.ts";
import { isoInstant } from "../basics/time.ts";
import {
  checkpointKey,
  isReviewId,
  kindOfReview,
  liesAhead,
  newReviewId,
  type ReviewKind,
  retiredFolder,
  retiredReviewKey,
  reviewKeys,
  stopsFolder,
} from "../review/keys.ts";
import type { Store } from "../review/ports.ts";
import type { Caller, Reasons } from "../review/proof/act.ts";
import type { Evidence } from "../review/proof/evidence.ts";
import { answer, RefusedRequestError, type RetireReviewAnswer, type Stage } from "../review/stage.ts";
import { underSourceLease } from "./lease.ts";
import { hasBegun, openLedger, openReviewOf, retiredReviewsOf } from "./ledger.ts";

// Reviews follow each other by their ids. Here is which ids may begin a review, and the way out where an id of the future
// was begun all the same: by a wrong year, or by a clock that was ahead.

/** A named review that is not there, was retired, or may not begin: what was asked for is wrong, and nothing was done. */
export class ReviewRefusedError extends RefusedRequestError {
  override readonly name = "ReviewRefusedError";
}

/** A review by its source, and the present. `mayBegin`: the review need not be there yet. `ofRetired`: it may be retired. */
export type NamedReview = {
  sourceId: string;
  review: string;
  nowMs: number;
  mayBegin?: boolean | undefined;
  ofRetired?: boolean | undefined;
};

/** Throws a ReviewRefusedError unless the review is there, or may begin now. */
export async function assertReview(store: Store, named: NamedReview): Promise<void> {
  const { sourceId, review, mayBegin, ofRetired } = named;
  const retired = ofRetired ? null : await readRetired(store, sourceId, review);
  if (retired) {
    throw new ReviewRefusedError(
      `Cannot work on ${sourceId} ${review} as ${retired.by} retired it at ${retired.at} (${retired.reason}): leave the review out to begin one`,
    );
  }
  const isStray = !ofRetired && liesAhead(review, named.nowMs) && !(await isBegun(store, sourceId, review));
  if (!isStray && (await hasReview(store, sourceId, review))) return;
  if (!mayBegin) throw new ReviewRefusedError(await noSuchReview(store, [sourceId], review));
  await assertMayBegin(store, named);
}

/** Whether a review of the future was begun once, by a clock that was ahead: whatever else lies under its name begins none. */
async function isBegun(store: Store, sourceId: string, review: string): Promise<boolean> {
  return (await openLedger(store, sourceId).hasSnapshot(review)) || (await hasBegun(store, sourceId, review));
}

/** Whether the source has anything of the review. */
export async function hasReview(store: Store, source: string, review: string): Promise<boolean> {
  for (const prefix of [reviewKeys(source, review).root, checkpointKey(source, review, "snapshot.json")]) {
    for await (const _ of store.list(prefix)) return true;
  }
  return false;
}

/** What to say where none of the sources has the review: the open reviews are the likely ones. */
export async function noSuchReview(store: Store, sourceIds: readonly string[], review: string): Promise<string> {
  const open: string[] = [];
  for (const sourceId of sourceIds) {
    const id = await openReviewOf(store, sourceId);
    if (id !== null) open.push(`${sourceId} ${id}`);
  }
  const named = sourceIds.length === 1 ? ` of ${sourceIds[0]}` : "";
  return `There is no such review as ${review}${named}: leave the review out to begin one; open: ${open.join(", ") || "none"}`;
}

async function assertMayBegin(store: Store, { sourceId, review, nowMs }: NamedReview): Promise<void> {
  const cannot = `Cannot begin review ${review} of ${sourceId}`;
  if (liesAhead(review, nowMs)) {
    throw new ReviewRefusedError(
      `${cannot} as it lies in the future: the clock says ${isoInstant(nowMs)}, and no later review could begin until then. Leave the review out to name it by the present`,
    );
  }
  const newest = await openLedger(store, sourceId).newestReview(kindOfReview(review));
  if (newest === null || newest < review) return;
  if (liesAhead(newest, nowMs)) throw new ReviewRefusedError(blockedByFuture(sourceId, newest, nowMs));
  throw new ReviewRefusedError(`${cannot} as ${newest} has begun since: reviews follow each other by their ids`);
}

function blockedByFuture(sourceId: string, newest: string, nowMs: number): string {
  return `Cannot begin a review of ${sourceId} as ${newest} lies in the future: the clock says ${isoInstant(nowMs)}. Mend the clock if it is behind; else retire that review: retire-review --source ${sourceId} --review ${newest} --by NAME --reason TEXT`;
}

/** Throws where the source's newest review of this kind lies in the future, so that none could begin until then. */
export async function refuseBehindFuture(
  store: Store,
  sourceId: string,
  { nowMs, kind = "review" }: { nowMs: number; kind?: ReviewKind },
): Promise<void> {
  const newest = await openLedger(store, sourceId).newestReview(kind);
  if (newest !== null && liesAhead(newest, nowMs)) {
    throw new Error(blockedByFuture(sourceId, newest, nowMs));
  }
}

/** `reviews/<source>/retired/<review>.json`: a review of the future that no longer counts, by whom, why and when. */
export type RetiredReview = {
  formatVersion: 1;
  source: string;
  review: string;
  by: string;
  reason: string;
  at: string;
  /** Evidence of an earlier version lacks it. */
  caller?: Caller;
};

/** The records of the source's retired reviews, with their keys. */
export async function retirementsOf(store: Store, sourceId: string): Promise<{ key: string; record: RetiredReview }[]> {
  const retired = [...(await retiredReviewsOf(store, sourceId))].sort();
  const read = async (review: string) => ({
    key: retiredReviewKey(sourceId, review),
    record: await readRetired(store, sourceId, review),
  });
  return (await Promise.all(retired.map(read))).flatMap(({ key, record }) => (record ? [{ key, record }] : []));
}

function readRetired(store: Store, sourceId: string, review: string): Promise<RetiredReview | null> {
  return store.getJson<RetiredReview>(retiredReviewKey(sourceId, review));
}

/**
 * Retires the stage's review, which must lie in the future: it counts neither as the newest nor as an earlier review from then
 * on, and what it has stays where it is. The next evidence of the source lists the record. A review of the present is sealed.
 */
export async function retireReview(stage: Stage, { by, reason }: Reasons): Promise<RetireReviewAnswer> {
  const { store, sourceId, review, clock, invocation } = stage;
  await assertReview(store, { sourceId, review, nowMs: clock.now(), ofRetired: true });
  if (!liesAhead(review, clock.now())) {
    throw new ReviewRefusedError(
      `Cannot retire ${sourceId} ${review} as it does not lie in the future: the clock says ${isoInstant(clock.now())}. Seal it, or go on with it`,
    );
  }
  return await underSourceLease(stage, async () => {
    const record: RetiredReview = {
      formatVersion: 1,
      source: sourceId,
      review,
      by,
      reason,
      at: isoInstant(clock.now()),
      caller: invocation.caller,
    };
    await store.createJson(retiredReviewKey(sourceId, review), record);
    const standing = (await readRetired(store, sourceId, review)) ?? record;
    return answer(stage, "done", { retired: true as const, by: standing.by, reason: standing.reason, at: standing.at });
  });
}

/** What was recorded beside the source's reviews, for evidence: who retired a review, and who stopped the source. Neither where there is none. */
export async function recordsBeside(
  store: Store,
  sourceId: string,
): Promise<Pick<Evidence, "retiredReviews" | "stops">> {
  const retiredReviews = await recordsIn(store, `reviews/${sourceId}/${retiredFolder}`);
  const stops = await recordsIn(store, `reviews/${sourceId}/${stopsFolder}`);
  return { ...(retiredReviews.length > 0 ? { retiredReviews } : {}), ...(stops.length > 0 ? { stops } : {}) };
}

/** The name of the record of a retired review, or of a stop or a resume. What else lies there is nobody's. */
const recordName = /^(?:[0-9T:.-]+Z(?:-[a-z0-9-]+)?|[0-9T.-]+Z-(?:stop|resume))\.json$/;

async function recordsIn(store: Store, folder: string): Promise<{ key: string; sha256: string }[]> {
  const records: { key: string; sha256: string }[] = [];
  for await (const key of store.list(folder)) {
    if (!recordName.test(key.slice(folder.length))) continue;
    const stored = await store.get(key);
    if (stored) records.push({ key, sha256: sha256(stored.body) });
  }
  return records;
}

/** Folders beside those of the reviews whose names are no review's: nothing reads them, and somebody may miss what they hold. */
export async function foreignFolders(store: Store, sourceId: string): Promise<string[]> {
  const foreign: string[] = [];
  for (const root of [`reviews/${sourceId}/`, `checkpoints/${sourceId}/`]) {
    for await (const name of store.listFolder(root)) {
      const isOurs = isReviewId(name.slice(0, -1)) || name === retiredFolder || name === stopsFolder;
      if (name.endsWith("/") && !isOurs) foreign.push(root + name);
    }
  }
  return foreign;
}

/** An invocation's review as its event or command line has it: undefined where it names none. `kind`: of the review meant then. */
export type AskedReview = Omit<NamedReview, "review"> & {
  review: string | undefined;
  kind?: ReviewKind;
  /** Whether a review whose snapshot is incomplete, of which nothing follows, counts as open no more. */
  passesIncomplete?: boolean | undefined;
};

/**
 * The review that an invocation is about: the review it names, else the source's open review of the kind, else a new one named
 * by the present.
 */
export async function resolveReview(store: Store, asked: AskedReview): Promise<string> {
  const { review, sourceId, nowMs, kind = "review" } = asked;
  if (review !== undefined) {
    await assertReview(store, { ...asked, review });
    return review;
  }
  const open = await openReviewOf(store, sourceId, kind);
  if (open !== null && !(asked.passesIncomplete && (await isIncomplete(store, sourceId, open)))) return open;
  await refuseBehindFuture(store, sourceId, { nowMs, kind });
  return newReviewId(await openLedger(store, sourceId).reviews(), nowMs, kind);
}

async function isIncomplete(store: Store, sourceId: string, review: string): Promise<boolean> {
  const snapshot = await store.getJson<{ complete: boolean }>(reviewKeys(sourceId, review).snapshot);
  return snapshot?.complete === false;
}
