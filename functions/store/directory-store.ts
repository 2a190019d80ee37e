import { createHash, randomUUID } from "node:crypto";
import { type Dirent, readFileSync, renameSync, statSync, unlinkSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Created, ObjectStore, StoredObject } from "../review/ports.ts";
import {
  flushDirectory,
  linkUnlessTaken,
  makeDirectory,
  readChunk,
  removeIfThere,
  sweepAbandoned,
  underLock,
  writeFlushed,
} from "./durable-file.ts";
import {
  assertFolder,
  assertKey,
  assertMutable,
  assertPrefix,
  compareUtf8,
  errorCode,
  hashChunks,
  StoreError,
  writingFolder,
} from "./objects.ts";

// Above 300 lines, as a store is one interface over one disk, and its order of write, flush and link is read at once.

/** The ending of files that are being written. */
const unfinished = ".part";

/** A store on a disk. `flushed` are the directories whose names were flushed by this process. */
type Disk = { root: string; writing: string; lockPath: string; flushed: Set<string>; isSwept: boolean };

/**
 * A store of objects as files below `root`, which need not exist yet. An object is written and flushed in a folder of its
 * own, then linked (create) or renamed (replace) into its place: a crash at any instant leaves the object whole or absent.
 * Files and folders that the store makes are their owner's alone (0600, 0700). The etag of an object is the SHA-256 of its
 * content. Every fault is a `StoreError`. Needs a file system with hard links
 * and locks.
 */
export function openDirectoryStore(root: string): ObjectStore {
  const absolute = resolve(root);
  const writing = join(absolute, writingFolder);
  const disk: Disk = { root: absolute, writing, lockPath: join(writing, "lock"), flushed: new Set(), isSwept: false };
  return {
    get: (key, atMostBytes) => explainFaults(disk, `read ${key}`, () => get(disk, key, atMostBytes)),
    create: (key, body) => explainFaults(disk, `create ${key}`, () => create(disk, key, body)),
    replace: (key, body, etag) => explainFaults(disk, `replace ${key}`, () => replace(disk, key, { body, etag })),
    stream: (key, chunkBytes) => explainFaults(disk, `read ${key}`, () => stream(disk, key, chunkBytes)),
    createFrom: (key, chunks) => createFrom(disk, key, chunks),
    list: (prefix) => list(disk, prefix),
    listFolder: (folder) => listFolder(disk, folder),
    delete: (key) => explainFaults(disk, `delete ${key}`, () => remove(disk, key)),
    locate: (key) => join(absolute, key),
    link: async (key) => pathToFileURL(pathOf(disk, key)).href,
  };
}

function etagOf(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

function pathOf(disk: Disk, key: string): string {
  assertKey(key);
  return join(disk.root, key);
}

async function get(disk: Disk, key: string, atMostBytes?: number): Promise<StoredObject | null> {
  const path = pathOf(disk, key);
  try {
    const found = atMostBytes === undefined ? null : await stat(path);
    if (found?.isFile() === false) return null;
    const isCut = atMostBytes !== undefined && found !== null && found.size > atMostBytes;
    const body = isCut ? await readChunk(path, 0, Buffer.alloc(atMostBytes)) : await readFile(path);
    return { body, etag: etagOf(body) };
  } catch (error) {
    if (isAbsence(disk, error)) return null;
    throw error;
  }
}

async function stream(disk: Disk, key: string, chunkBytes: number): Promise<AsyncIterable<Uint8Array> | null> {
  const path = pathOf(disk, key);
  try {
    const found = await stat(path);
    return found.isFile() ? chunksOf(disk, key, Buffer.alloc(Math.min(chunkBytes, found.size))) : null;
  } catch (error) {
    if (isAbsence(disk, error)) return null;
    throw error;
  }
}

/**
 * Opens the file anew for each chunk, so that a merge of a thousand objects does not hold a thousand files open. All chunks
 * share one buffer: hundreds of megabytes of buffers would otherwise wait for the collector.
 */
async function* chunksOf(disk: Disk, key: string, buffer: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; buffer.length > 0; from += buffer.length) {
    const chunk = await explainFaults(disk, `read ${key}`, () => readChunk(pathOf(disk, key), from, buffer));
    if (chunk.length > 0) yield chunk;
    if (chunk.length < buffer.length) return;
  }
}

