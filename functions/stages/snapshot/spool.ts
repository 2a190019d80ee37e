import { sha256, sha256Of } from "../../basics/hash.ts";
import { openIdSet } from "../../basics/id-set.ts";
import { type Checkpoint, overwrite } from "../../ledger/checkpoint.ts";
import type { Lease } from "../../ledger/lease.ts";
import type { GrantEntry, Role } from "../../review/grants/grant.ts";
import { grantId } from "../../review/grants/grant-comparison.ts";
import type { ReadLine, ShownLine } from "../../review/grants/snapshot.ts";
import type { Page, Reader } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";
import type { ReadGrant, ReadPage } from "./read-listings.ts";
import {
  addCounts,
  countVanished,
  isOfVanished,
  noteSwept,
  type SnapshotState,
  sampleGrant,
  spoolHash,
  spoolKey,
  spoolKeysOf,
} from "./snapshot-state.ts";

/** A read grant under its id, as the spool keeps it. */
export type SpooledGrant = ReadGrant & { id: string };

/** Keeps what was read outside memory, as sorted runs with a checkpoint after each. */
export type Spool = {
  add(page: ReadPage): Promise<void>;
  /** Counts listings that were begun, or are over, without a page that says so. */
  note(of: "begun" | "ended", listings: number): void;
  /** Makes everything added so far durable. */
  flush(): Promise<void>;
  /** Distinct holders since this invocation began. */
  holders(): number;
};

/** Small enough that sorting a run does not keep answers waiting. */
const runGrants = 5_000;
const flushAfterMs = 15_000;

type Context = { stage: Stage; source: Reader; checkpoint: Checkpoint<SnapshotState>; lease: Lease };

export function openSpool({ stage, source, checkpoint, lease }: Context, state: SnapshotState): Spool {
  const { clock } = stage;
  const knownRoles = readRoleIds(stage, state);
  knownRoles.catch(() => {}); // thrown where a page is added
  const unkeptReads: ReadLine[] = [];
  let unkept = { grants: 0, begun: 0, ended: 0 };
  const holderIds = openIdSet();
  let run: SpooledGrant[] = [];
  let people: NonNullable<Page["people"]> = [];
  let flushedAt = clock.now();

  // A run is forgotten only once it is written: a write that fails must not lose pages that the state already counts.
  const keepGrants = async (): Promise<void> => {
    if (run.length === 0) return;
    run.sort((a, b) => (a.id < b.id ? -1 : 1));
    state.runs.push(await keepRun(stage, `run-${numbered(state.runs)}`, run));
    run = [];
  };

  const keepPeople = async (): Promise<void> => {
    if (people.length === 0) return;
    people.sort((a, b) => (a.id < b.id ? -1 : 1));
    state.peopleRuns ??= [];
    state.peopleRuns.push(await keepRun(stage, `people-${numbered(state.peopleRuns)}`, people));
    people = [];
  };

  const keepNotes = (): void => {
    for (const note of source.takeNotes?.() ?? []) {
      state.notes ??= [];
      if (!state.notes.some(({ about }) => about === note.about)) state.notes.push(note);
    }
  };

  const keepReads = async (): Promise<void> => {
    unkeptReads.push(...source.takeReads());
    const shown: ShownLine = Object.fromEntries(Object.entries(unkept).filter(([, count]) => count > 0));
    if (unkeptReads.length === 0 && Object.keys(shown).length === 0) return;
    // The last read says it; a line of its own where the reads of these pages were kept before the pages were.
    const lines = [...unkeptReads.slice(0, -1), { ...unkeptReads.at(-1), ...shown }];
    // "kept": the snapshot joins these very bytes.
    state.readRuns.push(await keepRun(stage, `reads-${numbered(state.readRuns)}`, lines, "kept"));
    unkept = { grants: 0, begun: 0, ended: 0 };
    addTotals(state, unkeptReads.splice(0));
  };

  const flush = async (): Promise<void> => {
    await lease.check();
    await keepGrants();
    await keepPeople();
    await keepReads();
    keepNotes();
    await checkpoint.save(state);
    flushedAt = clock.now();
  };

  const add = async ({ listing, page, grants, asked }: ReadPage): Promise<void> => {
    const roles = await knownRoles;
    for (const grant of grants) {
      // The id comes first, so that it can be read without parsing the line.
      run.push({ id: grantId(stage.sourceId, grant.entry.holderId, grant.entry.role.id), ...grant });
      holderIds.add(grant.entry.holderId);
      sampleGrant(stage, state, grant.entry);
      noteUnknownRole(state, roles, grant.entry);
    }
    people.push(...(page.people ?? []));
    unkept.grants += grants.length;
    unkept.begun += page.spawned.length;
    unkept.ended += page.next === null ? 1 : 0;
    if (isOfVanished(listing)) state.vanished = countVanished(state, listing, page);
    if (state.sweep) noteSwept(state.sweep, page, asked);
    state.pages++;
    state.grants += grants.length;
    addCounts(state.counts, page.counts);
    if (page.total !== undefined) {
      state.announced[listing.id] = page.total.grants;
      state.announcedBy = page.total.call;
    }
    advanceListing(state, listing.id, page);
    if (run.length + people.length >= runGrants || clock.now() - flushedAt > flushAfterMs) await flush();
  };

  const note = (of: "begun" | "ended", listings: number): void => {
    unkept[of] += listings;
  };

  return { add, note, flush, holders: () => holderIds.size };
}

