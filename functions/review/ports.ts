import type { Grant, GrantEntry, Holder, Role, Scopes } from "./grants/grant.ts";
import type { Check, Origin, ReadLine } from "./grants/snapshot.ts";

/** One stage has one clock. `now` is epoch milliseconds; `sleep` resolves after so many milliseconds, or rejects when aborted. */
export type Clock = { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };

/** A chain of pages that a provider serves one after another. Plain JSON, so that a checkpoint can hold it. */
export type Listing = { id: string; kind: string; parameters: Record<string, unknown> };

/**
 * One page. `next` is null at the end; `spawned` are listings that this page showed to be necessary; `counts` are summed
 * over the snapshot. `total`: how many grants the provider says there are in its listing, and by which call; no two listings
 * with a total share a grant.
 */
export type Page = {
  entries: GrantEntry[];
  next: string | null;
  spawned: Listing[];
  counts: Record<string, number>;
  total?: { grants: number; call: string };
};

/** The listings that together show every grant; which of the provider's ways it is, and why this one. */
export type ListingPlan = { way: string; why: string; listings: Listing[] };

/** What a stage saw of some holders and some scopes, to be compared with a second reading. */
export type Sample = {
  /** Role ids that each sampled holder was listed with. */
  rolesByHolder: Record<string, string[]>;
  /** Holders that were listed with a sampled role in a sampled scope object. */
  scopes: { roleId: string; dimension: string; objectId: string; holderIds: string[] }[];
  /** Grants given after this instant are new, not missed. */
  startedAt: string;
  counts: Record<string, number>;
};

export type GrantKey = { holderId: string; roleId: string };

/**
 * What the provider answered to a removal. `accepted` says only that it said yes; `started` that it will say so later, of
 * this task; `no-answer` that nobody knows whether it was carried out. A refusal that concerns the app, token, quota,
 * network or configuration is thrown instead.
 */
export type RevokeReply =
  | { kind: "accepted"; requestId: string | null }
  | { kind: "started"; task: string; requestId: string | null }
  | { kind: "already-gone"; requestId: string | null }
  | { kind: "refused"; detail: string; requestId: string | null }
  | { kind: "no-answer"; detail: string };

/** What the provider answered to the deletion of a role: `refused` where it has holders again. */
export type DeleteReply = Exclude<RevokeReply, { kind: "started" }>;

/** How roles that are to be retired are deleted, once nobody holds them. */
export type RoleRetirement = {
  /** Whether the role exists now, configured or not. */
  hasRole(roleId: string): Promise<boolean>;
  /** `beforeWrite` as for `revoke`. */
  deleteRole(roleId: string, beforeWrite: () => Promise<void>): Promise<DeleteReply>;
};

/** How a task of the provider's is going. `done` says only that the provider said so, or knows the task no more. */
export type TaskState = { kind: "running" } | { kind: "done" } | { kind: "failed"; detail: string };

/** What the provider answered to a put-back: `task` if it is carried out later, `refusal` if it will not put this grant back. */
export type RestoreReply = { requestId: string | null; task?: string; refusal?: string };

/**
 * What the throttle has used of each call's window: epoch milliseconds of past calls, by the call's name. Under `*`: an
 * instant at which every window is taken to be full, as nobody knows better.
 */
export type ThrottleWindows = Record<string, number[]>;

/** One permission that `check` asked for. `missing` names what the provider said is missing. */
export type PermissionCheck = { call: string; passed: boolean; missing: string | null };

/** A department with the people whom the provider's books name as its own partners. */
export type DepartmentPartners = { departmentId: string; partnerIds: string[] };

/**
 * The business partners whom the provider's own books name for people, departments and places of work. Every id is one
 * that `readHolders` takes.
 */
export type PartnerBooks = {
  /** How many holders one call of `ofHolders` and `atWorkplaces` takes. */
  readonly holdersPerRead: number;
  /** Every department that has partners of its own, as `[]` where nobody has one. */
  listDepartments(): Promise<DepartmentPartners[]>;
  /** Who is responsible for each holder; who has nobody, or is not shown, is absent. */
  ofHolders(holderIds: string[]): Promise<Map<string, string[]>>;
  /** Who is responsible for where each holder works; who has nobody, or whose place is not known, is absent. */
  atWorkplaces(holderIds: string[]): Promise<Map<string, string[]>>;
  /** The department, then each one above it in order, with its own partners. */
  climbFrom(departmentId: string): Promise<DepartmentPartners[]>;
};

