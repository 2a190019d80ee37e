import { type FileHandle, link, mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { errorCode, StoreError } from "./objects.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** The modes of files and directories that hold people's data: their owner's alone, whatever the umask. */
const [ownFile, ownDirectory] = [0o600, 0o700];

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags, ownFile);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

/** Writes a new file. Returns when the content would survive a power cut. */
export function writeFlushed(path: string, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  return withFile(path, "wx", async (file) => {
    await file.writeFile(body);
    await file.sync();
  });
}

/** Reads a file from this byte on into the buffer. The result is shorter than the buffer only at the file's end. */
export async function readChunk(path: string, from: number, buffer: Uint8Array): Promise<Uint8Array> {
  let filled = 0;
  await withFile(path, "r", async (file) => {
    for (;;) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, from + filled);
      filled += bytesRead;
      if (bytesRead === 0 || filled === buffer.length) return;
    }
  });
  return buffer.subarray(0, filled);
}

/** Returns when the names in this directory would survive a power cut. */
export function flushDirectory(directory: string): Promise<void> {
  return withFile(directory, "r", (file) => file.sync());
}

/** Gives the file a second name unless the name is taken. Atomic across processes. */
export async function linkUnlessTaken(path: string, name: string): Promise<"created" | "exists"> {
  try {
    await link(path, name);
    return "created";
  } catch (error) {
    // A directory with that name is no object.
    if (errorCode(error) !== "EEXIST" || !(await stat(name)).isFile()) throw error;
    return "exists";
  }
}

/**
 * Makes the directory and every missing one above it. Returns the topmost that was made; undefined if all were there. Node's
 * own `recursive` never ends where a directory that is there takes no new one, as /proc.
 */
async function makeMissing(directory: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let at = directory; !(await isDirectory(at)); at = dirname(at)) missing.push(at);
  let firstMade: string | undefined;
  for (const path of missing.reverse()) if (await makeOne(path)) firstMade ??= path;
  return firstMade;
}

/** False only where nothing stands there. The root of the file system is always a directory. */
async function isDirectory(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT" && dirname(path) !== path) return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is a file`), { code: "ENOTDIR" });
}

/** Whether this call made the directory: another process may be faster. */
async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: ownDirectory });
    return true;
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
    if (await isDirectory(path)) return false;
    throw Object.assign(new Error(`${path} is a link that leads nowhere`), { code: "ENOENT" });
  }
}

/** Makes the directory, and flushes every name from `root` down to it. `flushed` remembers the directories of this process. */
export async function makeDirectory(root: string, directory: string, flushed: Set<string>): Promise<void> {
  const firstMade = await makeMissing(directory);
  // Even if the directory existed: another process may have made it a moment ago without flushing the name yet.
  if (firstMade === undefined && flushed.has(directory)) return;
  const top = firstMade !== undefined && root.startsWith(firstMade) ? dirname(firstMade) : root;
  for (let at = directory; at !== top && at !== dirname(at); ) {
    at = dirname(at);
    await flushDirectory(at);
  }
  flushed.add(directory);
}

/** Removes the file if it exists. */
export async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (errorCode(error) !== "ENOENT") throw error;
  });
}

/** Removes files that killed writers left: those a day older than `newest`, by the file system's own clock. */
export async function sweepAbandoned(directory: string, newest: string, suffix: string): Promise<void> {
  const { mtimeMs } = await stat(newest);
  for (const name of await readdir(directory)) {
    if (!name.endsWith(suffix)) continue;
    const found = await stat(join(directory, name)).catch(() => null);
    if (found && mtimeMs - found.mtimeMs > dayMs) await removeIfThere(join(directory, name));
  }
}

/** The holder of the lock needs a millisecond. A holder that takes longer was suspended. */
const defaultPatienceMs = 20_000;

/**
 * Runs `act` while no other process, thread or store holds the lock of this file. `act` is synchronous, so that the lock is
 * never held over a wait. Throws a `StoreError` if the lock cannot be taken within `patienceMs`.
 *
 * The lock is SQLite's, on an empty database. The kernel releases it when the process ends, however it ends. So a lock is
 * never stale, and no takeover can race, as with a lock file.
 * https://sqlite.org/lockingv3.html
 */
export function underLock<T>(lockPath: string, act: () => T, patienceMs = defaultPatienceMs): T {
  const database = takeLock(lockPath, patienceMs);
  try {
    return act();
  } finally {
    // Closing rolls back the empty transaction, and so releases the lock.
    database.close();
  }
}

function takeLock(lockPath: string, patienceMs: number): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(lockPath, { timeout: patienceMs });
    database.exec("BEGIN IMMEDIATE");
    return database;
  } catch (error) {
    database?.close();
    const code = fileSystemCodes[(error as { errcode?: number }).errcode ?? 0];
    if (code) throw Object.assign(new Error("no lock", { cause: error }), { code });
    throw new StoreError(`Cannot lock ${lockPath} (${errorCode(error)}). ${nextStepUnlocked}`, { cause: error });
  }
}

/** SQLite's results that are the file system's, whatever they are called there: https://sqlite.org/rescode.html */
const fileSystemCodes: Readonly<Record<number, string>> = { 8: "EROFS", 10: "EIO", 13: "ENOSPC" };

const nextStepUnlocked =
  "Another process holds it and was suspended, or the file system has no locks: end that process, or put the store on a local disk.";
