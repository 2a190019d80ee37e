import { isUtf8 } from "node:buffer";
import { type Duplex, pipeline, Readable } from "node:stream";
import { createGunzip, createGzip, type ZlibOptions } from "node:zlib";
import { sha256 } from "../review/canonical-json.ts";
import type { ObjectStore, StoredLine } from "../review/ports.ts";
import { parseJson, toJson } from "./json-text.ts";
import { damaged, errorCode, StoreError } from "./store-error.ts";

// 6 has the best ratio per millisecond on grants: 9 takes twice the time for one per cent.
const gzipLevels = { kept: 6, passing: 1 };
/** Small, as a snapshot merges hundreds of objects at a time; what is fetched in one request makes many times as much. */
const fetchedBytes = 16 * 1024;
const inflatedBytes = 8 * 1024;
/** Where few are merged they may hold so much together: each piece is a call to another thread. */
const sharedBytes = 1024 * 1024;
/** Large, as such parts are read one at a time: in pieces of a quarter an assessment takes a third longer, for no less memory. */
const provenBytes = 128 * 1024;
const packedBytes = 64 * 1024;
const lineEnd = 0x0a;

/** The bytes of JSON lines, gzipped: the same for the same lines. */
export const packLines = async (
  lines: Iterable<unknown>,
  use: keyof typeof gzipLevels = "kept",
): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of packedChunks(lines, gzipLevels[use])) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** RFC 1952: bytes 4-7 are the time, 9 the operating system. Neither may make the same lines another object. */
const withPlainHeader = (packed: Buffer): Buffer => {
  packed.fill(0, 4, 8);
  packed[9] = 255;
  return packed;
};

/** `packLines` of lines that may be too many to hold, in chunks. Packed in other threads, while the lines are made in this one. */
export async function* packedChunks(
  lines: Iterable<unknown> | AsyncIterable<unknown>,
  level = gzipLevels.kept,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of piped(encoded(lines), createGzip({ level }))) {
    yield isFirst ? withPlainHeader(chunk) : chunk;
    isFirst = false;
  }
}

/** What comes out where this goes in; a failure on either side ends both. */
const piped = (pieces: AsyncIterable<Uint8Array>, through: Duplex): AsyncIterable<Buffer> =>
  pipeline(Readable.from(pieces), through, () => {}); // a failure is met by whoever reads what comes out

/** Each line is encoded by itself: V8 takes four times as long to encode a text that was put together from many. */
async function* encoded(lines: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const line of lines) {
    const piece = Buffer.from(`${toJson(line)}\n`);
    pieces.push(piece);
    bytes += piece.length;
    if (bytes < packedBytes) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    bytes = 0;
  }
  yield Buffer.concat(pieces);
}

/** An object of JSON lines; its SHA-256 where that is known, and how many are read side by side. */
export type Wanted = { key: string; sha256?: string | undefined; among?: number | undefined };

/** The lines of an object, in order. Throws where it is absent, damaged, or has another SHA-256 than it should. */
export async function* readLines<T>(objects: ObjectStore, wanted: Wanted): AsyncGenerator<T> {
  for await (const lines of readTexts<T>(objects, wanted)) for (const line of lines) yield line.parse();
}

/**
 * The same lines as they are written, some at a time. Each is decoded by itself: a text of hundreds is too large for V8's
 * young space, and takes five times as long.
 */
export async function* readTexts<T>(objects: ObjectStore, wanted: Wanted): AsyncGenerator<StoredLine<T>[]> {
  const place = objects.locate(wanted.key);
  let number = 0;
  for await (const bytes of wholeLines(await inflated(objects, wanted), place)) {
    const lines: StoredLine<T>[] = [];
    for (let from = 0; from < bytes.length; ) {
      const newline = bytes.indexOf(lineEnd, from);
      const to = newline < 0 ? bytes.length : newline;
      lines.push(storedLine(bytes.toString("utf8", from, to), place, ++number));
      from = to + 1;
    }
    yield lines;
  }
}

const storedLine = <T>(text: string, place: string, number: number): StoredLine<T> => ({
  text,
  parse: () => parseJson<T>(text, () => `${place} line ${number}`),
});

/**
 * Fetched at once where there is a hash to prove before anything is believed, else in pieces. Inflated in pieces anyhow: a
 * whole part is garbage of many times the size that the collector takes its time with.
 */
const inflated = async (
  objects: ObjectStore,
  { key, sha256: expected, among = Number.POSITIVE_INFINITY }: Wanted,
): Promise<AsyncIterable<Buffer>> => {
  const place = objects.locate(key);
  const share = Math.min(provenBytes, Math.floor(sharedBytes / among));
  const [fetchedAtOnce, inflatedAtOnce] = [Math.max(fetchedBytes, share), Math.max(inflatedBytes, share)];
  const stored = expected === undefined ? await objects.stream(key, fetchedAtOnce) : await objects.get(key);
  if (stored === null) {
    throw new StoreError(
      `Cannot read ${place} as it does not exist. The stage that writes it has not ended: run it again.`,
    );
  }
  if (!("body" in stored)) return inflate(stored, place, inflatedAtOnce);
  if (sha256(stored.body) === expected) return inflate(inOne(stored.body), place, provenBytes);
  throw new StoreError(`Cannot read ${place} as it is not what was written: its SHA-256 is not ${expected}.`);
};

/** One gzip member after another. */
async function* inflate(chunks: AsyncIterable<Uint8Array>, place: string, bytesAtOnce: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: bytesAtOnce, highWaterMark: bytesAtOnce } as ZlibOptions);
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield Buffer.from(chunk); // the next is asked for while this one is being inflated
    }
  }
  try {
    yield* piped(counted(), gunzip);
  } catch (error) {
    throw error instanceof StoreError ? error : damaged(place, errorCode(error));
  }
  refuseRest(place, gunzip, bytes);
}

async function* inOne(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

/** zlib stops without an error where what follows a member is zeros. */
const refuseRest = (place: string, { bytesWritten }: { bytesWritten: number }, bytes: number): void => {
  if (bytesWritten !== bytes) throw damaged(place, "bytes follow its end");
};

/**
 * Bytes that end where a line does, but for the last. Throws where they are not UTF-8. Only the line that straddles two
 * pieces is copied.
 */
async function* wholeLines(pieces: AsyncIterable<Buffer>, place: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(lineEnd) + 1;
    const first = end > 0 && rest.length > 0 ? piece.indexOf(lineEnd) + 1 : 0;
    if (first > 0) yield asUtf8(place, Buffer.concat([rest, piece.subarray(0, first)]));
    if (end > first) yield asUtf8(place, piece.subarray(first, end));
    rest = Buffer.concat(end > 0 ? [piece.subarray(end)] : [rest, piece]);
  }
  if (rest.length > 0) yield asUtf8(place, rest);
}

const asUtf8 = (place: string, lines: Buffer): Buffer => {
  if (!isUtf8(lines)) throw damaged(place, "not UTF-8");
  return lines;
};