/** Names that could not be read: of which dimension, and why. No rule looks at a name. */
export type ReadNote = { about: string; reason: string };

/** A system under review, opened for reading. Every read either gives the whole of what was asked or throws. */
export type Reader = {
  readonly provider: string;
  readonly origin: Origin;
  /** How many holders one call of `readHolders` takes. */
  readonly holdersPerRead: number;
  /** How many grants one call of `readGrants` takes. */
  readonly grantsPerRead: number;

  readRoles(): Promise<Role[]>;
  /** May begin before the roles are there: what it tries first need not wait for them. */
  planListings(roles: Role[] | Promise<Role[]>): Promise<ListingPlan>;
  /** Throws `ExpiredPageTokenError` when the provider no longer knows the token. */
  readPage(listing: Listing, token: string | null): Promise<Page>;
  /** Facts by holder id; a holder that the provider did not show is absent. */
  readHolders(ids: string[]): Promise<Map<string, Holder>>;
  /** Absent where the provider keeps no books of partners. */
  readonly partners?: PartnerBooks;
  /** The same scopes, with names filled in where the provider has one. */
  nameScopes(scopes: Scopes[]): Promise<Scopes[]>;
  /** What could not be read since the last `takeNotes`, and judges nothing. Absent where a provider has nothing of that kind. */
  takeNotes?(): ReadNote[];
  /** The provider's own proofs that a snapshot is whole. */
  prove(sample: Sample): Promise<Check[]>;

  /** Those of the asked-for grants that exist now. */
  readGrants(keys: GrantKey[]): Promise<GrantEntry[]>;
  /** The task by which a removal of this grant is under way at the provider; null if there is none, or the provider has no tasks. */
  findTask(grant: Grant): Promise<string | null>;
  /** How a task that `revoke` or `restore` started is going; where the provider has no tasks, it throws. */
  readTask(task: string): Promise<TaskState>;
  /** Looks after roles that `readRoles` shows as retiring; null where this provider's never are. */
  readonly retirement: Pick<RoleRetirement, "hasRole"> | null;

  /** What the app may call of what the source was opened for: the least call of each. */
  checkPermissions(): Promise<PermissionCheck[]>;
  /** The calls answered since the last `takeReads`. */
  takeReads(): ReadLine[];
  saveWindows(): ThrottleWindows;
  loadWindows(windows: ThrottleWindows): void;
  close(): Promise<void>;
};

/** A system under review, opened for writing as well. A stage that was given a `Reader` has no way to remove anything. */
export type Remover = Reader & {
  /** The grants as `revoke` takes them at once: all of them, each in one group, and no group empty. */
  revokeGroups(grants: Grant[]): Grant[][];
  /**
   * One reply per grant of one group, in order. `beforeWrite` is awaited right before each sending, after all waiting for the rate
   * limit; where it throws, nothing is sent.
   */
  revoke(grants: Grant[], beforeWrite: () => Promise<void>): Promise<RevokeReply[]>;
  /** Milliseconds until `revoke` may be called without waiting. */
  revokeDelay(): number;
  /** Gives a removed grant back with its scopes; `beforeWrite` as for `revoke`. Throws where the provider has no way to. */
  restore(grant: Grant, beforeWrite: () => Promise<void>): Promise<RestoreReply>;
  /** Deletes roles that `readRoles` shows as retiring; null where this provider's never are. */
  readonly retirement: RoleRetirement | null;
};

/** Signs evidence with a key that its keeper never gives away. `publicKey` is PEM, `sign` gives DER; ECDSA with SHA-256. */
export type Signer = { publicKey(): Promise<string>; sign(body: Uint8Array): Promise<Uint8Array> };

export type StoredObject = {
  body: Uint8Array;
  etag: string;
  /** The store's own name for this version of the object; absent where it keeps no versions. */
  version?: string;
};

/** Whether an object was written or another stood there, and the SHA-256 of the bytes that were to be written. */
export type Created = { result: "created" | "exists"; sha256: string };

