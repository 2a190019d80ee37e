import type { Because } from "./because.ts";
import type { Grant, GrantEntry, Holder, HolderField, PersonKeys, Role, Scopes } from "./grants/grant.ts";
import type { Check, Origin, ReadLine } from "./grants/snapshot.ts";
import type { PersonEntry } from "./people/person.ts";

// What the review asks of the world: clock, provider, store, messenger. Above 300 lines, as whoever writes a provider or a store
// reads one file.

/**
 * The clock of a stage. `now` gives epoch milliseconds. `sleep` resolves after `ms` milliseconds, and rejects when
 * aborted.
 */
export type Clock = { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };

/** A chain of pages that a provider serves one after another. Plain JSON, so that a checkpoint can hold a listing. */
export type Listing = { id: string; kind: string; parameters: Record<string, unknown> };

/**
 * One page of a listing. `next`: the token of the next page, null at the end. `spawned`: further listings that this
 * page showed to be necessary. `counts`: summed over the snapshot. `total`: the provider's own count of the grants in
 * the listing, and the call that gave the count. No two listings with a `total` share a grant.
 */
export type Page = {
  entries: GrantEntry[];
  /** Of a listing of people: their employments. */
  people?: PersonEntry[];
  next: string | null;
  spawned: Listing[];
  counts: Record<string, number>;
  total?: { grants: number; call: string };
  /** Of a sweep: whom the page shows as leaving or gone, and whose grants the listing was asked for. */
  departed?: string[];
  asked?: string[];
};

/**
 * What a sweep asks for. `period`: whose last day is in it (`YYYY-MM-DD`, both included) is searched for; null: nobody is.
 * `knownLeavers`: people who are known to have left, whom a search has to show. `holders`: asked for by their ids.
 */
export type SweepAsked = {
  period: { from: string; until: string } | null;
  knownLeavers: readonly string[];
  holders: readonly string[];
};

/**
 * The listings that together show every grant. `way`: the provider's listing strategy. `why`: why this strategy was
 * chosen; `because`: the same as a code with its figures.
 */
export type ListingPlan = { way: string; why: string; because?: Because; listings: Listing[] };

/**
 * Another listing strategy from now on: its listings, beside those of the open listings for which `keeps` is true.
 */
export type ListingChange = ListingPlan & { keeps(listing: Listing): boolean };

/** What the snapshot listed for some holders and some scopes, to be compared with a second read. */
export type Sample = {
  /** The role ids listed for each sampled holder, by holder id. */
  rolesByHolder: Record<string, string[]>;
  /** The holders listed for a sampled role in a sampled scope object. */
  scopes: { roleId: string; dimension: string; objectId: string; holderIds: string[] }[];
  /** When the snapshot started. A grant given later is new, not missed. */
  startedAt: string;
  counts: Record<string, number>;
};

export type GrantKey = { holderId: string; roleId: string };

/**
 * The provider's reply to a removal. `accepted`: the provider reported success, which a read has to prove. `started`:
 * the provider carries the removal out later, as `task`. `no-answer`: nobody knows whether the removal was carried out.
 * `isPassing`: the provider gave no reason that speaks of this grant, so another try may succeed. A refusal because of
 * the app, token, quota, network or configuration is thrown instead.
 */
export type RevokeReply =
  | { kind: "accepted"; requestId: string | null }
  | { kind: "started"; task: string; requestId: string | null }
  | { kind: "already-gone"; requestId: string | null }
  | { kind: "refused"; detail: string; requestId: string | null; isPassing?: boolean }
  | { kind: "no-answer"; detail: string };

/** The provider's reply to the deletion of a role. `refused`: the role has holders again. */
export type DeleteReply = Exclude<RevokeReply, { kind: "started" }>;

/** Deletes roles that are to be retired, once nobody holds them. */
export type RoleRetirement = {
  /** Whether the role exists now, whether the configuration names the role or not. */
  hasRole(roleId: string): Promise<boolean>;
  /** `beforeWrite` as for `revoke`. */
  deleteRole(roleId: string, beforeWrite: () => Promise<void>): Promise<DeleteReply>;
};