async function* list(disk: Disk, prefix: string): AsyncGenerator<string> {
  assertPrefix(prefix);
  const keys = keysBelow(disk, prefix, prefix.slice(0, prefix.lastIndexOf("/") + 1));
  yield* explainListing(disk, prefix, keys);
}

async function* listFolder(disk: Disk, folder: string): AsyncGenerator<string> {
  assertFolder(folder);
  yield* explainListing(disk, folder, namesOfObjects(disk, folder));
}

async function* explainListing(disk: Disk, prefix: string, listing: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* listing;
  } catch (error) {
    throw faultOf(disk, `list ${prefix === "" ? "the store" : prefix}`, error);
  }
}

/** Names directly in the folder, in UTF-8 order; the names of folders end with a slash, and folders without objects are left out. */
async function* namesOfObjects(disk: Disk, folder: string): AsyncGenerator<string> {
  for (const name of await namesIn(disk, folder)) {
    const key = folder + name;
    if (key === `${writingFolder}/`) continue;
    if (!name.endsWith("/") || (await hasObject(disk, key))) yield name;
  }
}

async function hasObject(disk: Disk, folder: string): Promise<boolean> {
  for await (const _ of keysBelow(disk, folder, folder)) return true;
  return false;
}

/** The keys in a folder that begin with the prefix, in UTF-8 order, as S3 lists them. Holds one directory at a time in memory. */
async function* keysBelow(disk: Disk, prefix: string, folder: string): AsyncGenerator<string> {
  for (const name of await namesIn(disk, folder)) {
    const key = folder + name;
    if (key === `${writingFolder}/` || !key.startsWith(prefix.slice(0, key.length))) continue;
    if (name.endsWith("/")) yield* keysBelow(disk, prefix, key);
    else if (key.startsWith(prefix)) yield key;
  }
}

/** The names in a folder, in UTF-8 order. A directory's name ends with a slash, as in its keys: `a-b` sorts before `a/b`, and `a0` after. */
async function namesIn(disk: Disk, folder: string): Promise<string[]> {
  const entries = await entriesOf(disk, folder);
  const names = await Promise.all(entries.map((entry) => nameOf(entry)));
  return names.sort(compareUtf8);
}

async function entriesOf(disk: Disk, folder: string): Promise<Dirent[]> {
  try {
    return await readdir(join(disk.root, folder), { withFileTypes: true });
  } catch (error) {
    if (isAbsence(disk, error)) return [];
    throw error;
  }
}

async function nameOf(entry: Dirent): Promise<string> {
  // A link to a folder counts as a folder: without the link's keys the list would not be whole.
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? `${entry.name}/` : entry.name;
  try {
    return (await stat(join(entry.parentPath, entry.name))).isDirectory() ? `${entry.name}/` : entry.name;
  } catch (error) {
    if (!["ENOENT", "ELOOP"].includes(errorCode(error))) throw error;
    return entry.name; // leads nowhere, or in a circle
  }
}

async function create(disk: Disk, key: string, body: Uint8Array): Promise<"created" | "exists"> {
  const path = pathOf(disk, key);
  return withWritten(disk, body, (written) => linkFlushed(disk, written, path));
}

async function createFrom(disk: Disk, key: string, chunks: AsyncIterable<Uint8Array>): Promise<Created> {
  const path = pathOf(disk, key);
  const hashed = hashChunks(chunks);
  try {
    const result = await withWritten(disk, hashed.chunks, (written) => linkFlushed(disk, written, path));
    return { result, sha256: hashed.sha256() };
  } catch (error) {
    throw hashed.failure()?.error ?? faultOf(disk, `create ${key}`, error);
  }
}

async function linkFlushed(disk: Disk, written: string, path: string): Promise<"created" | "exists"> {
  await makeDirectory(disk.root, dirname(path), disk.flushed);
  const result = await linkUnlessTaken(written, path);
  // Even if the object exists: another process may have linked it a moment ago without flushing the name yet.
  await flushDirectory(dirname(path));
  return result;
}

