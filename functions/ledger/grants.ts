import { sha256 } from "../basics/hash.ts";
import { joinSorted } from "../basics/sorted.ts";
import type { Grant, Role, RoleLine } from "../review/grants/grant.ts";
import type { Snapshot } from "../review/grants/snapshot.ts";
import { isSweep, reviewKeys } from "../review/keys.ts";
import { type ResponsibleBook, type ResponsibleLine, readResponsibleBook } from "../review/people/responsible.ts";
import type { RoleHolders } from "../review/plan/plan.ts";
import { type ReviewPlace, type Store, type StoredLines, UnsealableError } from "../review/ports.ts";
import { openLedger } from "./ledger.ts";
import { createJsonOnce, createLinesOnce, createOnce } from "./write-once.ts";

/** A grant as a line of its part. The line is parsed where more than the id is asked for. */
type GrantLine = { id: string; lines: StoredLines<Grant>; at: number };

/** Every grant of a snapshot, sorted by id, some at a time. Throws where a part is missing or is not what the manifest says. */
async function* linesOf(store: Store, { parts }: Pick<Snapshot, "parts">): AsyncGenerator<GrantLine[]> {
  for (const { key, sha256: listed, grants } of parts) {
    let count = 0;
    for await (const lines of store.readStoredLines<Grant>(key, listed)) {
      count += lines.count;
      yield Array.from({ length: lines.count }, (_, at) => ({ id: storedIdAt(lines, at), lines, at }));
    }
    if (count !== grants) {
      throw new UnsealableError(
        `Cannot read ${store.locate(key)}: it has ${count} grants, but snapshot.json says ${grants}`,
      );
    }
  }
}