/** The provider's reply to a change of scopes. */
export type NarrowReply = Extract<RevokeReply, { kind: "accepted" | "refused" | "no-answer" }>;

/** Reads what a narrowing has to know before it is written. */
export type NarrowingReads = {
  /** The most combinations of scopes that a grant can be left with. */
  readonly mostCombinations: number;
  /**
   * The scopes without objects that no longer exist, which the provider would refuse; a combination that loses all objects of
   * a dimension is left out. Where nothing shows that the app may see objects of a dimension, all of them stay.
   */
  withoutGone(grant: Grant, scopes: Scopes): Promise<Scopes>;
};

/** Takes some scopes of a grant away, and leaves the others. */
export type Narrowing = NarrowingReads & {
  /**
   * Sets the scopes of a grant: whatever is not among them is taken away, also what somebody else added meanwhile. Takes at
   * least one combination, and none with an empty list. `beforeWrite` as for `revoke`.
   */
  setScopes(grant: Grant, scopes: Scopes, beforeWrite: () => Promise<void>): Promise<NarrowReply>;
  /** Adds scopes to those of a grant, whatever they are now. */
  addScopes(grant: Grant, scopes: Scopes, beforeWrite: () => Promise<void>): Promise<NarrowReply>;
  /** Milliseconds until the rate limit has a free slot for `setScopes`. */
  delay(): number;
};

/**
 * The state of a task at the provider. `done`: the provider reported success, or no longer knows the task. `isPassing` as
 * in `RevokeReply`.
 */
export type TaskState =
  | { kind: "running" }
  | { kind: "done" }
  | { kind: "failed"; detail: string; isPassing?: boolean };

/**
 * The provider's reply to a put-back. `task`: the provider carries the put-back out later. `refusal`: why the provider
 * will not put this grant back.
 */
export type RestoreReply = { requestId: string | null; task?: string; refusal?: string };

/**
 * The throttle's memory of past calls: epoch milliseconds of each call, by the call's name. Under `*`: an instant at
 * which every window counts as full, because the calls before this instant are unknown.
 */
export type ThrottleWindows = Record<string, number[]>;

/**
 * The result of `check` for one provider call. `missing`: the permission that the provider said is missing. `field`: the check
 * is whether this field comes with holders, which only a configuration that uses the field relies on.
 */
export type PermissionCheck = { call: string; passed: boolean; missing: string | null; field?: HolderField };

/** A department and its own business partners, without those of the departments above. */
export type DepartmentPartners = { departmentId: string; partnerIds: string[] };

/**
 * The business partners (HRBP, location BP) of people, departments and workplaces, as the provider records them.
 * `readHolders` takes the partner ids.
 */
export type PartnerBooks = {
  /** The most holder ids that one call of `ofHolders` or `atWorkplaces` takes. */
  readonly holdersPerRead: number;
  /** Every department that has partners of its own. */
  listDepartments(): Promise<DepartmentPartners[]>;
  /** Partner ids by holder id. A holder without a partner, or whom the provider does not show, is absent. */
  ofHolders(holderIds: string[]): Promise<Map<string, string[]>>;
  /**
   * Partner ids of each holder's workplace, by holder id. A holder without a workplace partner, or without a known
   * workplace, is absent.
   */
  atWorkplaces(holderIds: string[]): Promise<Map<string, string[]>>;
  /** The department, then the departments above from the nearest up, each with its own partners. */
  climbFrom(departmentId: string): Promise<DepartmentPartners[]>;
};

/** Everybody who works here or has left, for a source that says who people are. */
export type PeopleBook = {
  /** The listings that together show every employment, each page by `readPage`. Asked for after `planListings`. */
  listPeople(): Promise<Listing[]>;
  /**
   * Everybody who has one of these employments, or one of these keys, now; each with every employment. Keys are as the systems
   * write them.
   */
  findPeople(asked: { ids: string[]; keys: PersonKeys[] }): Promise<PersonEntry[]>;
};