type Replacement = { body: Uint8Array; etag: string | null };

async function replace(disk: Disk, key: string, { body, etag }: Replacement): Promise<string | null> {
  if (etag === null) return (await create(disk, key, body)) === "created" ? etagOf(body) : null;
  assertMutable(key);
  const path = pathOf(disk, key);
  return withWritten(disk, body, async (written) => {
    if (!underLock(disk.lockPath, () => swap({ path, written, etag }))) return null;
    await flushDirectory(dirname(path));
    return etagOf(body);
  });
}

/** Replaces the object if it still has this etag. Runs under the lock, so no other process renames or deletes meanwhile; `create` never touches a name that is taken. */
function swap({ path, written, etag }: { path: string; written: string; etag: string }): boolean {
  const current = ifThere(() => readFileSync(path));
  if (current === null || etagOf(current) !== etag) return false;
  renameSync(written, path);
  return true;
}

async function remove(disk: Disk, key: string): Promise<void> {
  assertMutable(key);
  const path = pathOf(disk, key);
  if (ifThere(() => statSync(path)) === null) return;
  await makeDirectory(disk.root, disk.writing, disk.flushed);
  underLock(disk.lockPath, () => ifThere(() => unlinkSync(path)));
  await flushDirectory(dirname(path));
}

type Body = Uint8Array | AsyncIterable<Uint8Array>;

async function withWritten<T>(disk: Disk, body: Body, use: (path: string) => Promise<T>): Promise<T> {
  await makeDirectory(disk.root, disk.writing, disk.flushed);
  const path = join(disk.writing, `${randomUUID()}${unfinished}`);
  try {
    await writeFlushed(path, body);
    if (!disk.isSwept) await sweepAbandoned(disk.writing, path, unfinished);
    disk.isSwept = true;
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

/** Whether the error only says that the object does not exist. If the root is a file, or a link in a circle, that is a fault of the store. */
function isAbsence(disk: Disk, error: unknown): boolean {
  const code = errorCode(error);
  if (code === "ELOOP") return !isRootInACircle(disk);
  return code === "ENOENT" || code === "EISDIR" || (code === "ENOTDIR" && !isRootAFile(disk));
}

function isRootInACircle({ root }: Disk): boolean {
  try {
    statSync(root);
    return false;
  } catch (error) {
    return errorCode(error) === "ELOOP";
  }
}

function isRootAFile({ root }: Disk): boolean {
  try {
    return statSync(root).isFile();
  } catch (error) {
    // ENOTDIR: a file stands above the root.
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error))) return false;
    throw error;
  }
}

async function explainFaults<T>(disk: Disk, act: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw faultOf(disk, act, error);
  }
}

const reasonByCode: Record<string, string> = {
  EACCES: "permission is denied: give this user read and write access",
  EPERM: "the operation is not permitted: the file system must allow hard links, and this user to write",
  ENOENT: "no directory can be made there, or a link leads nowhere: name a directory on a disk",
  ELOOP: "its links lead in a circle: name a directory on a disk",
  EDQUOT: "this user's quota is used up: free some space, then go on",
  EROFS: "the file system is read-only: name another directory",
  ENOSPC: "the disk is full: free some space, then go on",
  EEXIST: "a directory stands where the object belongs, or a file where a directory belongs",
  ENOTDIR: "a file stands where a directory belongs",
  ENAMETOOLONG: "the path is too long: name a shorter one",
  EIO: "the disk failed: look at it before you go on",
};

function faultOf(disk: Disk, act: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const code = errorCode(cause);
  if (["ENOTDIR", "EEXIST"].includes(code) && isRootAFile(disk)) {
    return new StoreError(`Cannot use ${disk.root} as a store as it is a file. Name a directory.`, { cause });
  }
  const reason = reasonByCode[code] ?? "the file system refused";
  return new StoreError(`Cannot ${act} in ${disk.root} as ${reason} (${code}).`, { cause });
}
