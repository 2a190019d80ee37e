import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { ZipFile as ZipWriter } from "yazl";
import { sha256 } from "../basics/hash.ts";
import type { ObjectStore } from "../review/ports.ts";
import { assertFolder, assertPrefix, compareUtf8, damaged, errorCode, StoreError } from "./objects.ts";

// A zip of objects, written as a stream and read in place: nothing is ever unpacked to a disk. yazl and yauzl are 200 KB
// together, and in no Lambda.

/** One object of a zip; `open` is asked for its bytes when its turn comes. */
export type ZipEntry = { name: string; open(): Promise<AsyncIterable<Uint8Array>> };

/** Writes a zip under a name that is not there yet: whole, or not at all. Only its owner may read it, as it holds people's data. `at`: the time of its entries. */
export async function writeZip(file: string, entries: AsyncIterable<ZipEntry>, at: Date): Promise<void> {
  const unfinished = `${file}.part`;
  const zip = new ZipWriter();
  const written = pipeline(zip.outputStream, createWriteStream(unfinished, { flags: "wx", mode: 0o600 }));
  // Awaited below: a fault of the disk may come while entries are being added.
  written.catch(() => {});
  try {
    for await (const { name, open } of entries) {
      const compress = !name.endsWith(".gz");
      await addEntry(zip, { name, chunks: await open(), options: { mtime: at, mode: 0o100600, compress } }, written);
    }
    zip.end();
    await written;
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof StoreError) throw error;
    throw new StoreError(`Cannot write ${file} (${errorCode(error)}).`, { cause: error });
  }
}

type Adding = {
  name: string;
  chunks: AsyncIterable<Uint8Array>;
  options: { mtime: Date; mode: number; compress: boolean };
};

/** Adds one entry, and resolves once its bytes were read: one object at a time is open. */
async function addEntry(zip: ZipWriter, { name, chunks, options }: Adding, written: Promise<void>): Promise<void> {
  const input = Readable.from(copies(chunks), { objectMode: false });
  const isRead = new Promise<void>((resolve, reject) => input.once("end", resolve).once("error", reject));
  zip.addReadStream(input, name, options);
  await Promise.race([isRead, written.then(() => isRead)]);
}

/** A store's chunk is good until the next is asked for, and a zip reads ahead. */
async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/** How many times its packed size an entry may have, beyond a first megabyte: JSON that repeats itself stays far below. */
const mostRatio = 200;
const freeBytes = 1024 * 1024;
/** What is read as a whole stays below this; parts are read in pieces. */
const mostWholeBytes = 512 * 1024 * 1024;
const mostEntries = 1_000_000;

/** A zip that was opened for reading. */
export type OpenedZip = { names: readonly string[]; store: ObjectStore; close(): void };

/**
 * Opens a zip as a store that cannot be written to. Throws, with every fault, where the zip is damaged, names an entry twice,
 * packs it in a way that is not read, or would be far larger than it is. yauzl refuses absolute names, `..` and backslashes.
 */
export async function openZip(file: string): Promise<OpenedZip> {
  const zip = await opened(file);
  try {
    const entries = await entriesOf(zip);
    const faults = zipFaults(entries, zip.fileSize);
    if (faults.length > 0) throw new StoreError(`Cannot read ${file}:\n${faults.join("\n")}`);
    const byName = new Map(entries.map((entry) => [entry.fileName, entry]));
    const names = [...byName.keys()].sort(compareUtf8);
    return { names, store: storeOver(file, { zip, byName, names }), close: () => zip.close() };
  } catch (error) {
    zip.close();
    if (error instanceof StoreError) throw error;
    throw new StoreError(`Cannot read ${file} as a zip: ${(error as Error).message}`, { cause: error });
  }
}

async function opened(file: string): Promise<ZipFile> {
  try {
    return await openPromise(file, { lazyEntries: true, autoClose: false, strictFileNames: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StoreError(`Cannot read ${file} as a zip: ${code ?? message}`, { cause: error });
  }
}

async function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  if (zip.entryCount > mostEntries) throw new StoreError(`Cannot read a zip of ${zip.entryCount} entries`);
  for await (const entry of zip.eachEntry()) entries.push(entry);
  return entries;
}

function zipFaults(entries: readonly Entry[], fileSize: number): string[] {
  const faults: string[] = [];
  const known = new Set<string>();
  let [packed, unpacked] = [0, 0];
  for (const entry of entries) {
    const { fileName: name, compressedSize, uncompressedSize } = entry;
    // Two names that differ in case alone are one name on many disks.
    const folded = name.normalize("NFC").toLowerCase();
    if (known.has(folded)) faults.push(`${name} is there twice`);
    known.add(folded);
    packed += compressedSize;
    unpacked += uncompressedSize;
    if (entry.isEncrypted() || !entry.canDecodeFileData()) faults.push(`${name} is packed in a way that is not read`);
    if (uncompressedSize > freeBytes + mostRatio * compressedSize)
      faults.push(`${name} would be far larger than it is`);
  }
  if (packed > fileSize) faults.push("its entries lie over each other");
  if (unpacked > freeBytes + mostRatio * fileSize) faults.push("it would be far larger than it is");
  return faults;
}

type Within = { zip: ZipFile; byName: ReadonlyMap<string, Entry>; names: readonly string[] };

function storeOver(file: string, { zip, byName, names }: Within): ObjectStore {
  const locate = (key: string): string => `${file} (${key})`;
  const refuse = async (): Promise<never> => {
    throw new StoreError(`Cannot write into ${file}`);
  };
  async function* read(key: string, entry: Entry): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of await zip.openReadStreamPromise(entry)) yield chunk as Uint8Array;
    } catch (error) {
      throw damaged(locate(key), errorCode(error));
    }
  }
  return {
    async get(key) {
      const entry = byName.get(key);
      if (!entry) return null;
      if (entry.uncompressedSize > mostWholeBytes) throw damaged(locate(key), "larger than any object of a review");
      const chunks: Uint8Array[] = [];
      for await (const chunk of read(key, entry)) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      return { body, etag: sha256(body) };
    },
    async stream(key) {
      const entry = byName.get(key);
      return entry ? read(key, entry) : null;
    },
    async *list(prefix) {
      assertPrefix(prefix);
      yield* names.filter((name) => name.startsWith(prefix));
    },
    async *listFolder(folder) {
      assertFolder(folder);
      const within = names.filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length));
      yield* new Set(within.map((name) => name.replace(/\/.*$/s, "/")));
    },
    create: refuse,
    replace: refuse,
    createFrom: refuse,
    delete: refuse,
    locate,
  };
}

/** Whether a path is a folder. Throws a `StoreError` where nothing is there. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new StoreError(`Cannot read ${path} (${errorCode(error)}).`, { cause: error });
  }
}

/** A store whose objects of one folder are those of another store, and nothing else: `below("a/", store)` has `a/x` where the store has `x`. */
export function below(folder: string, { get, stream, list, listFolder, locate, ...rest }: ObjectStore): ObjectStore {
  const within = (key: string): string | null => (key.startsWith(folder) ? key.slice(folder.length) : null);
  return {
    ...rest,
    get: async (key) => (within(key) === null ? null : await get(within(key)!)),
    stream: async (key, bytes) => (within(key) === null ? null : await stream(within(key)!, bytes)),
    async *list(prefix) {
      if (within(prefix) === null) return;
      for await (const key of list(within(prefix)!)) yield folder + key;
    },
    async *listFolder(name) {
      if (within(name) !== null) yield* listFolder(within(name)!);
    },
    locate: (key) => locate(within(key) ?? key),
  };
}