/**
 * Names that could not be read, `about` being their dimension, or a signal of holders (`lastActiveAt`). A snapshot is whole
 * without them, as nothing is removed by them.
 */
export type ReadNote = { about: string; reason: string };

/** The tenant that a source is read from; null with what is missing, where its app may not know. */
export type TenantReply = { tenant: string } | { tenant: null; missing: string };

/** A system under review, opened for reading. Every read gives everything that was asked for, or throws. */
export type Reader = {
  readonly provider: string;
  readonly origin: Origin;
  /** The most holder ids that one call of `readHolders` takes. */
  readonly holdersPerRead: number;
  /** The fields of a holder that this provider knows, where its app may read them; left out: not told. */
  readonly holderFields?: readonly HolderField[];
  /** The most keys that one call of `readGrants` takes. */
  readonly grantsPerRead: number;

  readRoles(): Promise<Role[]>;
  /** Chooses the listings of a snapshot. Takes a promise of the roles, because the first probes need no roles. */
  planListings(roles: Role[] | Promise<Role[]>): Promise<ListingPlan>;
  /**
   * The listings of a sweep: of the grants of those alone whose status changed. Absent for a provider that cannot ask for them:
   * its sweep reads everything.
   */
  planSweep?(asked: SweepAsked): ListingPlan;
  /** About how many calls a sweep takes of a usual day's leavers; absent as `planSweep` is. */
  readonly sweepCalls?: number;
  /**
   * Reads one page; `token` is null for the first. Throws `ExpiredPageTokenError` if the provider no longer knows the
   * token.
   */
  readPage(listing: Listing, token: string | null): Promise<Page>;
  /**
   * Asked after each page: a cheaper listing strategy, as the pages so far show; null to go on. Gives a change at most
   * once. Absent for a provider with one listing strategy.
   */
  changeListings?(): ListingChange | null;
  /** Facts by holder id. A holder that the provider does not show is absent. */
  readHolders(ids: string[]): Promise<Map<string, Holder>>;
  /** The tenant whose people the source knows by their accounts. Absent for a provider without tenants. */
  readTenant?(): Promise<TenantReply>;
  /** Absent for a provider that does not list everybody who works here or has left. */
  readonly people?: PeopleBook;
  /** The keys by which these holders are known elsewhere, as the system writes them: never to be stored. Absent where no configuration asks. */
  readKeys?(holderIds: string[]): Promise<Map<string, PersonKeys>>;
  /** Absent for a provider without business partners. */
  readonly partners?: PartnerBooks;
  /** The same scopes in the same order, with the names that the provider has. */
  nameScopes(scopes: Scopes[]): Promise<Scopes[]>;
  /** The unread names since the last `takeNotes`. Absent for a provider whose reads leave no name out. */
  takeNotes?(): ReadNote[];
  /** The provider's own checks that the snapshot is whole. */
  prove(sample: Sample): Promise<Check[]>;

  /** The grants with these keys that exist now. */
  readGrants(keys: GrantKey[]): Promise<GrantEntry[]>;
  /** Whether a read failed because the provider refused this very request for good. Absent for a provider that tells no such thing. */
  isRefused?(error: unknown): boolean;
  /** The task at the provider that is removing this grant; null if there is none, or the provider has no tasks. */
  findTask(grant: Grant): Promise<string | null>;
  /** The state of a task that `revoke` or `restore` started. Throws if the provider has no tasks. */
  readTask(task: string): Promise<TaskState>;
  /** Looks up roles that `readRoles` shows as retiring; null for a provider whose roles are never retired. */
  readonly retirement: Pick<RoleRetirement, "hasRole"> | null;
  /** Absent for a provider that takes grants away whole alone. */
  readonly narrowing?: NarrowingReads;

  /** Tries the cheapest call of each permission that the source was opened for. */
  checkPermissions(): Promise<PermissionCheck[]>;
  /** The calls answered since the last `takeReads`. */
  takeReads(): ReadLine[];
  saveWindows(): ThrottleWindows;
  loadWindows(windows: ThrottleWindows): void;
  close(): Promise<void>;
};

