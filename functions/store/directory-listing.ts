import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { writingFolder } from "./object-key.ts";

/** What to list, and which error only says that a directory is not there. */
export type Walk = { root: string; prefix: string; isAbsence: (error: unknown) => boolean };

/** Keys below `root` that begin with the prefix, in UTF-8 order, as S3 lists them; one directory in memory at a time. */
export function listKeys(walk: Walk): AsyncGenerator<string> {
  return keysBelow(walk, walk.prefix.slice(0, walk.prefix.lastIndexOf("/") + 1));
}

async function* keysBelow(walk: Walk, folder: string): AsyncGenerator<string> {
  for (const name of await namesIn(walk, folder)) {
    const key = folder + name;
    if (key === `${writingFolder}/` || !key.startsWith(walk.prefix.slice(0, key.length))) continue;
    if (name.endsWith("/")) yield* keysBelow(walk, key);
    else if (key.startsWith(walk.prefix)) yield key;
  }
}

/** Names in UTF-8 order, a directory's with the slash that its keys go on with: `a-b` sorts before `a/b`, and `a0` after. */
async function namesIn(walk: Walk, folder: string): Promise<string[]> {
  const entries = await entriesOf(walk, folder);
  const names = await Promise.all(entries.map((entry) => nameOf(entry)));
  return names.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
}

async function entriesOf(walk: Walk, folder: string): Promise<Dirent[]> {
  try {
    return await readdir(join(walk.root, folder), { withFileTypes: true });
  } catch (error) {
    if (walk.isAbsence(error)) return [];
    throw error;
  }
}

async function nameOf(entry: Dirent): Promise<string> {
  // A linked folder is a folder: passing it over would list less than there is.
  const kind = entry.isSymbolicLink() ? await stat(join(entry.parentPath, entry.name)) : entry;
  return kind.isDirectory() ? `${entry.name}/` : entry.name;
}
