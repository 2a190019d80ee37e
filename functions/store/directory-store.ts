import { createHash, randomUUID } from "node:crypto";
import { readFileSync, renameSync, statSync, unlinkSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Created, ObjectStore, StoredObject } from "../review/ports.ts";
import { listKeys } from "./directory-listing.ts";
import {
  flushDirectory,
  linkUnlessTaken,
  makeDirectory,
  readChunk,
  removeIfThere,
  sweepAbandoned,
  writeFlushed,
} from "./durable-file.ts";
import { underLock } from "./exclusive-lock.ts";
import { openIntake } from "./intake.ts";
import { assertKey, assertMutable, assertPrefix, writingFolder } from "./object-key.ts";
import { errorCode, StoreError } from "./store-error.ts";

const unfinished = ".part";

type Place = { root: string; writing: string; lockPath: string; flushed: Set<string>; isSwept: boolean };

/**
 * Objects as files below `root`, which need not exist yet. An object is written and flushed in a folder of its own, then
 * linked (create) or renamed (replace) into place: a crash at any instant leaves it whole or absent. Etags are SHA-256 of
 * the content. Every fault is a `StoreError`. Needs a file system with hard links and locks.
 */
export function openDirectoryStore(root: string): ObjectStore {
  const absolute = resolve(root);
  const writing = join(absolute, writingFolder);
  const place: Place = { root: absolute, writing, lockPath: join(writing, "lock"), flushed: new Set(), isSwept: false };
  return {
    get: (key) => explained(place, `read ${key}`, () => get(place, key)),
    create: (key, body) => explained(place, `create ${key}`, () => create(place, key, body)),
    replace: (key, body, etag) => explained(place, `replace ${key}`, () => replace(place, key, { body, etag })),
    stream: (key, chunkBytes) => explained(place, `read ${key}`, () => stream(place, key, chunkBytes)),
    createFrom: (key, chunks) => createFrom(place, key, chunks),
    list: (prefix) => list(place, prefix),
    delete: (key) => explained(place, `delete ${key}`, () => remove(place, key)),
    locate: (key) => join(absolute, key),
  };
}

function etagOf(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

function pathOf(place: Place, key: string): string {
  assertKey(key);
  return join(place.root, key);
}

async function get(place: Place, key: string): Promise<StoredObject | null> {
  const path = pathOf(place, key);
  try {
    const body = await readFile(path);
    return { body, etag: etagOf(body) };
  } catch (error) {
    if (isAbsence(place, error)) return null;
    throw error;
  }
}

async function stream(place: Place, key: string, chunkBytes: number): Promise<AsyncIterable<Uint8Array> | null> {
  const path = pathOf(place, key);
  try {
    const found = await stat(path);
    return found.isFile() ? chunksOf(place, key, Buffer.alloc(Math.min(chunkBytes, found.size))) : null;
  } catch (error) {
    if (isAbsence(place, error)) return null;
    throw error;
  }
}

/**
 * Opens the file for each chunk anew: who merges a thousand objects must not hold a thousand files open. All chunks are in
 * one buffer, as hundreds of megabytes of them would wait for the collector.
 */
async function* chunksOf(place: Place, key: string, buffer: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; buffer.length > 0; from += buffer.length) {
    const chunk = await explained(place, `read ${key}`, () => readChunk(pathOf(place, key), from, buffer));
    if (chunk.length > 0) yield chunk;
    if (chunk.length < buffer.length) return;
  }
}

async function* list(place: Place, prefix: string): AsyncGenerator<string> {
  assertPrefix(prefix);
  try {
    yield* listKeys({ root: place.root, prefix, isAbsence: (error) => isAbsence(place, error) });
  } catch (error) {
    throw faultOf(place, `list ${prefix === "" ? "the store" : prefix}`, error);
  }
}

async function create(place: Place, key: string, body: Uint8Array): Promise<"created" | "exists"> {
  const path = pathOf(place, key);
  return withWritten(place, body, (written) => linkFlushed(place, written, path));
}