/**
 * A system under review, opened for reading and writing. A stage that was given only a `Reader` cannot remove anything.
 */
export type Remover = Reader & {
  /**
   * Divides the grants into the groups that one `revoke` takes. Every grant is in exactly one group, and no group is
   * empty.
   */
  revokeGroups(grants: Grant[]): Grant[][];
  /**
   * Removes the grants of one group. Gives one reply per grant, in order. `beforeWrite` is awaited right before each
   * request is sent, after all waiting for the rate limit. If `beforeWrite` throws, nothing is sent.
   */
  revoke(grants: Grant[], beforeWrite: () => Promise<void>): Promise<RevokeReply[]>;
  /** Milliseconds until the rate limit has a free slot for `revoke`. */
  revokeDelay(): number;
  /**
   * Puts a removed grant back with its scopes; `beforeWrite` as for `revoke`. Throws `UnrestorableError` if the
   * provider cannot put it back.
   */
  restore(grant: Grant, beforeWrite: () => Promise<void>): Promise<RestoreReply>;
  /** Deletes roles that `readRoles` shows as retiring; null for a provider whose roles are never retired. */
  readonly retirement: RoleRetirement | null;
  readonly narrowing?: Narrowing;
};

/**
 * Signs evidence (ECDSA with SHA-256) by a private key that never leaves its keeper. `publicKey` gives PEM, `sign`
 * gives DER.
 */
export type Signer = { publicKey(): Promise<string>; sign(body: Uint8Array): Promise<Uint8Array> };

export type StoredObject = {
  body: Uint8Array;
  etag: string;
  /** The store's id of this version of the object; absent in a store without versions. */
  version?: string;
};

/** `exists`: an object was there already, and nothing was written. `sha256` is of the bytes handed in, in both cases. */
export type Created = { result: "created" | "exists"; sha256: string };

/** Objects by key. A stored object is whole or absent; `create` and `replace` are atomic against each other. */
export type ObjectStore = {
  /** `atMostBytes`: of a larger object its beginning alone. */
  get(key: string, atMostBytes?: number): Promise<StoredObject | null>;
  /** Writes only if the key is absent (`If-None-Match: *`). */
  create(key: string, body: Uint8Array): Promise<"created" | "exists">;
  /**
   * Writes only if the object still has this etag (`If-Match`); etag null: only if there is no object. Gives the new
   * etag, or null if nothing was written.
   */
  replace(key: string, body: Uint8Array, etag: string | null): Promise<string | null>;
  /**
   * The bytes of an object that may be too large for memory, in chunks of at most `chunkBytes`; null if there is no
   * object. A chunk is valid until the next chunk is asked for. For objects that are written once.
   */
  stream(key: string, chunkBytes: number): Promise<AsyncIterable<Uint8Array> | null>;
  /**
   * `create` of an object that may be too large for memory. The SHA-256 is of the chunks, whether they were written or
   * not.
   */
  createFrom(key: string, chunks: AsyncIterable<Uint8Array>): Promise<Created>;
  /** Keys that begin with the prefix, in UTF-8 order. */
  list(prefix: string): AsyncIterable<string>;
  /**
   * The names directly in a folder (a prefix that ends with a slash, or "" for the root), in UTF-8 order. The name of a
   * subfolder ends with a slash. Objects in subfolders are not listed. An empty folder does not exist.
   */
  listFolder(folder: string): AsyncIterable<string>;
  /** Deletes an object. For checkpoints only. */
  delete(key: string): Promise<void>;
  /** The path or s3:// address of a key, for people. */
  locate(key: string): string;
  /**
   * An address at which a browser shows the object: of a directory `file://…`, of S3 one that whoever has it may read by for so
   * many seconds. Absent where there is none.
   */
  link?(key: string, seconds: number): Promise<string>;
  /** The id by which the store itself knows whoever writes; absent where the store does not know. */
  callerId?(): Promise<string>;
};

