import { hashOf } from "../../basics/hash.ts";
import { isoInstant } from "../../basics/time.ts";
import { type Checkpoint, CheckpointError } from "../../ledger/checkpoint.ts";
import { snapshotInOrder } from "../../ledger/clock-order.ts";
import { loadSnapshot } from "../../ledger/grants.ts";
import { atProvider, type Lease, underSourceLease } from "../../ledger/lease.ts";
import { type AtWork, hasLostProgress, type Ledger, withLedger } from "../../ledger/ledger.ts";
import { type SealedEarlier, sealOrLeave } from "../../ledger/sealing.ts";
import { type Check, isSameOrigin, type Origin, type Snapshot } from "../../review/grants/snapshot.ts";
import { checkpointKey, instantOfReview, isSweep, kindOfReview } from "../../review/keys.ts";
import {
  type Listing,
  type ListingChange,
  type ListingPlan,
  type Page,
  type Reader,
  type Sample,
  UnsettledListingError,
} from "../../review/ports.ts";
import { rolesAcross } from "../../review/rules/conflicts.ts";
import {
  answer,
  type LeftOpen,
  RefusedRequestError,
  type SnapshotAnswer,
  type Stage,
  unlessCutShort,
} from "../../review/stage.ts";
import { readListings } from "./read-listings.ts";
import { readResponsible } from "./read-responsible.ts";
import {
  newSnapshotState,
  openSnapshotState,
  type SnapshotState,
  sampleOf,
  sampleWith,
  snapshotStateFaults,
} from "./snapshot-state.ts";
import { changedFiles, openSpool, readKeptRoles, type Spool, storeRoles } from "./spool.ts";
import { beginSweep, forSweep, proveSweep } from "./sweep.ts";
import { listVanished, withVanished } from "./vanished.ts";
import { writeSnapshot } from "./write-snapshot.ts";

// The snapshot stage, from its checkpoint to its manifest. Above 300 lines, as each step goes on from the state of the one before.

/** Reads every role and grant of one source, proves that nothing is missing, and writes `grants/` and `snapshot.json`. */
export async function takeSnapshot(stage: Stage): Promise<SnapshotAnswer> {
  const existing = await standingSnapshot(stage);
  if (existing) return snapshotAnswer(stage, existing);
  const { ledger } = withLedger(stage);
  await refuseOutOfTurn(stage, ledger);
  const begun = await openSnapshotState(stage);
  const left: LeftOpen[] = [];
  if (begun.value && (await faultsOf(stage, ledger, begun)).length === 0) {
    await snapshotInOrder(stage, { beganAt: begun.value.startedAt });
  } else if (begun.value === null) {
    const earlier = await unlessCutShort(
      () => sealOpenReviews(stage, ledger),
      () => null,
    );
    if (!earlier?.isThrough) return answer(stage, "continue", progressOf(null));
    for (const { review, why } of earlier.leftOpen) left.push({ review, why });
  }
  const named = left.length > 0 ? { leftOpen: left } : {};
  return await underSourceLease(stage, async (sourceLease) => {
    // Another invocation may have ended or continued the snapshot until it gave the lease back.
    const ended = await standingSnapshot(stage);
    if (ended) return snapshotAnswer(stage, ended);
    // Opened anew under the lease: another invocation may have begun and sealed a review meanwhile.
    const atWork = withLedger(stage);
    const checkpoint = await openSnapshotState(stage);
    await refuseUnfit(atWork, checkpoint, sourceLease);
    const isReadBefore = checkpoint.value?.takenAt != null;
    const read = (): Promise<boolean> => readAndProve(atWork, checkpoint, sourceLease);
    if (!isReadBefore && !(await unlessCutShort(read, () => false))) {
      return answer(stage, "continue", { ...progressOf(checkpoint.value), ...named });
    }
    await refuseChangedFiles(stage, checkpoint);
    return { ...snapshotAnswer(stage, await writeSnapshot(atWork, checkpoint.value!)), ...named };
  });
}

/** A clock that is behind is waited for so long (clock-order.ts). */
const waitedMs = 60_000;

