import { type FileHandle, link, mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorCode } from "./store-error.ts";

const dayMs = 24 * 60 * 60 * 1000;

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

/** Writes a new file, and returns once its content would survive a power cut. */
export function writeFlushed(path: string, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  return withFile(path, "wx", async (file) => {
    await file.writeFile(body);
    await file.sync();
  });
}

/** The bytes of a file from this one on, as many as the buffer holds, in the buffer; fewer only at the file's end. */
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

/** Returns once the names in this directory would survive a power cut. */
export function flushDirectory(directory: string): Promise<void> {
  return withFile(directory, "r", (file) => file.sync());
}

/** Gives the file a second name unless that name is taken: atomic, also among processes. */
export async function linkUnlessTaken(path: string, name: string): Promise<"created" | "exists"> {
  try {
    await link(path, name);
    return "created";
  } catch (error) {
    // A directory of that name is no object that was written before.
    if (errorCode(error) !== "EEXIST" || !(await stat(name)).isFile()) throw error;
    return "exists";
  }
}

/** Makes the directory, and flushes every name from `root` down to it; `flushed` remembers those done by this process. */
export async function makeDirectory(root: string, directory: string, flushed: Set<string>): Promise<void> {
  const firstMade = await mkdir(directory, { recursive: true });
  // Even where it was there: whoever made it a moment ago may not have flushed its name yet.
  if (firstMade === undefined && flushed.has(directory)) return;
  const top = firstMade !== undefined && root.startsWith(firstMade) ? dirname(firstMade) : root;
  for (let at = directory; at !== top; ) {
    at = dirname(at);
    await flushDirectory(at);
  }
  flushed.add(directory);
}

/** Removes the file, which may be gone already. */
export async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (errorCode(error) !== "ENOENT") throw error;
  });
}

/** Removes what writers that were killed left behind: files a day older than `newest`, by the file system's own clock. */
export async function sweepAbandoned(directory: string, newest: string, suffix: string): Promise<void> {
  const { mtimeMs } = await stat(newest);
  for (const name of await readdir(directory)) {
    if (!name.endsWith(suffix)) continue;
    const found = await stat(join(directory, name)).catch(() => null);
    if (found && mtimeMs - found.mtimeMs > dayMs) await removeIfThere(join(directory, name));
  }
}
