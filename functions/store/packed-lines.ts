import { isUtf8 } from "node:buffer";
import { type Duplex, pipeline, Readable } from "node:stream";
import { createGunzip, createGzip, type ZlibOptions } from "node:zlib";
import { sha256 } from "../basics/canonical-json.ts";
import type { ObjectStore, StoredLines } from "../review/ports.ts";
import { parseJson, toJson } from "./json-text.ts";
import { damaged, errorCode, StoreError } from "./store-error.ts";

// 6 has the best ratio per millisecond on grants: 9 takes twice the time for one per cent.
const gzipLevels = { kept: 6, passing: 1 };
/** Small, as a snapshot merges hundreds of objects at a time; what is fetched in one request makes many times as much. */
const fetchedBytes = 16 * 1024;
const inflatedBytes = 8 * 1024;
/** Large, as such parts are read one at a time: in pieces of a quarter an assessment takes a third longer, for no less memory. */
const provenBytes = 128 * 1024;
/** Few: what is made of these is what outlives a young collection, and then waits for an old one. */
const linesAtOnce = 32;
const packedBytes = 64 * 1024;
const lineEnd = 0x0a;

/** The bytes of JSON lines, gzipped: the same for the same lines. */
export async function packLines(lines: Iterable<unknown>, use: keyof typeof gzipLevels = "kept"): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of packedChunks(lines, gzipLevels[use])) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** RFC 1952: bytes 4-7 are the time, 9 the operating system. Neither may make the same lines another object. */
function withPlainHeader(packed: Buffer): Buffer {
  packed.fill(0, 4, 8);
  packed[9] = 255;
  return packed;
}

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
function piped(pieces: AsyncIterable<Uint8Array>, through: Duplex): AsyncIterable<Buffer> {
  return pipeline(Readable.from(pieces), through, () => {});
} // a failure is met by whoever reads what comes out

/** Each line is encoded by itself: V8 takes four times as long to encode a text that was put together from many. */
async function* encoded(lines: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  let piece = Buffer.allocUnsafe(packedBytes);
  let filled = 0;
  for await (const line of lines) {
    const text = `${toJson(line)}\n`;
    const mostBytes = text.length * 3;
    if (filled + mostBytes > piece.length) {
      yield piece.subarray(0, filled);
      piece = Buffer.allocUnsafe(Math.max(packedBytes, mostBytes));
      filled = 0;
    }
    filled += piece.write(text, filled);
  }
  yield piece.subarray(0, filled);
}

/** An object of JSON lines; its SHA-256 where that is known, and how much of it is to be inflated at a time. */
export type Wanted = { key: string; sha256?: string | undefined; pieceBytes?: number | undefined };

/** The lines of an object, in order. Throws where it is absent, damaged, or has another SHA-256 than it should. */
export async function* readLines<T>(objects: ObjectStore, wanted: Wanted): AsyncGenerator<T> {
  for await (const lines of readStoredLines<T>(objects, wanted)) {
    yield* lines.parseAll();
  }
}

/**
 * The same lines as they are written, some at a time, and none decoded before somebody asks: most are the same as in the
 * review before. Each is decoded by itself: a text of hundreds is too large for V8's young space, and takes five times as long.
 */
export async function* readStoredLines<T>(objects: ObjectStore, wanted: Wanted): AsyncGenerator<StoredLines<T>> {
  const place = objects.locate(wanted.key);
  let before = 0;
  for await (const bytes of wholeLines(await inflated(objects, wanted), place)) {
    for (let from = 0; from < bytes.length; ) {
      const ends = lineEnds(bytes, from);
      yield storedLines<T>(bytes, [from - 1, ...ends], (at) => `${place} line ${before + at + 1}`);
      before += ends.length;
      from = ends.at(-1)! + 1;
    }
  }
}

/** Where the next few lines end. */
function lineEnds(bytes: Buffer, start: number): number[] {
  const ends: number[] = [];
  for (let from = start; from < bytes.length && ends.length < linesAtOnce; from = ends.at(-1)! + 1) {
    const newline = bytes.indexOf(lineEnd, from);
    ends.push(newline < 0 ? bytes.length : newline);
  }
  return ends;
}

type Lines = { bytes: Buffer; ends: number[] };

/** Lines between each of these ends and the next. */
function storedLines<T>(bytes: Buffer, ends: number[], placeOf: (at: number) => string): StoredLines<T> & Lines {
  const textOf = (at: number, most = Number.POSITIVE_INFINITY): string => {
    const from = ends[at]! + 1;
    return bytes.toString("utf8", from, Math.min(ends[at + 1]!, from + most));
  };
  const count = ends.length - 1;
  const parse = (at: number): T => parseJson<T>(textOf(at), () => placeOf(at));
  return {
    bytes,
    ends,
    count,
    head: textOf,
    isSame(at, others, otherAt) {
      const other = others as StoredLines<T> & Lines;
      const [from, to] = [ends[at]! + 1, ends[at + 1]!];
      const [otherFrom, otherTo] = [other.ends[otherAt]! + 1, other.ends[otherAt + 1]!];
      return to - from === otherTo - otherFrom && bytes.compare(other.bytes, otherFrom, otherTo, from, to) === 0;
    },
    parse,
    parseAll: () => Array.from({ length: count }, (_, at) => parse(at)),
  };
}

/**
 * Fetched at once where there is a hash to prove before anything is believed, else in pieces. Inflated in pieces anyhow: a
 * whole part is garbage of many times the size that the collector takes its time with.
 */
async function inflated(
  objects: ObjectStore,
  { key, sha256: expected, pieceBytes }: Wanted,
): Promise<AsyncIterable<Buffer>> {
  const place = objects.locate(key);
  const atOnce = (usual: number): number => Math.max(inflatedBytes, Math.min(provenBytes, pieceBytes ?? usual));
  const stored =
    expected === undefined ? await objects.stream(key, Math.max(fetchedBytes, atOnce(0))) : await objects.get(key);
  if (stored === null) {
    throw new StoreError(
      `Cannot read ${place} as it does not exist. The stage that writes it has not ended: run it again.`,
    );
  }
  if (!("body" in stored)) return inflate(copied(stored), place, atOnce(inflatedBytes));
  if (sha256(stored.body) === expected) return inflate(inOne(stored.body), place, atOnce(provenBytes));
  throw new StoreError(`Cannot read ${place} as it is not what was written: its SHA-256 is not ${expected}.`);
}

/** One gzip member after another. */
async function* inflate(chunks: AsyncIterable<Uint8Array>, place: string, bytesAtOnce: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: bytesAtOnce, highWaterMark: bytesAtOnce } as ZlibOptions);
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  try {
    yield* piped(counted(), gunzip);
  } catch (error) {
    throw error instanceof StoreError ? error : damaged(place, errorCode(error));
  }
  refuseRest(place, gunzip, bytes);
}

/** The next is asked for while this one is being inflated, and may come in the same buffer. */
async function* copied(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

async function* inOne(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

/** zlib stops without an error where what follows a member is zeros. */
function refuseRest(place: string, { bytesWritten }: { bytesWritten: number }, bytes: number): void {
  if (bytesWritten !== bytes) throw damaged(place, "bytes follow its end");
}

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

function asUtf8(place: string, lines: Buffer): Buffer {
  if (!isUtf8(lines)) throw damaged(place, "not UTF-8");
  return lines;
}