async function faultsOf(
  { sourceId, review, clock }: Stage,
  ledger: Ledger,
  { value, isUnreadable }: Checkpoint<SnapshotState>,
): Promise<string[]> {
  if (value === null) return isUnreadable ? ["cannot be read"] : [];
  const previous = isObject(value.origin) ? await ledger.snapshotBefore(review, value.origin) : null;
  return snapshotStateFaults(value, {
    reviewMs: instantOfReview(review),
    nowMs: clock.now() + waitedMs,
    previousReview: previous?.review ?? null,
    spool: checkpointKey(sourceId, review, "spool/"),
  });
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Sets a checkpoint aside that says what cannot be, or whose source is another one by now. Called under the source's lease. */
async function refuseUnfit(stage: AtWork, checkpoint: Checkpoint<SnapshotState>, { goOn }: Lease): Promise<void> {
  const faults = await faultsOf(stage, stage.ledger, checkpoint);
  if (faults.length === 0 && checkpoint.value !== null) {
    const source = await stage.openReader(goOn);
    if (!isSameOrigin(source.origin, checkpoint.value.origin)) faults.push("was read from another host or app");
    await source.close();
  }
  if (faults.length > 0) await setAside(stage, checkpoint, faults);
}

/** What was read is compared with the hashes in the names of its files, before it becomes a snapshot. */
async function refuseChangedFiles(stage: Stage, checkpoint: Checkpoint<SnapshotState>): Promise<void> {
  const changed = await changedFiles(stage, checkpoint.value!);
  if (changed.length > 0) await setAside(stage, checkpoint, [`names ${changed.join(", ")}, changed or gone since`]);
}

/** Nothing is bricked: the next invocation finds no checkpoint, and begins anew. */
async function setAside(stage: Stage, checkpoint: Checkpoint<SnapshotState>, faults: string[]): Promise<never> {
  const { store, sourceId, review } = stage;
  await checkpoint.discard();
  const place = store.locate(checkpointKey(sourceId, review, "snapshot.json"));
  const wayOut = (await hasLostProgress(stage))
    ? "leave the review out, and `snapshot` begins a new one, as parts of this one were written for good"
    : "run `snapshot` again, which begins anew";
  throw new CheckpointError(
    `Cannot go on with the snapshot of ${sourceId} ${review} as ${place} ${faults.join("; it ")}. It was set aside: ${wayOut}. Look who can write below checkpoints/`,
  );
}

async function standingSnapshot(stage: Stage): Promise<Snapshot | null> {
  return (await loadSnapshot(stage))?.snapshot ?? null;
}

/** A review is compared with the review before it, and continues its notices: none may begin out of turn. */
async function refuseOutOfTurn({ sourceId, review }: Stage, ledger: Ledger): Promise<void> {
  const newest = await ledger.newestReview(kindOfReview(review));
  if (newest === null || newest <= review) return;
  throw new Error(
    `Cannot begin or go on with review ${review} of ${sourceId} as ${newest} has begun since: reviews follow each other by their ids`,
  );
}

/**
 * A source has one open review at most; the notices that an earlier one gave run on in this one. A sweep seals an open earlier
 * sweep, and never an open review.
 */
async function sealOpenReviews(stage: Stage, ledger: Ledger): Promise<SealedEarlier> {
  const open = await ledger.openReviews(kindOfReview(stage.review), Boolean(stage.sealReview));
  if (open.length === 0) return { isThrough: true, sealed: 0, leftOpen: [] };
  if (!stage.sealReview) {
    throw new Error(
      `Cannot begin review ${stage.review} of ${stage.sourceId} as ${open[0]!} is open: seal that one first`,
    );
  }
  return await sealOrLeave(stage, open, stage.sealReview);
}

function snapshotAnswer(stage: Stage, { complete, population, checks }: Snapshot): SnapshotAnswer {
  return answer(stage, complete ? "done" : "incomplete", {
    ...population,
    ...(complete ? {} : { failedChecks: checks.filter(({ passed }) => !passed) }),
  });
}

function progressOf(state: SnapshotState | null): { pages: number; grants: number } {
  return {
    pages: state?.pages ?? 0,
    grants: state?.grants ?? 0,
  };
}

/** True once everything is read and proved; false where the deadline came first. */
function readAndProve(stage: AtWork, checkpoint: Checkpoint<SnapshotState>, sourceLease: Lease): Promise<boolean> {
  return atProvider({ stage, open: stage.openReader, sourceLease }, async ({ source, lease }) => {
    const state = checkpoint.value ?? (await beginSnapshot(stage, source));
    const spool = openSpool({ stage, source, checkpoint, lease }, state);
    if (checkpoint.value === null) {
      spool.note("begun", state.open.length);
      await spool.flush();
    }
    const reading: SnapshotReading = { state, spool, ahead: null };
    try {
      if (state.takenAt !== null) return await spool.flush().then(() => true);
      if (!(await readGrants(stage, source, reading)) || !(await readResponsible(stage, source, reading))) return false;
      return await proveSnapshot(stage, source, reading);
    } catch (error) {
      return await endUnsettled(stage, error, reading);
    } finally {
      // No call to the provider may still be under way once the lease is given back.
      await reading.ahead?.checks.catch(() => {});
    }
  });
}

async function beginSnapshot(stage: AtWork, source: Reader): Promise<SnapshotState> {
  const startedAt = isoInstant(stage.clock.now());
  const previous = await stage.ledger.snapshotBefore(stage.review, source.origin);
  if (previous === null && isSweep(stage.review)) {
    throw new RefusedRequestError(
      `Cannot sweep ${stage.sourceId} as no review of it is complete: a sweep looks for what changed since a review, so run review first`,
    );
  }
  stage.progress({ stage: "snapshot", counts: { pages: 0 } });
  const sweep = previous && isSweep(stage.review) && source.planSweep ? await beginSweep(stage, previous) : null;
  const roles = source.readRoles();
  const { rolesKey, plan, unsettled } = await Promise.all([
    roles.then((listed) => storeRoles(stage, listed)),
    sweep && source.planSweep ? source.planSweep(sweep) : source.planListings(roles),
  ]).then(
    ([key, planned]) => ({ rolesKey: key, plan: planned, unsettled: null }),
    (error) => beginUnsettled(stage, error),
  );
  const { listings: ofGrants, ...listing } = plan;
  // Whoever says who people are lists everybody, beside those who hold something.
  const isAuthority = stage.authority?.source === stage.sourceId && unsettled === null && !isSweep(stage.review);
  const ofPeople = isAuthority ? ((await source.people?.listPeople()) ?? []) : [];
  const listings = [...ofGrants, ...ofPeople];
  const conflictRoles = rolesAcross(stage.sourceId, stage.policy);
  const state = newSnapshotState({
    startedAt,
    origin: { ...source.origin, ...(await tenantOf(stage, source)) },
    previousReview: previous?.review ?? null,
    previousGrants: previous?.population.grants ?? null,
    rolesKey,
    listing,
    // Between reviews nobody is asked to decide.
    reviewers: isSweep(stage.review) ? null : (stage.reviewers ?? null),
    ...(sweep ? { sweep } : {}),
    ...(source.holderFields ? { holderFields: [...source.holderFields] } : {}),
    ...(isAuthority ? { peopleRuns: [] } : {}),
    ...(conflictRoles.length > 0 ? { conflictRoles } : {}),
    open: listings.map((each) => ({ listing: each, token: null })),
  });
  if (unsettled !== null) noteUnsettled(stage, state, unsettled);
  return state;
}

/** The tenant that the source is read from, where people sign in at the desk under one. What the app may not know is not told: `check` names it. */
async function tenantOf({ signInTenant }: Stage, source: Reader): Promise<Pick<Origin, "tenant">> {
  const { tenant = null } = (signInTenant && (await source.readTenant?.())) || {};
  return tenant === null ? {} : { tenant };
}

/** Where the role list does not settle there are no roles, and no listings: nothing is read of what could be removed. */
async function beginUnsettled(
  stage: AtWork,
  error: unknown,
): Promise<{ rolesKey: string; plan: ListingPlan; unsettled: UnsettledListingError }> {
  if (!(error instanceof UnsettledListingError)) throw error;
  const plan = { way: "none", why: "no listing was begun, as the role list does not settle", listings: [] };
  return { rolesKey: await storeRoles(stage, []), plan, unsettled: error };
}

/** A listing that does not settle is a proof that failed, and no failed read: the snapshot is incomplete. Any other error is thrown. */
async function endUnsettled(stage: AtWork, error: unknown, { state, spool }: SnapshotReading): Promise<true> {
  if (!(error instanceof UnsettledListingError)) throw error;
  noteUnsettled(stage, state, error);
  await spool.flush();
  return true;
}

function noteUnsettled(stage: AtWork, state: SnapshotState, { message }: UnsettledListingError): void {
  state.checks = [{ name: "listings-settled", passed: false, detail: message }];
  state.takenAt = isoInstant(stage.clock.now());
}

/** `ahead`: the proofs that were begun when the last page had come, and the sample that they compare. */
type SnapshotReading = {
  state: SnapshotState;
  spool: Spool;
  ahead: { sample: Sample; checks: Promise<Check[]> } | null;
};

async function readGrants(stage: AtWork, source: Reader, reading: SnapshotReading): Promise<boolean> {
  const { state } = reading;
  for (let change = await readUntilChange(stage, source, reading); change !== null; ) {
    changeListings(reading, change);
    change = await readUntilChange(stage, source, reading);
  }
  if (state.open.length > 0) return false;
  if (state.vanished || state.sweep) return true;
  state.vanished = { asked: 0, found: 0, holders: 0 };
  openListings(reading, await listVanished(stage, source, state));
  return await readGrants(stage, source, reading);
}

/**
 * Reads all open listings to their end, or until the source knows a cheaper strategy: then the pages under way are still
 * read.
 */
async function readUntilChange(stage: AtWork, source: Reader, reading: SnapshotReading): Promise<ListingChange | null> {
  const { state, spool } = reading;
  const { open } = state;
  let change: ListingChange | null = null;
  const shouldStop = (): boolean => change !== null || stage.shouldStop();
  const onLastPage = (pages: Page[]): void => {
    if (state.sweep) return;
    const sample = sampleWith(stage, state, pages);
    const before = reading.ahead;
    if (before && hashOf(before.sample) === hashOf(sample)) return;
    const checks = Promise.allSettled([before?.checks]).then(() => source.prove(sample));
    checks.catch(() => {}); // thrown where the proofs are needed
    reading.ahead = { sample, checks };
  };
  try {
    const listed = state.sweep ? forSweep(source) : withVanished(source);
    for await (const page of readListings(listed, { open, shouldStop, onLastPage })) {
      await spool.add(page);
      // Once the last page has come, no other strategy saves a call.
      if (reading.ahead === null) change ??= source.changeListings?.() ?? null;
      stage.progress({
        stage: "snapshot",
        counts: { pages: state.pages, holders: spool.holders(), grants: state.grants },
        ...shareOf(state),
      });
    }
  } finally {
    await spool.flush();
  }
  return change;
}

/** What was read stays: a grant that both strategies show is merged, as grants are that two listings show. */
function changeListings(reading: SnapshotReading, { way, why, because, listings, keeps }: ListingChange): void {
  const { state, spool } = reading;
  const kept = state.open.filter(({ listing }) => keeps(listing));
  const dropped = state.open.length - kept.length;
  spool.note("ended", dropped);
  state.listings -= dropped;
  state.open = kept;
  openListings(reading, listings);
  state.listing = { way, why, ...(because ? { because } : {}) };
}

function openListings({ state, spool }: SnapshotReading, listings: Listing[]): void {
  spool.note("begun", listings.length);
  state.listings += listings.length;
  state.open.push(...listings.map((listing) => ({ listing, token: null })));
}

/** How far the listings are: by the previous snapshot's size, else by the number of listings that have ended. */
function shareOf({ grants, previousGrants, listings, open }: SnapshotState): { share?: number } {
  if (previousGrants) return { share: Math.min(0.99, grants / previousGrants) };
  return listings > 3 ? { share: Math.min(0.99, (listings - open.length) / listings) } : {};
}

/** Reads the role list once more: a role that grants name and the list lacks may have been made after the list was read. */
async function readNewRoles(stage: AtWork, source: Reader, state: SnapshotState): Promise<void> {
  const missing = new Set(state.unknownRoles);
  const made = (await source.readRoles()).filter(({ id }) => missing.has(id));
  if (made.length === 0) return;
  state.rolesKey = await storeRoles(stage, [...(await readKeptRoles(stage, state)), ...made]);
  for (const { id } of made) missing.delete(id);
  state.unknownRoles = [...missing];
}

/** Proofs compare who holds what, and need not wait for the facts of the last holders: proofs begun ahead count where their sample is the same. */
async function proveSnapshot(
  stage: AtWork,
  source: Reader,
  { state, spool, ahead }: SnapshotReading,
): Promise<boolean> {
  stage.progress({ stage: "prove", counts: { pages: state.pages, holders: spool.holders(), grants: state.grants } });
  const sample = sampleOf(state);
  const isProven = ahead !== null && hashOf(ahead.sample) === hashOf(sample);
  if (state.sweep) state.checks = await proveSweep(source, state.sweep);
  else state.checks = await (isProven ? ahead.checks : source.prove(sample));
  if (state.unknownRoles.length > 0) await readNewRoles(stage, source, state);
  state.takenAt = isoInstant(stage.clock.now());
  await spool.flush();
  return true;
}