async function createFrom(place: Place, key: string, chunks: AsyncIterable<Uint8Array>): Promise<Created> {
  const path = pathOf(place, key);
  const intake = openIntake(chunks);
  try {
    const result = await withWritten(place, intake.chunks, (written) => linkFlushed(place, written, path));
    return { result, sha256: intake.sha256() };
  } catch (error) {
    throw intake.failure()?.error ?? faultOf(place, `create ${key}`, error);
  }
}

async function linkFlushed(place: Place, written: string, path: string): Promise<"created" | "exists"> {
  await makeDirectory(place.root, dirname(path), place.flushed);
  const result = await linkUnlessTaken(written, path);
  // Also where it exists: whoever linked it a moment ago may not have flushed its name yet.
  await flushDirectory(dirname(path));
  return result;
}

type Replacement = { body: Uint8Array; etag: string | null };

async function replace(place: Place, key: string, { body, etag }: Replacement): Promise<string | null> {
  if (etag === null) return (await create(place, key, body)) === "created" ? etagOf(body) : null;
  assertMutable(key);
  const path = pathOf(place, key);
  return withWritten(place, body, async (written) => {
    if (!underLock(place.lockPath, () => swap({ path, written, etag }))) return null;
    await flushDirectory(dirname(path));
    return etagOf(body);
  });
}

/** Under the lock nobody else renames or deletes, and `create` never touches a name that is taken. */
function swap({ path, written, etag }: { path: string; written: string; etag: string }): boolean {
  const current = ifThere(() => readFileSync(path));
  if (current === null || etagOf(current) !== etag) return false;
  renameSync(written, path);
  return true;
}

async function remove(place: Place, key: string): Promise<void> {
  assertMutable(key);
  const path = pathOf(place, key);
  if (ifThere(() => statSync(path)) === null) return;
  await makeDirectory(place.root, place.writing, place.flushed);
  underLock(place.lockPath, () => ifThere(() => unlinkSync(path)));
  await flushDirectory(dirname(path));
}

type Body = Uint8Array | AsyncIterable<Uint8Array>;

async function withWritten<T>(place: Place, body: Body, use: (path: string) => Promise<T>): Promise<T> {
  await makeDirectory(place.root, place.writing, place.flushed);
  const path = join(place.writing, `${randomUUID()}${unfinished}`);
  try {
    await writeFlushed(path, body);
    if (!place.isSwept) await sweepAbandoned(place.writing, path, unfinished);
    place.isSwept = true;
    return await use(path);
  } finally {
    await removeIfThere(path);
  }
}

function ifThere<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** Whether the error says only that no such object is there. A root that is a file is no empty store. */
function isAbsence(place: Place, error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "EISDIR" || (code === "ENOTDIR" && !isRootAFile(place));
}

function isRootAFile({ root }: Place): boolean {
  return ifThere(() => statSync(root).isFile()) === true;
}

async function explained<T>(place: Place, act: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw faultOf(place, act, error);
  }
}

const reasonByCode: Record<string, string> = {
  EACCES: "permission is denied: give this user read and write access",
  EPERM: "the operation is not permitted: the file system must allow hard links, and this user to write",
  EROFS: "the file system is read-only: name another directory",
  ENOSPC: "the disk is full: free some space, then go on",
  EEXIST: "a directory stands where the object belongs, or a file where a directory belongs",
  ENOTDIR: "a file stands where a directory belongs",
};

function faultOf(place: Place, act: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const code = errorCode(cause);
  if (["ENOTDIR", "EEXIST"].includes(code) && isRootAFile(place)) {
    return new StoreError(`Cannot use ${place.root} as a store as it is a file. Name a directory.`, { cause });
  }
  const reason = reasonByCode[code] ?? "the file system refused";
  return new StoreError(`Cannot ${act} in ${place.root} as ${reason} (${code}).`, { cause });
}
