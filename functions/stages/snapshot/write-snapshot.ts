import { joinSorted, mergeNeighbours, mergeSorted } from "../../basics/sorted.ts";
import { openLateEntries } from "../../facts/leaver-past.ts";
import { grantBatchesOf, loadSnapshot, openSnapshotArtefacts } from "../../ledger/grants.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import { type ReviewOutcomes, readOutcomesOf } from "../../ledger/receipts.ts";
import type { Grant, Narrowed, Role, RoleLine } from "../../review/grants/grant.ts";
import {
  grantedSince,
  mergeEntries,
  namedAs,
  normalizeScopes,
  sameScopes,
  seenHash,
} from "../../review/grants/grant-comparison.ts";
import type { ReadLine, Snapshot } from "../../review/grants/snapshot.ts";
import { isSweep } from "../../review/keys.ts";
import { mergeSamePerson, type PersonEntry, type PersonLine } from "../../review/people/person.ts";
import { notRemovedBy, type Outcome, sayNotRemoved } from "../../review/proof/receipt.ts";
import { ruleReads } from "../../review/rules/policy.ts";
import { type ConflictGrants, openConflictGrants } from "./conflict-grants.ts";
import { countGrant, countPerson, openTally, snapshotChecks, type Tally } from "./snapshot-checks.ts";
import type { SnapshotState } from "./snapshot-state.ts";
import { listingsShown, readKeptRoles, type SpooledGrant } from "./spool.ts";
import { isSweptHolder } from "./sweep.ts";

// What was read becomes objects. Above 300 lines, as all of them are written in one pass over the merged runs.

const partGrants = 5_000;
const partsAtOnce = 2;
/** Inflated at a time, over all runs together: memory holds a piece of each, and every piece is a call to another thread. */
const mergedBytes = 1024 * 1024;

/**
 * Merges the sorted runs into `grants/part-*.jsonl.gz`, joined with the previous snapshot, and writes the manifest last.
 * Calls no provider, and writes the same bytes however often an invocation begins anew.
 */
export async function writeSnapshot(stage: AtWork, state: SnapshotState): Promise<Snapshot> {
  const artefacts = openSnapshotArtefacts(stage);
  const roles = await readKeptRoles(stage, state);
  const previous = await previousOf(stage, state);
  const tally = openTally();
  // A sweep keeps the grants of holders whose status changed, whatever had to be read for it.
  const kept = isSweep(stage.review) ? openTally() : tally;
  const listed = new Map(roles.map((role) => [role.id, role]));
  const aside = openConflictGrants(stage, state);
  const parts = await writeParts(stage, state, { previous, tally, kept, listed, aside }).catch(aside.abandon);
  const conflictGrants = await aside.end();
  const keptRoles = roles.filter(({ id }) => kept === tally || kept.holdersByRole.has(id));
  // A sweep's roles stand with its grants, and how many hold each the previous review has counted.
  if (kept === tally) await artefacts.roles(keptRoles.map((role) => withHolders(role, kept)));
  await artefacts.reads(await joinReads(stage, state));
  const responsible = await writeResponsible(stage, state);
  const people = await writePeople(stage, state, { previous, tally });
  const shown = await listingsShown(stage, state);
  const checks = snapshotChecks({
    stage,
    state,
    tally,
    roles,
    previous,
    shown,
    asksForPerson: ruleReads(stage.policy.rules, "person"),
  });
  const snapshot: Snapshot = {
    formatVersion: 1,
    source: stage.sourceId,
    provider: stage.provider,
    origin: state.origin,
    review: stage.review,
    ...(isSweep(stage.review) ? { kind: "sweep" as const } : {}),
    ...(state.sweep ? { sweep: { period: state.sweep.period, asked: state.sweep.asked } } : {}),
    startedAt: state.startedAt,
    takenAt: state.takenAt!,
    toolVersion: stage.toolVersion,
    listing: state.listing,
    complete: checks.every(({ passed }) => passed),
    population: { grants: kept.grants, holders: kept.holders.size, roles: keptRoles.length },
    parts,
    ...(responsible ? { responsible } : {}),
    ...(people ? { people } : {}),
    ...(conflictGrants ? { conflictGrants } : {}),
    reads: [...state.readTotals].sort((a, b) => (a.call < b.call ? -1 : 1)),
    checks,
  };
  const written = isSweep(stage.review) ? briefOf(snapshot) : snapshot;
  await artefacts.manifest(written);
  return written;
}