/** The id of a stored grant, without parsing the line: every such line that this project writes begins with the id. */
export function storedIdAt(lines: StoredLines<{ id: string }>, at: number): string {
  return /^\{"id":"([0-9a-f]{16})"/.exec(lines.head(at, idBytes))?.[1] ?? lines.parse(at).id;
}

const idBytes = '{"id":"0123456789abcdef"'.length;

/** Every grant of a snapshot, sorted by id. Throws where a part is missing or is not what the manifest says. */
export async function* grantsOf(store: Store, snapshot: Snapshot): AsyncGenerator<Grant> {
  for await (const grants of grantBatchesOf(store, snapshot)) yield* grants;
}

/** `grantsOf`, some at a time: a million awaits cost more than a million grants. */
export async function* grantBatchesOf(store: Store, snapshot: Snapshot): AsyncGenerator<Grant[]> {
  for await (const lines of linesOf(store, snapshot)) yield lines.map(({ lines: stored, at }) => stored.parse(at));
}

/** The ids alone, some at a time: no line is parsed. */
export async function* grantIdsOf(store: Store, snapshot: Snapshot): AsyncGenerator<string[]> {
  for await (const lines of linesOf(store, snapshot)) yield lines.map(({ id }) => id);
}

/** Those grants of a snapshot that have these ids, by id: no other line is parsed. */
export async function* grantsNamed(store: Store, snapshot: Snapshot, ids: ReadonlySet<string>): AsyncGenerator<Grant> {
  if (ids.size === 0) return;
  for await (const lines of linesOf(store, snapshot)) {
    for (const { id, lines: stored, at } of lines) if (ids.has(id)) yield stored.parse(at);
  }
}

/**
 * Those grants of a snapshot whose role has one of these ids or codes, sorted by id: of what the snapshot put aside for conflicts,
 * where that has all of them. Few other lines are parsed, which would be most of the time.
 */
export async function* grantsOfRoles(
  store: Store,
  { parts, conflictGrants: aside }: Snapshot,
  names: ReadonlySet<string>,
): AsyncGenerator<Grant> {
  const isAsked = ({ id, code }: Pick<Role, "id" | "code">): boolean =>
    names.has(id) || (code !== null && names.has(code));
  const kept = new Set(aside?.roles);
  const hasAll = aside && [...names].every((name) => kept.has(name));
  for await (const batch of linesOf(store, { parts: hasAll ? [aside] : parts })) {
    for (const { lines, at } of batch) {
      const told = roleInHead(lines, at);
      if (told && !isAsked(told)) continue;
      const grant = lines.parse(at);
      if (isAsked(grant.role)) yield grant;
    }
  }
}

/** Holders are told in fewer bytes, groups aside. */
const headBytes = 1_000;
const roleForm = /,"role":\{"id":"([\x20-\x7e]+?)","code":(?:null|"([\x20-\x7e]*?)"),"name":/;

/** The role of a stored grant, without parsing the line; null where its beginning does not tell. */
function roleInHead(lines: StoredLines<Grant>, at: number): Pick<Role, "id" | "code"> | null {
  const [, id, code = null] = roleForm.exec(lines.head(at, headBytes)) ?? [];
  return id === undefined || `${id}${code}`.includes("\\") ? null : { id, code };
}

/** The same, by id. */
export async function findGrants(
  store: Store,
  snapshot: Snapshot,
  ids: ReadonlySet<string>,
): Promise<Map<string, Grant>> {
  const found = new Map<string, Grant>();
  for await (const grant of grantsNamed(store, snapshot, ids)) found.set(grant.id, grant);
  return found;
}

/** A grant as two snapshots show it; null where a snapshot does not. Where both show the same, both are the same object. */
export type GrantPair = [now: Grant | null, before: Grant | null];

/**
 * Every grant of a snapshot and of the previous one (null: there is none), sorted by id, some at a time. Most grants are the
 * same in both, and are parsed once.
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

function parsed([now, then]: [GrantLine | null, GrantLine | null]): GrantPair {
  const grant = now?.lines.parse(now.at) ?? null;
  const isSame = now !== null && then !== null && now.lines.isSame(now.at, then.lines, then.at);
  return [grant, isSame ? grant : (then?.lines.parse(then.at) ?? null)];
}

/** A review's `snapshot.json`, and the hash that plans are bound to. */
export type StoredSnapshot = { snapshot: Snapshot; snapshotSha256: string };

/** The snapshot of a review; null where there is none. */
export async function loadSnapshot({ store, sourceId, review }: ReviewPlace): Promise<StoredSnapshot | null> {
  const stored = await store.get(reviewKeys(sourceId, review).snapshot);
  if (!stored) return null;
  return {
    snapshot: JSON.parse(new TextDecoder().decode(stored.body)) as Snapshot,
    snapshotSha256: sha256(stored.body),
  };
}

/** The complete snapshots of a source's reviews, newest first, each read once it is asked for. */
export async function* completeSnapshots(store: Store, sourceId: string): AsyncGenerator<StoredSnapshot> {
  for (const review of (await openLedger(store, sourceId).reviews("review")).toReversed()) {
    const stored = await loadSnapshot({ store, sourceId, review });
    if (stored?.snapshot.complete) yield stored;
  }
}

/**
 * How many hold each role, by its id, as the snapshot counted them. A sweep reads only some holders: of its roles those count
 * that the previous review counted.
 */
export async function readRoleHolders(
  place: ReviewPlace,
  previous: Snapshot | null,
): Promise<Map<string, RoleHolders>> {
  const byRole = new Map<string, RoleHolders>();
  if (isSweep(place.review) && previous === null) return byRole;
  const counted = previous && isSweep(place.review) ? { ...place, review: previous.review } : place;
  for await (const { id, holders, activeHolders } of roleLines(counted)) {
    byRole.set(id, { holders, active: activeHolders });
  }
  return byRole;
}

/** The roles that the snapshot shows as to be retired, by id. A sweep, which sees few of a role's holders, retires none. */
export async function rolesToRetire(place: ReviewPlace): Promise<Map<string, Role>> {
  const roles = new Map<string, Role>();
  if (isSweep(place.review)) return roles;
  for await (const { id, code, name, description, kind, status } of roleLines(place)) {
    if (status === "retiring") roles.set(id, { id, code, name, description, kind, status });
  }
  return roles;
}

function roleLines({ store, sourceId, review }: ReviewPlace): AsyncIterable<RoleLine> {
  return store.readLines<RoleLine>(reviewKeys(sourceId, review).roles);
}

/**
 * Who is responsible for whom, by the snapshot: nobody, where reviewers were configured after it was taken, or not at all.
 * `submitted` at the desk: whoever was handed anything is known as a holder, where nobody else knows them.
 */
export async function responsibleBookOf(
  store: Store,
  snapshot: Snapshot,
  submitted: readonly { decisions: readonly { to: string | null }[] }[] = [],
): Promise<ResponsibleBook> {
  const { responsible } = snapshot;
  const book = await readResponsibleBook(
    responsible ? store.readLines<ResponsibleLine>(responsible.key, responsible.sha256) : [],
  );
  const receivers = submitted.flatMap(({ decisions }) => decisions.flatMap(({ to }) => to ?? []));
  const strangers = new Set(receivers.filter((id) => !book.peopleById.has(id)));
  if (strangers.size === 0) return book;
  const peopleById = new Map(book.peopleById);
  for await (const grants of grantBatchesOf(store, snapshot)) {
    for (const { holder } of grants)
      for (const { id, status, name, email } of holder.members ?? [holder])
        if (strangers.has(id)) peopleById.set(id, { id, status, name, email, ...managerOf(holder) });
  }
  return { ...book, peopleById };
}

function managerOf({ managerId }: Grant["holder"]): { managerId?: string } {
  return managerId ? { managerId } : {};
}

/**
 * Who of each source has a verified e-mail, by the people of its newest snapshot: the one person there who has not left.
 * Where two have the e-mail nobody knows which of them it is, and neither is.
 */
export async function peopleByEmail(
  { store, sourceIds }: { store: Store; sourceIds: readonly string[] },
  email: string,
): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const sourceId of sourceIds) {
    const ids = await idsOfEmail(store, sourceId, plainEmail(email));
    if (ids.length === 1) found[sourceId] = ids;
  }
  return found;
}

