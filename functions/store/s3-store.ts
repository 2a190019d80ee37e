import { setTimeout as sleepFor } from "node:timers/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { agentsBy, type Proxies } from "../basics/proxies.ts";
import type { ObjectStore, StoredObject } from "../review/ports.ts";
import { assertFolder, assertKey, assertMutable, assertPrefix, compareUtf8, StoreError } from "./objects.ts";
import { isNoSuchKey, isPastEnd, locateObject, type Retention, type S3Place, s3Fault } from "./s3-place.ts";
import { createFromChunks, ifAbsent, mostTries, proveConditions, writeObject } from "./s3-write.ts";

/**
 * The bucket of a store. `prefix` is a folder in the bucket, or empty. `isPathStyle` is for endpoints without bucket
 * subdomains. `retention` needs a bucket with Object Lock, and tags the checkpoints of reviews. `sleep` takes milliseconds.
 */
export type S3StoreOptions = {
  bucket: string;
  prefix: string;
  client?: S3Client;
  /** The proxies of the environment; left out: none. */
  proxies?: Proxies;
  isPathStyle?: boolean;
  retention?: Retention;
  sleep?: (ms: number) => Promise<unknown>;
  /** Whether the bucket may be one of a server that is only like S3: then it is proved by the first write. */
  isUnproven?: boolean;
  /** Whether AWS itself keeps the bucket, and so knows who writes to it. */
  hasCallers?: boolean;
};

/** Does the work once; again only after it failed. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= work().catch((error) => {
      done = null;
      throw error;
    });
    return done;
  };
}

/**
 * A store of objects in one S3 bucket below a prefix, with conditional writes and SHA-256 checksums. Region, credentials and
 * endpoint are the SDK's defaults (AWS_REGION, AWS_ENDPOINT_URL, ...). Every fault is a `StoreError`. Needs s3:GetObject,
 * s3:PutObject and s3:ListBucket; s3:DeleteObject for checkpoints.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export function openS3Store(options: S3StoreOptions): ObjectStore {
  const folder = options.prefix.replace(/^\/+|\/+$/g, "");
  const place: S3Place = {
    client: options.client ?? openClient(options),
    bucket: options.bucket,
    root: folder === "" ? "" : `${folder}/`,
    retention: options.retention ?? null,
    sleep: options.sleep ?? sleepFor,
    prove: null,
  };
  if (options.isUnproven) place.prove = once(() => proveConditions(place));
  return {
    get: (key, atMostBytes) =>
      readObject(place, key, atMostBytes === undefined ? {} : { Range: rangeFrom(0, atMostBytes) }),
    create: async (key, body) => {
      assertKey(key);
      return (await writeObject(place, key, { body, condition: ifAbsent })) === null ? "exists" : "created";
    },
    replace: async (key, body, etag) => {
      if (etag === null) assertKey(key);
      else assertMutable(key);
      return writeObject(place, key, { body, condition: etag === null ? ifAbsent : { IfMatch: etag } });
    },
    stream: (key, chunkBytes) => streamObject(place, key, chunkBytes),
    createFrom: (key, chunks) => createFromChunks(place, key, chunks),
    list: (prefix) => listKeys(place, prefix),
    listFolder: (folder) => listFolder(place, folder),
    delete: (key) => deleteObject(place, key),
    locate: (key) => locateObject(place, key),
    link: (key, seconds) => linkObject(place, key, seconds),
    ...(options.hasCallers ? { callerId: () => readCaller(place) } : {}),
  };
}

async function linkObject(place: S3Place, key: string, seconds: number): Promise<string> {
  const { presignObject } = await import("./s3-link.ts"); // who opens a report by the command line alone asks
  return await presignObject(place, key, seconds);
}

async function readCaller({ client }: S3Place): Promise<string> {
  const { readCallerId } = await import("./s3-caller.ts"); // who decides by the command line alone asks
  return await readCallerId(client);
}

// By default the SDK waits for ever on a connection that died, and a stage with it.
const timeouts = { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true };

/** Throttling (SlowDown, 503) and faults of S3's own are tried again with jitter. Adaptive: a throttled client slows down. */
const retries = { maxAttempts: mostTries, retryMode: "adaptive" };