/** A batch of lines as a store holds them. A line is decoded only when asked for, by its index in the batch. */
export type StoredLines<T> = {
  readonly count: number;
  /** The first `bytes` bytes of a line as text. Right only if these bytes are ASCII. */
  head(at: number, bytes: number): string;
  /** Whether two lines have the same bytes. */
  isSame(at: number, others: StoredLines<T>, otherAt: number): boolean;
  /** The value of a line. Throws if the line is not JSON. */
  parse(at: number): T;
  parseAll(): T[];
};

/** One review of one source, and the store that it lies in. */
export type ReviewPlace = { store: Store; sourceId: string; review: string };

/** An object store that also reads and writes JSON and gzipped JSON lines. */
export type Store = ObjectStore & {
  getJson<T>(key: string): Promise<T | null>;
  /** `create` of indented JSON with a final newline. */
  createJson(key: string, value: unknown): Promise<Created>;
  /**
   * The lines of a `.jsonl.gz` object. Throws if the object is absent or damaged, or if its bytes do not have the given
   * SHA-256.
   */
  readLines<T>(key: string, sha256?: string): AsyncIterable<T>;
  /**
   * The lines of a `.jsonl.gz` object in unparsed batches, because awaiting a million lines costs more than reading
   * them. `pieceBytes`: how many bytes are inflated at once, within the store's own bounds. Large pieces are faster,
   * but leave more garbage to collect.
   */
  readStoredLines<T>(key: string, sha256?: string, pieceBytes?: number): AsyncIterable<StoredLines<T>>;
  /**
   * The gzipped JSON lines that `readLines` reads back. Equal lines give equal bytes. "passing" is for an object that
   * is read back soon and not kept: packing takes a third of the time, and the bytes are a fifth more.
   */
  packLines(lines: Iterable<unknown>, use?: "kept" | "passing"): Promise<Uint8Array>;
  /** `create` of gzipped JSON lines that may be too many for memory. Equal lines give equal bytes. */
  createLines(key: string, lines: Iterable<unknown> | AsyncIterable<unknown>): Promise<Created>;
};

/** Reports how far a stage is. Counts are running totals. `share` is 0 to 1, left out while the end is unknown. */
export type Progress = (update: { stage: string; counts: Record<string, number>; share?: number }) => void;

/** The provider no longer knows a page token. The listing starts again, and the review goes on. */
export class ExpiredPageTokenError extends Error {
  override readonly name = "ExpiredPageTokenError";
}

/**
 * A listing was read to its end more than once, and each time showed fewer items than the provider announced. No page
 * failed: the listing keeps changing, or hides items. The snapshot is incomplete.
 */
export class UnsettledListingError extends Error {
  override readonly name = "UnsettledListingError";
}

/** The bytes of a stored object are not the bytes that were written: no later try reads them. */
export class DamagedError extends Error {
  // By its name a fault of the store, as the state machine knows them.
  override readonly name = "StoreError";
}

/** What the store has of a review contradicts itself, or is gone: no later try seals the review. */
export class UnsealableError extends Error {
  override readonly name = "UnsealableError";
}

/**
 * The clock of this machine is behind what the review has written at `writtenAt` (ISO 8601), as another machine's may not be. `isFar`:
 * by so much that nobody waits for it.
 */
export class ClockBehindError extends Error {
  override readonly name = "ClockBehindError";
  readonly trouble = "ClockBehind";
  readonly writtenAt: string;
  readonly isFar: boolean;

  constructor(message: string, { writtenAt, isFar }: { writtenAt: string; isFar: boolean }) {
    super(message);
    this.writtenAt = writtenAt;
    this.isFar = isFar;
  }
}

/** The provider cannot put this grant back. */
export class UnrestorableError extends Error {
  override readonly name = "UnrestorableError";
}