async function idsOfEmail(store: Store, sourceId: string, email: string): Promise<string[]> {
  const reviews = await openLedger(store, sourceId).reviews("review");
  // A review that was begun just now has no snapshot yet.
  for (const review of reviews.slice(-2).reverse()) {
    const stored = await loadSnapshot({ store, sourceId, review });
    if (!stored) continue;
    const { peopleById } = await responsibleBookOf(store, stored.snapshot);
    return [...peopleById.values()]
      .filter((person) => person.email !== null && plainEmail(person.email) === email && person.status !== "left")
      .map(({ id }) => id);
  }
  return [];
}

function plainEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** Writes the artefacts of a snapshot, each once. `manifest` comes last: without it there is no snapshot. */
export function openSnapshotArtefacts({ store, sourceId, review }: ReviewPlace) {
  const keys = reviewKeys(sourceId, review);
  return {
    async part(number: number, grants: AsyncIterable<Grant>): Promise<{ key: string; sha256: string }> {
      const key = keys.part(number);
      return { key, sha256: await createLinesOnce(store, key, grants) };
    },
    async roles(lines: Iterable<RoleLine>): Promise<void> {
      await createOnce(store, keys.roles, await store.packLines(lines));
    },
    /** `lines` are packed already. */
    async reads(lines: Uint8Array): Promise<void> {
      await createOnce(store, keys.reads, lines);
    },
    /** `lines` are packed already. */
    async responsible(lines: Uint8Array): Promise<{ key: string; sha256: string }> {
      return { key: keys.responsible, sha256: await createOnce(store, keys.responsible, lines) };
    },
    async people(lines: AsyncIterable<{ id: string }>): Promise<{ key: string; sha256: string }> {
      return { key: keys.people, sha256: await createLinesOnce(store, keys.people, lines) };
    },
    async conflictGrants(lines: AsyncIterable<Grant>): Promise<{ key: string; sha256: string }> {
      return { key: keys.conflictGrants, sha256: await createLinesOnce(store, keys.conflictGrants, lines) };
    },
    async manifest(snapshot: Snapshot): Promise<void> {
      await createJsonOnce(store, keys.snapshot, snapshot);
    },
  };
}
