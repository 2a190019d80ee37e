import { isUtf8 } from "node:buffer";
import { type Duplex, pipeline, Readable } from "node:stream";
import { createGunzip, createGzip, type ZlibOptions } from "node:zlib";
import { sha256 } from "../basics/hash.ts";
import { DamagedError, type ObjectStore, type Store, type StoredLines } from "../review/ports.ts";
import { damaged, errorCode, StoreError } from "./objects.ts";

/** The store of these objects that reads and writes JSON and gzipped JSON lines as well. A damaged object is a `StoreError` that names it. */
export function withLines(objects: ObjectStore): Store {
  return {
    ...objects,
    getJson: async <T>(key: string) => {
      const stored = await objects.get(key);
      if (stored === null) return null;
      const place = objects.locate(key);
      return parseJson<T>(decodeUtf8(stored.body, place), () => place);
    },
    createJson: async (key, value) => {
      const body = Buffer.from(`${toJson(value, 2)}\n`);
      return { result: await objects.create(key, body), sha256: sha256(body) };
    },
    readLines: <T>(key: string, sha256?: string) => readLines<T>(objects, { key, sha256 }),
    readStoredLines: <T>(key: string, sha256?: string, pieceBytes?: number) =>
      readStoredLines<T>(objects, { key, sha256, pieceBytes }),
    packLines,
    createLines: (key, lines) => objects.createFrom(key, gzipLines(lines)),
  };
}

/** A value as JSON. Throws a TypeError for a value that JSON cannot express. */
function toJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  if (text === undefined) throw new TypeError(`Cannot write a value of type ${typeof value} as JSON.`);
  return text;
}

/** The value of a JSON text. Throws a `StoreError` that names the place and quotes nothing. */
function parseJson<T>(text: string, placeOf: () => string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    // Without the cause: V8's message quotes the text, names and e-mails included.
    throw damaged(placeOf(), "not JSON");
  }
}

function decodeUtf8(body: Uint8Array, place: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch (error) {
    throw damaged(place, errorCode(error));
  }
}

/** Level 6 has the best ratio per millisecond on grants: 9 takes twice the time for one per cent. */
const gzipLevels = { kept: 6, passing: 1 };
/** Bytes per request of a streamed object. Few, as a snapshot merges hundreds of objects at a time, and each inflates to many times its size. */
const fetchedBytes = 16 * 1024;
const inflatedBytes = 8 * 1024;
/** Bytes inflated at a time of an object with a known hash. Many, as such objects are read one at a time: with a quarter an assessment takes a third longer, for no less memory. */
const provenBytes = 128 * 1024;
/** Lines per batch. Few, as what is made of a batch outlives a young collection, and then waits for an old one. */
const linesAtOnce = 32;
const packedBytes = 64 * 1024;
const lineEnd = 0x0a;
/** A group of a hundred thousand members takes a quarter of it. What inflates to more is no line of ours. */
const longestLine = 64 * 1024 * 1024;

/** The gzipped bytes of JSON lines. The same lines give the same bytes. */
async function packLines(lines: Iterable<unknown>, use: keyof typeof gzipLevels = "kept"): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of gzipLines(lines, gzipLevels[use])) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Clears the time (bytes 4 to 7) and the operating system (byte 9) of RFC 1952, so that the same lines give the same bytes. */
function withPlainHeader(packed: Buffer): Buffer {
  packed.fill(0, 4, 8);
  packed[9] = 255;
  return packed;
}

/** `packLines` in chunks, for lines that do not fit in memory. zlib's threads gzip while this thread makes the lines. */
async function* gzipLines(
  lines: Iterable<unknown> | AsyncIterable<unknown>,
  level = gzipLevels.kept,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of pipeThrough(encodeLines(lines), createGzip({ level }))) {
    yield isFirst ? withPlainHeader(chunk) : chunk;
    isFirst = false;
  }
}

/** The output of a stream for this input. A failure of either ends both; the reader of the output gets the error. */
function pipeThrough(pieces: AsyncIterable<Uint8Array>, through: Duplex): AsyncIterable<Buffer> {
  return pipeline(Readable.from(pieces), through, () => {});
}

