import type { GrantEntry, Role } from "../review/grant.ts";
import { grantId } from "../review/grant-identity.ts";
import type { Source } from "../review/ports.ts";
import type { ReadLine } from "../review/snapshot.ts";
import { type Checkpoint, overwrite } from "./checkpoint.ts";
import type { Lease } from "./lease.ts";
import type { ReadGrant, ReadPage } from "./read-listings.ts";
import { type SnapshotState, sampleGrant, spoolKey } from "./snapshot-state.ts";
import type { Stage } from "./stage.ts";

/** A read grant under its id, as the spool keeps it. */
export type SpooledGrant = ReadGrant & { id: string };

/** What was read, kept outside memory as sorted runs, with a checkpoint after each. */
export type Spool = {
  add(page: ReadPage): Promise<void>;
  /** Makes everything added so far durable. */
  flush(): Promise<void>;
  /** Distinct holders since this invocation began. */
  holders(): number;
};

/** Small enough that packing a run does not keep answers waiting. */
const RUN_GRANTS = 5_000;
const FLUSH_AFTER_MS = 15_000;

type Context = { stage: Stage; source: Source; checkpoint: Checkpoint<SnapshotState>; lease: Lease };

export const openSpool = ({ stage, source, checkpoint, lease }: Context, state: SnapshotState): Spool => {
  const { store, clock } = stage;
  const knownRoles = readRoleIds(stage);
  const holderIds = new Set<string>();
  let run: SpooledGrant[] = [];
  let flushedAt = clock.now();

  const flush = async (): Promise<void> => {
    await lease.check();
    if (run.length > 0) {
      const key = spoolKey(stage, `run-${String(state.runs.length).padStart(5, "0")}`);
      run.sort((a, b) => (a.id < b.id ? -1 : 1));
      await overwrite(store, key, store.packLines(run));
      state.runs.push(key);
      run = [];
    }
    const reads = source.takeReads();
    if (reads.length > 0) {
      const key = spoolKey(stage, `reads-${String(state.readRuns.length).padStart(5, "0")}`);
      await overwrite(store, key, store.packLines(reads));
      state.readRuns.push(key);
      addTotals(state, reads);
    }
    await checkpoint.save(state);
    flushedAt = clock.now();
  };

  const add = async ({ listing, page, grants }: ReadPage): Promise<void> => {
    const roles = await knownRoles;
    for (const grant of grants) {
      run.push({ ...grant, id: grantId(stage.sourceId, grant.entry.holderId, grant.entry.role.id) });
      holderIds.add(grant.entry.holderId);
      sampleGrant(stage, state, grant);
      noteUnknownRole(state, roles, grant.entry);
    }
    state.pages++;
    state.grants += grants.length;
    for (const [name, count] of Object.entries(page.counts)) state.counts[name] = (state.counts[name] ?? 0) + count;
    advance(state, listing.id, page);
    if (run.length >= RUN_GRANTS || clock.now() - flushedAt > FLUSH_AFTER_MS) await flush();
  };

  return { add, flush, holders: () => holderIds.size };
};

/** Moves a listing on past a page, or closes it; the listings that the page showed to be necessary are opened. */
const advance = (
  state: SnapshotState,
  id: string,
  { next, spawned }: Pick<ReadPage["page"], "next" | "spawned">,
): void => {
  const at = state.open.findIndex((open) => open.listing.id === id);
  if (at === -1) throw new Error(`Cannot go on with the listing ${id} as it has ended`);
  if (next === null) state.open.splice(at, 1);
  else state.open[at] = { ...state.open[at]!, token: next };
  state.open.push(...spawned.map((listing) => ({ listing, token: null })));
  state.listings += spawned.length;
};

const noteUnknownRole = (state: SnapshotState, known: Set<string>, { role }: GrantEntry): void => {
  if (!known.has(role.id) && !state.unknownRoles.includes(role.id)) state.unknownRoles.push(role.id);
};

const addTotals = (state: SnapshotState, reads: ReadLine[]): void => {
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
};

const rolesKey = (stage: Stage): string => spoolKey(stage, "roles");

/** Keeps the role list while grants are read: it is asked for once a review. */
export const storeRoles = async (stage: Stage, roles: Role[]): Promise<void> => {
  const sorted = [...roles].sort((a, b) => (a.id < b.id ? -1 : 1));
  await overwrite(stage.store, rolesKey(stage), stage.store.packLines(sorted));
};

export const readRoles = async (stage: Stage): Promise<Role[]> => {
  const roles: Role[] = [];
  for await (const role of stage.store.readLines<Role>(rolesKey(stage))) roles.push(role);
  return roles;
};

const readRoleIds = async (stage: Stage): Promise<Set<string>> => new Set((await readRoles(stage)).map(({ id }) => id));