/** Moves a listing on past a page, or closes the listing; opens the listings that the page showed to be necessary. */
function advanceListing(
  state: SnapshotState,
  id: string,
  { next, spawned }: Pick<ReadPage["page"], "next" | "spawned">,
): void {
  const at = state.open.findIndex((open) => open.listing.id === id);
  if (at === -1) throw new Error(`Cannot go on with the listing ${id} as it has ended`);
  if (next === null) state.open.splice(at, 1);
  else state.open[at] = { ...state.open[at]!, token: next };
  state.open.push(...spawned.map((listing) => ({ listing, token: null })));
  state.listings += spawned.length;
}

function noteUnknownRole(state: SnapshotState, known: Set<string>, { role }: GrantEntry): void {
  if (!known.has(role.id) && !state.unknownRoles.includes(role.id)) state.unknownRoles.push(role.id);
}

function addTotals(state: SnapshotState, reads: ReadLine[]): void {
  for (const { call, items, retries, at } of reads) {
    let total = state.readTotals.find((each) => each.call === call);
    if (!total) {
      total = { call, calls: 0, items: 0, retries: 0, firstAt: at, lastAt: at };
      state.readTotals.push(total);
    }
    total.calls++;
    total.items += items;
    total.retries += retries;
    if (at < total.firstAt) total.firstAt = at;
    if (at > total.lastAt) total.lastAt = at;
  }
}

/** The name that follows these keys. */
export function numbered(keys: string[]): string {
  return String(keys.length).padStart(5, "0");
}

/**
 * Keeps lines in the checkpoint area under a name with their hash, and gives the key. The hash keeps an invocation that lost
 * its lease from writing over a run that another invocation's checkpoint names.
 */
export async function keepRun(
  stage: Stage,
  name: string,
  lines: Iterable<unknown>,
  use: "kept" | "passing" = "passing",
): Promise<string> {
  const { store } = stage;
  const body = await store.packLines(lines, use);
  const key = spoolKey(stage, `${name}-${sha256(body).slice(0, 16)}`);
  // Only these bytes may stand under this name.
  if ((await store.create(key, body)) === "exists" && !(await isAsNamed(stage, key))) await overwrite(store, key, body);
  return key;
}

/** How many grants the pages of all listings showed, and how many listings were begun and ended, as the lines of the reads say. */
export async function listingsShown({ store }: Stage, { readRuns }: SnapshotState): Promise<Required<ShownLine>> {
  const shown = { grants: 0, begun: 0, ended: 0 };
  for (const key of readRuns) {
    for await (const lines of store.readStoredLines<ShownLine>(key)) {
      for (const { grants = 0, begun = 0, ended = 0 } of lines.parseAll()) {
        shown.grants += grants;
        shown.begun += begun;
        shown.ended += ended;
      }
    }
  }
  return shown;
}

/** The files of the spool that are gone, or were changed since they were written: their names have their hashes. */
export async function changedFiles(stage: Stage, state: SnapshotState): Promise<string[]> {
  const changed: string[] = [];
  for (const key of spoolKeysOf(state)) if (!(await isAsNamed(stage, key))) changed.push(stage.store.locate(key));
  return changed;
}

const hashedBytes = 1024 * 1024;

async function isAsNamed({ store }: Stage, key: string): Promise<boolean> {
  const chunks = await store.stream(key, hashedBytes);
  return chunks !== null && (await sha256Of(chunks)).slice(0, 16) === spoolHash(key);
}

/** Keeps the role list while grants are read, as the provider is asked for it once a review; gives its key. */
export function storeRoles(stage: Stage, roles: Role[]): Promise<string> {
  return keepRun(
    stage,
    "roles",
    [...roles].sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
}

export async function readKeptRoles(stage: Stage, { rolesKey }: SnapshotState): Promise<Role[]> {
  const roles: Role[] = [];
  for await (const role of stage.store.readLines<Role>(rolesKey)) roles.push(role);
  return roles;
}

async function readRoleIds(stage: Stage, state: SnapshotState): Promise<Set<string>> {
  return new Set((await readKeptRoles(stage, state)).map(({ id }) => id));
}