/** The bytes of JSON lines. Each line is encoded by itself: V8 takes four times as long to encode a text joined from many. */
async function* encodeLines(lines: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
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

/** An object of JSON lines, its SHA-256 if that is known, and how many bytes to inflate at a time. */
type LinesObject = { key: string; sha256?: string | undefined; pieceBytes?: number | undefined };

/** The lines of an object, in order. Throws if the object is absent or damaged, or has another SHA-256. */
async function* readLines<T>(objects: ObjectStore, wanted: LinesObject): AsyncGenerator<T> {
  for await (const lines of readStoredLines<T>(objects, wanted)) {
    yield* lines.parseAll();
  }
}

/**
 * The lines of an object as bytes, a batch at a time. A line is decoded when it is asked for: most lines are the same as in
 * the previous review. Each line is decoded by itself: a text of hundreds of lines is too large for V8's young space, and
 * takes five times as long.
 */
async function* readStoredLines<T>(objects: ObjectStore, wanted: LinesObject): AsyncGenerator<StoredLines<T>> {
  const place = objects.locate(wanted.key);
  let before = 0;
  for await (const bytes of splitAfterLines(await inflateObject(objects, wanted), place)) {
    for (let from = 0; from < bytes.length; ) {
      const ends = findLineEnds(bytes, from);
      yield storedLines<T>(bytes, [from - 1, ...ends], (at) => `${place} line ${before + at + 1}`);
      before += ends.length;
      from = ends.at(-1)! + 1;
    }
  }
}

/** The ends of the next batch of lines. */
function findLineEnds(bytes: Buffer, start: number): number[] {
  const ends: number[] = [];
  for (let from = start; from < bytes.length && ends.length < linesAtOnce; from = ends.at(-1)! + 1) {
    const newline = bytes.indexOf(lineEnd, from);
    ends.push(newline < 0 ? bytes.length : newline);
  }
  return ends;
}

type Lines = { bytes: Buffer; ends: number[] };

/** One line between each of these ends and the next. */
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
 * Inflates an object. An object with a known hash is fetched whole and its hash checked first; any other object is fetched in
 * pieces. Both are inflated in pieces: inflating a whole part at once doubles the peak heap.
 */
async function inflateObject(
  objects: ObjectStore,
  { key, sha256: expected, pieceBytes }: LinesObject,
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
  if (!("body" in stored)) return inflateChunks(copyChunks(stored), place, atOnce(inflatedBytes));
  if (sha256(stored.body) === expected) return inflateChunks(inOneChunk(stored.body), place, atOnce(provenBytes));
  throw new StoreError(`Cannot read ${place} as it is not what was written: its SHA-256 is not ${expected}.`);
}

/** Inflates gzip members, one after another. */
async function* inflateChunks(
  chunks: AsyncIterable<Uint8Array>,
  place: string,
  bytesAtOnce: number,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: bytesAtOnce, highWaterMark: bytesAtOnce } as ZlibOptions);
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  try {
    yield* pipeThrough(counted(), gunzip);
  } catch (error) {
    throw error instanceof StoreError || error instanceof DamagedError ? error : damaged(place, errorCode(error));
  }
  refuseTrailingBytes(place, gunzip, bytes);
}

/** Copies each chunk: the next chunk is read while this one is inflated, and may come in the same buffer. */
async function* copyChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

async function* inOneChunk(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

/** Throws if bytes follow the last member. zlib itself ignores them where they are zeros. */
function refuseTrailingBytes(place: string, { bytesWritten }: { bytesWritten: number }, bytes: number): void {
  if (bytesWritten !== bytes) throw damaged(place, "bytes follow its end");
}

/**
 * The bytes in pieces that end with a line, except the last piece. Only a line that spans two pieces is copied. Throws if the
 * bytes are not UTF-8.
 */
async function* splitAfterLines(pieces: AsyncIterable<Buffer>, place: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(lineEnd) + 1;
    const first = end > 0 && rest.length > 0 ? piece.indexOf(lineEnd) + 1 : 0;
    if (first > 0) yield assertUtf8(place, Buffer.concat([rest, piece.subarray(0, first)]));
    if (end > first) yield assertUtf8(place, piece.subarray(first, end));
    rest = Buffer.concat(end > 0 ? [piece.subarray(end)] : [rest, piece]);
    if (rest.length > longestLine) throw damaged(place, "a line is longer than any that was written");
  }
  if (rest.length > 0) yield assertUtf8(place, rest);
}

function assertUtf8(place: string, lines: Buffer): Buffer {
  if (!isUtf8(lines)) throw damaged(place, "not UTF-8");
  return lines;
}