/**
 * A sweep is written every day: what passed, and how it was read, is said by code and figures, which every sentence is made from;
 * reads.jsonl.gz has the time of each read.
 */
function briefOf(snapshot: Snapshot): Snapshot {
  const { listing, reads, checks } = snapshot;
  return {
    ...snapshot,
    listing: listing.because ? { ...listing, why: "" } : listing,
    reads: reads.map(({ call, calls, items, retries }) => ({ call, calls, items, retries })),
    checks: checks.map((check) => (check.passed && check.because ? { ...check, detail: "" } : check)),
  };
}

async function previousOf(stage: AtWork, { previousReview }: SnapshotState): Promise<Snapshot | null> {
  if (!previousReview) return null;
  return (await loadSnapshot({ ...stage, review: previousReview }))?.snapshot ?? null;
}

function withHolders(role: Role, tally: Tally): RoleLine {
  const { all = 0, active = 0 } = tally.holdersByRole.get(role.id) ?? {};
  return { ...role, holders: all, activeHolders: active };
}

/** Writes who is responsible, where reviewers are configured. */
async function writeResponsible(stage: AtWork, state: SnapshotState): Promise<Snapshot["responsible"] | null> {
  const from = state.responsible?.key;
  if (!from) return null;
  const kept = await stage.store.get(from);
  if (!kept)
    throw new Error(`Cannot write who is responsible as ${stage.store.locate(from)} is gone: start a new review`);
  return await openSnapshotArtefacts(stage).responsible(kept.body);
}

/** Writes who works here or has left, sorted by id, with when each was last seen in another department. */
async function writePeople(
  stage: AtWork,
  state: SnapshotState,
  { previous, tally }: Pick<Joining, "previous" | "tally">,
): Promise<Snapshot["people"] | null> {
  if (!state.peopleRuns) return null;
  const keyOf = ({ id }: PersonEntry): string => id;
  const runs = state.peopleRuns.map((key) => readRun<PersonEntry>(stage, key, mergedBytes));
  const now = mergeNeighbours(mergeSorted(runs, keyOf), keyOf, mergeSamePerson);
  const before = previous?.people
    ? readRun<PersonLine>(stage, previous.people.key, mergedBytes, previous.people.sha256)
    : [];
  const lines = async function* (): AsyncGenerator<PersonLine> {
    for await (const pairs of joinSorted({ stream: now, keyOf }, { stream: before, keyOf })) {
      for (const [entry, then] of pairs) {
        if (!entry) continue;
        countPerson(tally, entry);
        yield { ...entry, movedAt: movedAtOf(entry, then, previous) };
      }
    }
  };
  const written = await openSnapshotArtefacts(stage).people(lines());
  return { ...written, people: tally.listedPeople.all };
}

/** Whoever was in another department when the previous snapshot was taken moved after that. */
function movedAtOf({ departmentId }: PersonEntry, then: PersonLine | null, previous: Snapshot | null): string | null {
  const hasMoved = then?.departmentId && departmentId !== null && then.departmentId !== departmentId;
  return hasMoved ? previous!.takenAt : (then?.movedAt ?? null);
}

async function joinReads(stage: AtWork, state: SnapshotState): Promise<Uint8Array> {
  // A sweep is written every day, and mostly reads some ten pages: packed together they are an eighth smaller.
  if (isSweep(stage.review)) return await packTogether(stage, state.readRuns);
  const members: Uint8Array[] = [];
  for (const key of state.readRuns) {
    const run = await stage.store.get(key);
    if (!run)
      throw new Error(`Cannot write the list of reads as ${stage.store.locate(key)} is gone: start a new review`);
    members.push(run.body);
  }
  return members.length > 0 ? Buffer.concat(members) : await stage.store.packLines([]);
}

async function packTogether(stage: AtWork, runs: readonly string[]): Promise<Uint8Array> {
  const reads: ReadLine[] = [];
  for (const key of runs) for await (const lines of readRun<ReadLine>(stage, key, mergedBytes)) reads.push(...lines);
  return await stage.store.packLines(reads);
}