function openClient({ isPathStyle: forcePathStyle = false, proxies = {} }: S3StoreOptions): S3Client {
  const requestHandler = { ...timeouts, ...agentsBy(proxies) };
  const client = new S3Client({ forcePathStyle, followRegionRedirects: true, requestHandler, ...retries });
  client.middlewareStack.addRelativeTo(keepAnswers, { relation: "after", toMiddleware: "retryMiddleware" });
  return client;
}

// Not there, condition unmet, past the end.
const answers = new Set([404, 412, 416]);

/**
 * Keeps the SDK from trying an answer again. Where the machine's clock is over four minutes off, the SDK marks every error
 * as one that its correction of the clock will mend, and asks eight times, some ten seconds, for an object that is not there.
 */
function keepAnswers<Request, Reply>(next: (request: Request) => Promise<Reply>): (request: Request) => Promise<Reply> {
  return async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (error instanceof S3ServiceException && answers.has(error.$metadata.httpStatusCode ?? 0))
        Object.assign(error.$metadata, { clockSkewCorrected: false });
      throw error;
    }
  };
}

/** How often an object is read if its body breaks off. The SDK repeats a failed request, but not a body that broke off. */
const bodyTries = 3;

/** Which bytes to read, and of the object with which etag; without them, the whole newest object. */
type Part = { Range?: string; IfMatch?: string };

/** Reads an object or a part of it; null if there is no such object. */
async function readObject(place: S3Place, key: string, part: Part): Promise<ReadPart | null> {
  assertKey(key);
  for (let tries = 1; ; tries += 1) {
    try {
      return await fetchPart(place, key, part);
    } catch (error) {
      if (isNoSuchKey(error)) return null;
      if (part.Range && isPastEnd(error)) return { body: new Uint8Array(), etag: "", bytes: 0 };
      if (error instanceof BrokenBodyError && tries < bodyTries) continue;
      const cause = error instanceof BrokenBodyError ? error.cause : error;
      throw s3Fault({ place, act: "read", key, permissions: "s3:GetObject and s3:ListBucket" }, cause);
    }
  }
}

class BrokenBodyError extends Error {
  override readonly name = "BrokenBodyError";
}

/** A part of an object. `bytes` is the length of the whole object. */
type ReadPart = StoredObject & { bytes: number };

async function fetchPart(place: S3Place, key: string, part: Part): Promise<ReadPart> {
  const reply = await place.client.send(
    new GetObjectCommand({ Bucket: place.bucket, Key: place.root + key, ChecksumMode: "ENABLED", ...part }),
  );
  try {
    const body = await reply.Body!.transformToByteArray();
    if (body.length !== reply.ContentLength) throw new Error("body is shorter than its length");
    const bytes = Number(reply.ContentRange?.split("/")[1] ?? body.length);
    return { body, etag: reply.ETag!, bytes, ...(reply.VersionId ? { version: reply.VersionId } : {}) };
  } catch (cause) {
    throw new BrokenBodyError("S3's answer broke off", { cause });
  }
}

function rangeFrom(from: number, bytes: number): string {
  return `bytes=${from}-${from + bytes - 1}`;
}

/** The bytes of an object in chunks, one request per chunk: a connection held open for a slow reader would be missing elsewhere. */
async function streamObject(
  place: S3Place,
  key: string,
  chunkBytes: number,
): Promise<AsyncIterable<Uint8Array> | null> {
  const first = await readObject(place, key, { Range: rangeFrom(0, chunkBytes) });
  return first && chunksFrom(place, key, { first, chunkBytes });
}

