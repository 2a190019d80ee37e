import { createHash } from "node:crypto";
import type { Trouble } from "../basics/trouble.ts";
import { DamagedError } from "../review/ports.ts";

// What every store of objects shares: which keys there are, what a fault says, and how a body is hashed while it is written.

/** Says what could not be done with which object, why, and what to do next. Ends an invocation with exit code 1. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  /** Set where the store could not be asked, and may be later. */
  readonly trouble: Trouble | null;

  constructor(message: string, { trouble = null, ...options }: ErrorOptions & { trouble?: Trouble | null } = {}) {
    super(message, options);
    this.trouble = trouble;
  }
}

/** The short code of a system or network error (`ENOSPC`, `ECONNREFUSED`), else the error's name; never its message. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const code = (error as Error & { code?: unknown }).code;
  return typeof code === "string" ? code : error.name;
}

/** The error for an object whose bytes are not the bytes that were written. */
export function damaged(place: string, reason: string): DamagedError {
  return new DamagedError(
    `Cannot read ${place} as it is damaged or cut short (${reason}). Put back an earlier version of it, or begin a new review.`,
  );
}

/** The directory store's own folder below its root, for unfinished writes and the lock. Never listed, never a key. */
export const writingFolder = ".writing";

/** S3's limit, in bytes of UTF-8: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const longestKey = 1024;

const evidenceFolders = ["reviews/", "decisions/"];

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const controlCharacter = /[\u0000-\u001f\u007f]/;

function isBadSegment(segment: string): boolean {
  return segment === "" || segment === "." || segment === "..";
}

function faultOfKey(text: string, wholeSegments: string[]): string | null {
  if (wholeSegments.some(isBadSegment)) return "it has an empty, . or .. segment";
  if (controlCharacter.test(text)) return "it has a control character";
  if (text.split("/")[0] === writingFolder) return `${writingFolder} is the store's own`;
  return Buffer.byteLength(text) > longestKey ? `it is longer than ${longestKey} bytes` : null;
}

/** Throws a `StoreError` unless the key is a relative path of plain segments, valid on S3 and on a file system. */
export function assertKey(key: string): void {
  const fault = faultOfKey(key, key.split("/"));
  if (fault) throw new StoreError(`Cannot use ${JSON.stringify(key)} as a key as ${fault}.`);
}

/** As `assertKey`, but the last segment may be cut short or empty. */
export function assertPrefix(prefix: string): void {
  const fault = faultOfKey(prefix, prefix.split("/").slice(0, -1));
  if (fault) throw new StoreError(`Cannot list ${JSON.stringify(prefix)} as ${fault}.`);
}

/** As `assertPrefix`, and the folder must end with a slash, or be empty: the root. */
export function assertFolder(folder: string): void {
  assertPrefix(folder);
  if (folder !== "" && !folder.endsWith("/"))
    throw new StoreError(`Cannot list ${JSON.stringify(folder)} as a folder as it does not end with a slash.`);
}

/** The order of keys by their bytes in UTF-8, as S3 lists them. */
export function compareUtf8(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** Throws a `StoreError` for a key of a review or a decision: evidence is written once and never changed. */
export function assertMutable(key: string): void {
  assertKey(key);
  if (!evidenceFolders.some((folder) => key.startsWith(folder))) return;
  throw new StoreError(`Cannot change or delete ${key} as it is evidence, written once. Only checkpoints may change.`);
}

/** Chunks that are hashed and counted as they are read. */
export type HashedChunks = {
  chunks: AsyncIterable<Uint8Array>;
  /** The SHA-256 of the chunks read so far. May be called once. */
  sha256(): string;
  bytes(): number;
  /** The error of the source of the chunks, which is no fault of the store; null if the source has not failed. */
  failure(): { error: unknown } | null;
};

/** Hashes and counts chunks as they are read. */
export function hashChunks(source: AsyncIterable<Uint8Array>): HashedChunks {
  const hash = createHash("sha256");
  let bytes = 0;
  let failure: { error: unknown } | null = null;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  return { chunks: chunks(), sha256: () => hash.digest("hex"), bytes: () => bytes, failure: () => failure };
}