type Part = Snapshot["parts"][number];

/**
 * `tally` counts all that was read, `kept` what the snapshot keeps: the same, but for sweeps. `listed`: the role list. A role that
 * was renamed while pages were read has one name in the snapshot, the list's. `aside`: takes what the snapshot keeps.
 */
type Joining = {
  previous: Snapshot | null;
  tally: Tally;
  kept: Tally;
  listed: ReadonlyMap<string, Role>;
  aside: ConflictGrants;
};

/**
 * Packs and writes the grants as they are merged: memory holds a few lines of a part. While one part is on its way to the
 * store, the next is merged.
 */
async function writeParts(stage: AtWork, state: SnapshotState, joining: Joining): Promise<Snapshot["parts"]> {
  const artefacts = openSnapshotArtefacts(stage);
  const parts: Promise<Part>[] = [];
  const merged = keptGrants(stage, state, joining);
  let next = await merged.next();
  const startPart = (): { taken: Promise<void>; written: Promise<Part> } => {
    const { promise: taken, resolve } = Promise.withResolvers<void>();
    let grants = 0;
    const lines = async function* (): AsyncGenerator<Grant> {
      for (; !next.done && grants < partGrants; next = await merged.next()) {
        grants++;
        yield next.value;
      }
      resolve();
    };
    const written = artefacts.part(parts.length, lines()).then((part) => ({ ...part, grants }));
    written.catch(() => {}); // thrown below, in its turn
    return { taken, written };
  };
  try {
    while (!next.done) {
      const { taken, written } = startPart();
      parts.push(written);
      // A part that fails before all its lines are taken ends the snapshot: the next part would begin at the wrong grant.
      await Promise.race([taken, written]);
      await parts.at(-partsAtOnce);
    }
    return await Promise.all(parts);
  } finally {
    await Promise.allSettled(parts);
  }
}

async function* keptGrants(stage: AtWork, state: SnapshotState, joining: Joining): AsyncGenerator<Grant> {
  const { tally, kept, aside } = joining;
  // Whoever works here by this source may have left by the source that says who people are.
  const keepsEverybody = ruleReads(stage.policy.rules, "person");
  for await (const grant of mergedGrants(stage, state, joining)) {
    countGrant(stage, tally, grant);
    if (kept !== tally) {
      if (!keepsEverybody && !isSweptHolder(grant.holder)) continue;
      // A canary is read as a proof, and never removed: it is no news of any day.
      if (isCanary(stage, grant)) continue;
      countGrant(stage, kept, grant);
    }
    const catchingUp = aside.take(grant);
    if (catchingUp) await catchingUp;
    yield grant;
  }
}

function isCanary({ policy }: AtWork, { holder, role }: Grant): boolean {
  const isOf = (named: string): boolean => named === role.id || named === role.code;
  return policy.guard.canaries.some((canary) => canary.holder === holder.id && isOf(canary.role));
}

async function* mergedGrants(
  stage: AtWork,
  state: SnapshotState,
  { previous, tally, listed }: Joining,
): AsyncGenerator<Grant> {
  const idOf = ({ id }: { id: string }): string => id;
  const pieceBytes = Math.floor(mergedBytes / state.runs.length);
  const runs = state.runs.map((key) => counted(readRun(stage, key, pieceBytes), tally));
  const read = mergeNeighbours(mergeSorted(runs, idOf), idOf, mergeSpooled);
  const before = previous ? grantBatchesOf(stage.store, previous) : [];
  const reviews = previous ? await stage.ledger.reviewAndSweeps(previous.review, stage.review) : [];
  const since = await readOutcomesOf(stage, reviews);
  const known = { since, isSweep: isSweep(stage.review) };
  const withLateEntry = openLateEntries(stage, { previous, reviews });
  for await (const pairs of joinSorted({ stream: read, keyOf: idOf }, { stream: before, keyOf: idOf })) {
    for (const [now, then] of pairs) {
      if (now) yield await withLateEntry(withHistory(asGrant(stage, state, now, listed), then, known), then);
    }
  }
}