type Streamed = { first: ReadPart; chunkBytes: number };

async function* chunksFrom(place: S3Place, key: string, { first, chunkBytes }: Streamed): AsyncGenerator<Uint8Array> {
  if (first.body.length > 0) yield first.body;
  for (let from = first.body.length; from < first.bytes; ) {
    const next = await readObject(place, key, { Range: rangeFrom(from, chunkBytes), IfMatch: first.etag });
    if (!next) throw new StoreError(`Cannot read ${locateObject(place, key)} to its end as it was deleted meanwhile.`);
    from += next.body.length;
    yield next.body;
  }
}

async function deleteObject(place: S3Place, key: string): Promise<void> {
  assertMutable(key);
  try {
    await place.client.send(new DeleteObjectCommand({ Bucket: place.bucket, Key: place.root + key }));
  } catch (error) {
    throw s3Fault({ place, act: "delete", key, permissions: "s3:DeleteObject" }, error);
  }
}

async function* listKeys(place: S3Place, prefix: string): AsyncGenerator<string> {
  assertPrefix(prefix);
  for await (const key of ascendingKeys(place, { Prefix: prefix })) {
    // "Create folder" in the S3 console leaves an empty object whose key ends with a slash.
    if (key !== "" && !key.endsWith("/")) yield key;
  }
}

/** S3 rolls every key below a folder up into one common prefix. */
async function* listFolder(place: S3Place, folder: string): AsyncGenerator<string> {
  assertFolder(folder);
  for await (const key of ascendingKeys(place, { Prefix: folder, Delimiter: "/" })) {
    // The folder's own key, if the console created it.
    if (key !== folder) yield key.slice(folder.length);
  }
}

/** What to list: `Prefix` below the root of the place. */
type Listed = { Prefix: string; Delimiter?: string };

/** Keys and common prefixes, relative to the root of the place, in UTF-8 order. */
async function* ascendingKeys(place: S3Place, listed: Listed): AsyncGenerator<string> {
  const where = locateObject(place, listed.Prefix);
  let last: string | null = null;
  for await (const key of eachKey(place, listed)) {
    assertAscending(last, key, where);
    last = key;
    yield key.slice(place.root.length);
  }
}

async function* eachKey(place: S3Place, listed: Listed): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await readPage(place, listed, token);
    const next = page.IsTruncated ? page.NextContinuationToken : undefined;
    // The SDK's paginator would end here, and half a list would pass for the whole.
    if (page.IsTruncated && (!next || next === token)) {
      const where = locateObject(place, listed.Prefix);
      throw new StoreError(`Cannot list ${where} as S3 cut the list short without a new token.`);
    }
    yield* keysIn(page);
    token = next;
  } while (token);
}

/** S3 gives a page's keys and its common prefixes in two lists, each in order. */
function keysIn({ Contents = [], CommonPrefixes = [] }: ListObjectsV2CommandOutput): string[] {
  const keys = Contents.map(({ Key }) => Key!);
  if (CommonPrefixes.length === 0) return keys;
  return [...keys, ...CommonPrefixes.map(({ Prefix }) => Prefix!)].sort(compareUtf8);
}

async function readPage(place: S3Place, listed: Listed, token?: string): Promise<ListObjectsV2CommandOutput> {
  const request = { ...listed, Bucket: place.bucket, Prefix: place.root + listed.Prefix };
  try {
    return await place.client.send(
      new ListObjectsV2Command(token ? { ...request, ContinuationToken: token } : request),
    );
  } catch (error) {
    throw s3Fault({ place, act: "list", key: listed.Prefix, permissions: "s3:ListBucket" }, error);
  }
}

function assertAscending(last: string | null, key: string, place: string): void {
  if (last === null || compareUtf8(last, key) < 0) return;
  throw new StoreError(`Cannot list ${place} as S3 listed keys twice or out of order. Use a general purpose bucket.`);
}
