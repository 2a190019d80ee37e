import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import {
  DeleteObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3Client,
} from "@aws-sdk/client-s3";
import type { Created, ObjectStore } from "../review/ports.ts";
import { openIntake } from "./intake.ts";
import { assertKey, assertMutable, assertPrefix } from "./object-key.ts";
import { type FileBody, type Lock, putIf } from "./s3-conditional-put.ts";
import { s3Fault } from "./s3-fault.ts";
import { locate, type Place, type Retention, tried } from "./s3-place.ts";
import { get, stream } from "./s3-read.ts";
import { errorCode, StoreError } from "./store-error.ts";

/**
 * Where the objects are. `prefix` is a folder in the bucket, or empty. `isPathStyle` is for endpoints that serve no
 * bucket subdomains. `retention` needs a bucket with Object Lock; with it, checkpoints of reviews are tagged. `sleep`
 * takes milliseconds.
 */
export type S3StoreOptions = {
  bucket: string;
  prefix: string;
  client?: S3Client;
  isPathStyle?: boolean;
  retention?: Retention;
  sleep?: (ms: number) => Promise<unknown>;
};

/**
 * Objects of one S3 bucket below a prefix, with conditional writes and SHA-256 checksums. Region, credentials and endpoint
 * come from the SDK's own chain (AWS_REGION, AWS_ENDPOINT_URL, ...). Every fault is a `StoreError`. Needs s3:GetObject,
 * s3:PutObject and s3:ListBucket; s3:DeleteObject for checkpoints.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export function openS3Store(options: S3StoreOptions): ObjectStore {
  const folder = options.prefix.replace(/^\/+|\/+$/g, "");
  const place: Place = {
    client: options.client ?? openClient(options.isPathStyle ?? false),
    bucket: options.bucket,
    root: folder === "" ? "" : `${folder}/`,
    retention: options.retention ?? null,
    sleep: options.sleep ?? sleepFor,
  };
  return {
    get: (key) => get(place, key),
    create: async (key, body) => {
      assertKey(key);
      return (await put(place, key, { body, condition: { IfNoneMatch: "*" } })) === null ? "exists" : "created";
    },
    replace: async (key, body, etag) => {
      if (etag === null) assertKey(key);
      else assertMutable(key);
      return put(place, key, { body, condition: etag === null ? { IfNoneMatch: "*" } : { IfMatch: etag } });
    },
    stream: (key, chunkBytes) => stream(place, key, chunkBytes),
    createFrom: (key, chunks) => createFrom(place, key, chunks),
    list: (prefix) => list(place, prefix),
    delete: (key) => remove(place, key),
    locate: (key) => locate(place, key),
  };
}

// Without these the SDK waits for ever on a connection that died, and a stage with it.
const timeouts = { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true };

function openClient(isPathStyle: boolean): S3Client {
  return new S3Client({ forcePathStyle: isPathStyle, followRegionRedirects: true, requestHandler: timeouts });
}

/** What is larger is sent from the file; what fits the client can send again by itself. */
const heldBytes = 8 * 1024 * 1024;

/** By way of a file, so that it is one conditional write like any other, with its hash, and can be sent again. */
async function createFrom(place: Place, key: string, chunks: AsyncIterable<Uint8Array>): Promise<Created> {
  assertKey(key);
  const intake = openIntake(chunks);
  const path = join(tmpdir(), `access-review-${randomUUID()}.part`);
  try {
    await writeFile(path, intake.chunks, { flag: "wx", mode: 0o600 });
    const file = { path, bytes: intake.bytes(), sha256: intake.sha256() };
    const body = file.bytes > heldBytes ? file : await readFile(path);
    const etag = await put(place, key, { body, condition: { IfNoneMatch: "*" } });
    return { result: etag === null ? "exists" : "created", sha256: file.sha256 };
  } catch (error) {
    throw intake.failure()?.error ?? (error instanceof StoreError ? error : unkept(place, key, error));
  } finally {
    await rm(path, { force: true });
  }
}

function unkept(place: Place, key: string, cause: unknown): StoreError {
  return new StoreError(
    `Cannot write ${locate(place, key)} as ${tmpdir()} cannot hold it meanwhile (${errorCode(cause)}): make room there, then go on.`,
    { cause },
  );
}

type Write = { body: Uint8Array | FileBody; condition: { IfNoneMatch: "*" } | { IfMatch: string } };

async function put(place: Place, key: string, write: Write): Promise<string | null> {
  try {
    return await putIf({
      ...place,
      ...write,
      key: place.root + key,
      retention: key.startsWith("reviews/") ? lockOf(place) : null,
      tag: place.retention && isProgress(key) ? progressTag : null,
    });
  } catch (error) {
    throw s3Fault({ ...tried(place, "write", key), permissions: writePermissions(place) }, error);
  }
}

/** What the bucket lets go after 60 days: a rule for each source's folder would be more rules than S3 takes. */
const progressTag = "access-review=checkpoint";

/** Checkpoints of a review, whose id begins with the year's 2. What else is there, a stop or a watch, must not age out. */
function isProgress(key: string): boolean {
  return /^checkpoints\/[^/]+\/2/.test(key);
}

function writePermissions({ retention }: Place): string {
  return `s3:PutObject${retention ? ", s3:PutObjectRetention, s3:PutObjectTagging" : ""} and s3:GetObject`;
}

const dayMs = 24 * 60 * 60 * 1000;

function lockOf({ retention }: Place): Lock | null {
  return retention && { mode: retention.mode, until: new Date(retention.now() + retention.days * dayMs) };
}

async function remove(place: Place, key: string): Promise<void> {
  assertMutable(key);
  try {
    await place.client.send(new DeleteObjectCommand({ Bucket: place.bucket, Key: place.root + key }));
  } catch (error) {
    throw s3Fault({ ...tried(place, "delete", key), permissions: "s3:DeleteObject" }, error);
  }
}

async function* list(place: Place, prefix: string): AsyncGenerator<string> {
  assertPrefix(prefix);
  let last: string | null = null;
  for await (const key of keysOf(place, prefix)) {
    assertAscending(last, key, locate(place, prefix));
    last = key;
    // The console's "create folder" leaves an empty object whose key ends with a slash.
    if (!key.endsWith("/")) yield key.slice(place.root.length);
  }
}

async function* keysOf(place: Place, prefix: string): AsyncGenerator<string> {
  let token: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await readPage(place, prefix, token);
    const next = page.IsTruncated ? page.NextContinuationToken : undefined;
    // Ending here, as the SDK's paginator does, would pass half a list for the whole.
    if (page.IsTruncated && (!next || next === token)) {
      throw new StoreError(`Cannot list ${locate(place, prefix)} as S3 cut the list short without a new token.`);
    }
    for (const { Key } of page.Contents ?? []) yield Key!;
    token = next;
  } while (token);
}

async function readPage(place: Place, prefix: string, token?: string): Promise<ListObjectsV2CommandOutput> {
  const request = { Bucket: place.bucket, Prefix: place.root + prefix };
  try {
    return await place.client.send(
      new ListObjectsV2Command(token ? { ...request, ContinuationToken: token } : request),
    );
  } catch (error) {
    throw s3Fault({ ...tried(place, "list", prefix), permissions: "s3:ListBucket" }, error);
  }
}

function assertAscending(last: string | null, key: string, place: string): void {
  if (last === null || Buffer.compare(Buffer.from(last), Buffer.from(key)) < 0) return;
  throw new StoreError(`Cannot list ${place} as S3 listed keys twice or out of order. Use a general purpose bucket.`);
}