/** What lies in the spool is counted before grants that came twice are merged: pages are counted so too. */
async function* counted(run: AsyncIterable<SpooledGrant[]>, tally: Tally): AsyncGenerator<SpooledGrant[]> {
  for await (const grants of run) {
    tally.spooled += grants.length;
    yield grants;
  }
}

async function* readRun<Line = SpooledGrant>(
  { store }: AtWork,
  key: string,
  pieceBytes: number,
  sha256?: string,
): AsyncGenerator<Line[]> {
  for await (const lines of store.readStoredLines<Line>(key, sha256, pieceBytes)) yield lines.parseAll();
}

function mergeSpooled(a: SpooledGrant, b: SpooledGrant): SpooledGrant {
  return {
    ...a,
    entry: mergeEntries(a.entry, b.entry),
    holder: a.holder.status === "unknown" ? b.holder : a.holder,
  };
}

function asGrant(
  stage: AtWork,
  state: SnapshotState,
  { id, entry, holder }: SpooledGrant,
  listed: Joining["listed"],
): Grant {
  const role = listed.get(entry.role.id);
  return {
    id,
    source: stage.sourceId,
    provider: stage.provider,
    holder,
    role: role ? namedAs(entry.role, role) : entry.role,
    scopes: normalizeScopes(entry.scopes),
    removable: entry.removable,
    unremovableReason: entry.unremovableReason,
    restorable: entry.restorable,
    grantedAt: entry.grantedAt,
    firstSeenAt: state.takenAt!,
  };
}

type Tried = { since: readonly ReviewOutcomes[]; isSweep: boolean };

/**
 * Adds what was known before: since when the grant is seen, and whether its removal failed. A review looks at the previous
 * review and the last sweep, a sweep at whichever came before it alone: what is refused day after day is tried every second day.
 */
function withHistory(grant: Grant, then: Grant | null, { since, isSweep: isOfSweep }: Tried): Grant {
  if (!then) return grant;
  const wasRemoved = since.some(({ outcomes }) => isRemoval(outcomes.get(grant.id)));
  const named = isOfSweep && sameScopes(then.scopes, grant.scopes) ? { ...grant, scopes: then.scopes } : grant;
  const narrowed = narrowedBefore(grant, then, since);
  // A clock that was ahead may have dated the snapshot before. Both are texts of isoInstant, which sort as time does.
  const firstSeenAt = then.firstSeenAt < grant.firstSeenAt ? then.firstSeenAt : grant.firstSeenAt;
  const seen = wasRemoved ? named : { ...named, firstSeenAt, ...(narrowed ? { narrowed } : {}) };
  // Names are part of what was seen, and judge nothing: objects with other names now are the same objects.
  const now = sameScopes(then.scopes, grant.scopes) ? { ...grant, scopes: then.scopes } : grant;
  const tried = since.length > 1 && !isOfSweep ? [since.at(-1)!, since[0]!] : since.slice(-1);
  const last = tried.find(({ outcomes }) => outcomes.has(grant.id));
  const notRemoved = last ? notRemovedBy(last.outcomes.get(grant.id)!, last.review) : null;
  if (!notRemoved || seenHash(then) !== seenHash(now) || !grant.removable) return seen;
  const { detail } = sayNotRemoved(notRemoved, grant.holder.status);
  return { ...seen, removable: false, unremovableReason: detail, notRemoved };
}

function isRemoval(outcome: Outcome | undefined): boolean {
  return outcome?.outcome === "revoked" || outcome?.outcome === "already-gone";
}

/** The narrowing of ours that has moved the date of a grant, where the date is still that of this narrowing. */
function narrowedBefore({ id, grantedAt }: Grant, then: Grant, since: readonly ReviewOutcomes[]): Narrowed | null {
  const isDateOf = ({ outcomes }: ReviewOutcomes): boolean => {
    const outcome = outcomes.get(id);
    return outcome?.outcome === "narrowed" && outcome.left?.grantedAt === grantedAt;
  };
  const by = since.findLast(isDateOf);
  if (by) return { review: by.review, grantedAt: grantedSince(then) };
  return then.narrowed && then.grantedAt === grantedAt ? then.narrowed : null;
}
