import { sha256 } from "../basics/hash.ts";
import { joinSorted } from "../basics/sorted.ts";
import type { Grant, Role } from "../review/grants/grant.ts";
import type { Snapshot } from "../review/grants/snapshot.ts";
import { reviewKeys } from "../review/keys.ts";
import type { RoleHolders } from "../review/plan/plan.ts";
import type { Store, StoredLines } from "../review/ports.ts";
import type { Stage } from "../review/stage.ts";

/** A grant as its part shows it, parsed only by whoever wants more of it than its id. */
type GrantLine = { id: string; lines: StoredLines<Grant>; at: number };

/** Every grant of a snapshot, sorted by id, some at a time. Throws where a part is missing or is not what the manifest says. */
async function* linesOf(store: Store, snapshot: Snapshot): AsyncGenerator<GrantLine[]> {
  for (const { key, sha256: listed, grants } of snapshot.parts) {
    let count = 0;
    for await (const lines of store.readStoredLines<Grant>(key, listed)) {
      count += lines.count;
      yield Array.from({ length: lines.count }, (_, at) => ({ id: idOf(lines, at), lines, at }));
    }
    if (count !== grants) {
      throw new Error(`Cannot read ${store.locate(key)}: it has ${count} grants, but snapshot.json says ${grants}`);
    }
  }
}

/** Every line begins with it, as this project writes them. */
const idOf = (lines: StoredLines<Grant>, at: number): string =>
  /^\{"id":"([0-9a-f]{16})"/.exec(lines.head(at, ID_BYTES))?.[1] ?? lines.parse(at).id;

const ID_BYTES = '{"id":"0123456789abcdef"'.length;

/** Every grant of a snapshot, sorted by id. Throws where a part is missing or is not what the manifest says. */
export async function* grantsOf(store: Store, snapshot: Snapshot): AsyncGenerator<Grant> {
  for await (const grants of grantBatchesOf(store, snapshot)) yield* grants;
}

/** `grantsOf`, some at a time, for whoever wants all of a million. */
export async function* grantBatchesOf(store: Store, snapshot: Snapshot): AsyncGenerator<Grant[]> {
  for await (const lines of linesOf(store, snapshot)) yield lines.map(({ lines: stored, at }) => stored.parse(at));
}

/** `grantBatchesOf`, of which nobody wants more than the ids. */
export async function* grantIdsOf(store: Store, snapshot: Snapshot): AsyncGenerator<string[]> {
  for await (const lines of linesOf(store, snapshot)) yield lines.map(({ id }) => id);
}

/** A grant as two snapshots show it; null where one does not. Of one that they show alike, both are the same object. */
export type GrantPair = [now: Grant | null, before: Grant | null];

/**
 * Every grant of a snapshot and of the one before it (null: there is none), sorted by id, some at a time. Most never change,
 * and are parsed once.
 */
export async function* grantPairs(
  store: Store,
  snapshot: Snapshot,
  previous: Snapshot | null,
): AsyncGenerator<GrantPair[]> {
  const keyOf = ({ id }: GrantLine): string => id;
  const before = { stream: previous ? linesOf(store, previous) : [], keyOf };
  for await (const pairs of joinSorted({ stream: linesOf(store, snapshot), keyOf }, before)) yield pairs.map(parsed);
}

const parsed = ([now, then]: [GrantLine | null, GrantLine | null]): GrantPair => {
  const grant = now?.lines.parse(now.at) ?? null;
  const isSame = now !== null && then !== null && now.lines.isSame(now.at, then.lines, then.at);
  return [grant, isSame ? grant : (then?.lines.parse(then.at) ?? null)];
};

/** A review's snapshot.json with the hash that plans are bound to, or null where there is none. */
export const loadSnapshot = async (
  store: Store,
  source: string,
  review: string,
): Promise<{ snapshot: Snapshot; snapshotSha256: string } | null> => {
  const stored = await store.get(reviewKeys(source, review).snapshot);
  if (!stored) return null;
  return {
    snapshot: JSON.parse(new TextDecoder().decode(stored.body)) as Snapshot,
    snapshotSha256: sha256(stored.body),
  };
};

/** A line of `roles.jsonl.gz`: the role, and how many hold it (`active`: those who still work here). */
export type RoleLine = Role & { holders: number; activeHolders: number };

/** How many hold each role, by its id, as the snapshot counted them. */
export const readRoleHolders = async ({ store, sourceId, review }: Stage): Promise<Map<string, RoleHolders>> => {
  const byRole = new Map<string, RoleHolders>();
  for await (const { id, holders, activeHolders } of store.readLines<RoleLine>(reviewKeys(sourceId, review).roles)) {
    byRole.set(id, { holders, active: activeHolders });
  }
  return byRole;
};

/** The roles that the snapshot shows as to be retired, by id. */
export const rolesToRetire = async ({ store, sourceId, review }: Stage): Promise<Map<string, Role>> => {
  const roles = new Map<string, Role>();
  for await (const { id, code, name, description, kind, status } of store.readLines<Role>(
    reviewKeys(sourceId, review).roles,
  )) {
    if (status === "retiring") roles.set(id, { id, code, name, description, kind, status });
  }
  return roles;
};