/** Objects by key. A stored object is whole or absent; `create` and `replace` are atomic against each other. */
export type ObjectStore = {
  get(key: string): Promise<StoredObject | null>;
  /** Writes only if the key is absent (`If-None-Match: *`). */
  create(key: string, body: Uint8Array): Promise<"created" | "exists">;
  /** Writes only if the key still has this etag (`If-Match`), or with null only if it is absent; null if it has not. Gives the new etag. */
  replace(key: string, body: Uint8Array, etag: string | null): Promise<string | null>;
  /**
   * The bytes in order, in chunks of at most so many: of what is written once, and may be too large to hold. A chunk is good
   * until the next is asked for. Null where absent.
   */
  stream(key: string, chunkBytes: number): Promise<AsyncIterable<Uint8Array> | null>;
  /** `create` of what may be too large to hold. The SHA-256 is that of the chunks, whether they were written or not. */
  createFrom(key: string, chunks: AsyncIterable<Uint8Array>): Promise<Created>;
  /** Keys that begin with the prefix, in UTF-8 order. */
  list(prefix: string): AsyncIterable<string>;
  /**
   * The names directly in a folder (a prefix that ends with a slash, or "" for the root), in UTF-8 order. The name of a folder
   * ends with a slash; what is below that folder is not listed. A folder without any object is not there.
   */
  listFolder(folder: string): AsyncIterable<string>;
  /** For checkpoints alone. */
  delete(key: string): Promise<void>;
  /** Where a person finds the key: a path or an s3:// address. */
  locate(key: string): string;
  /** The id by which the store itself knows whoever writes; absent where the store does not know. */
  callerId?(): Promise<string>;
};

/** Some lines as they are written in a store; nothing of them is decoded before it is asked for. Of one: its number among them. */
export type StoredLines<T> = {
  readonly count: number;
  /** The text of a line's first so many bytes, for who knows that they are ASCII. */
  head(at: number, bytes: number): string;
  /** Whether a line is written as one of the same store is. */
  isSame(at: number, others: StoredLines<T>, otherAt: number): boolean;
  /** Throws where it is not JSON. */
  parse(at: number): T;
  parseAll(): T[];
};

/** An object store that also speaks JSON and gzipped JSON lines. */
export type Store = ObjectStore & {
  getJson<T>(key: string): Promise<T | null>;
  /** Pretty JSON with a final newline. Gives the SHA-256 of the bytes. */
  createJson(key: string, value: unknown): Promise<Created>;
  /** Lines of a `.jsonl.gz` object. Throws where it is absent or damaged, or its bytes have another SHA-256 than the one given. */
  readLines<T>(key: string, sha256?: string): AsyncIterable<T>;
  /**
   * The same lines as they are written, so that what need not be parsed is not; some at a time, as a million waits cost more
   * than their lines. `pieceBytes`: to be inflated at a time, within the store's own bounds; large pieces are quick, and wait
   * for the collector in the end.
   */
  readStoredLines<T>(key: string, sha256?: string, pieceBytes?: number): AsyncIterable<StoredLines<T>>;
  /**
   * The bytes that `readLines` reads back: gzip of one JSON value a line, the same for the same lines. What is "passing" is
   * read back soon and kept by nobody: packed in a third of the time, to a fifth more.
   */
  packLines(lines: Iterable<unknown>, use?: "kept" | "passing"): Promise<Uint8Array>;
  /** `create` of lines that may be too many to hold: what `readLines` reads back, the same for the same lines. */
  createLines(key: string, lines: Iterable<unknown> | AsyncIterable<unknown>): Promise<Created>;
};

/** What a stage says while it works. Counts are running totals; `share` is 0..1 where the end is in sight. */
export type Progress = (update: { stage: string; counts: Record<string, number>; share?: number }) => void;

/** The provider no longer knows a page token: the listing starts again, the review goes on. */
export class ExpiredPageTokenError extends Error {
  override readonly name = "ExpiredPageTokenError";
}

/**
 * A listing was read to its end, more than once, and never showed as many items as it announces. No page was at fault: either
 * the listing keeps changing, or it leaves items out. A snapshot is incomplete by it.
 */
export class UnsettledListingError extends Error {
  override readonly name = "UnsettledListingError";
}

/** The provider has no way to give this grant back. */
export class UnrestorableError extends Error {
  override readonly name = "UnrestorableError";
}
