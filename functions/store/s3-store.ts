import { setTimeout as sleepFor } from "node:timers/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3Client,
} from "@aws-sdk/client-s3";
import type { ObjectStore, StoredObject } from "../review/ports.ts";
import { assertKey, assertMutable, assertPrefix } from "./object-key.ts";
import { type Lock, putIf } from "./s3-conditional-put.ts";
import { isNoSuchKey, s3Fault } from "./s3-fault.ts";
import { StoreError } from "./store-error.ts";

/** How long what is written under `reviews/` cannot be deleted; `now` gives epoch milliseconds. */
export type Retention = { mode: "governance" | "compliance"; days: number; now: () => number };

/**
 * Where the objects are. `prefix` is a folder in the bucket, or empty. `isPathStyle` is for endpoints that serve no
 * bucket subdomains. `retention` needs a bucket with Object Lock. `sleep` takes milliseconds.
 */
export type S3StoreOptions = {
  bucket: string;
  prefix: string;
  client?: S3Client;
  isPathStyle?: boolean;
  retention?: Retention;
  sleep?: (ms: number) => Promise<unknown>;
};

type Place = {
  client: S3Client;
  bucket: string;
  root: string;
  retention: Retention | null;
  sleep: (ms: number) => Promise<unknown>;
};

const bodyTries = 3;

/**
 * Objects of one S3 bucket below a prefix, with conditional writes and SHA-256 checksums. Region, credentials and endpoint
 * come from the SDK's own chain (AWS_REGION, AWS_ENDPOINT_URL, ...). Every fault is a `StoreError`. Needs s3:GetObject,
 * s3:PutObject and s3:ListBucket; s3:DeleteObject for checkpoints.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export const openS3Store = (options: S3StoreOptions): ObjectStore => {
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
    list: (prefix) => list(place, prefix),
    delete: (key) => remove(place, key),
    locate: (key) => locate(place, key),
  };
};

// Without these the SDK waits for ever on a connection that died, and a stage with it.
const timeouts = { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true };

const openClient = (isPathStyle: boolean): S3Client =>
  new S3Client({ forcePathStyle: isPathStyle, followRegionRedirects: true, requestHandler: timeouts });

const locate = ({ bucket, root }: Place, key: string): string => `s3://${bucket}/${root}${key}`;

const get = async (place: Place, key: string): Promise<StoredObject | null> => {
  assertKey(key);
  for (let tries = 1; ; tries += 1) {
    try {
      return await read(place, key);
    } catch (error) {
      if (isNoSuchKey(error)) return null;
      // The SDK repeats a request that failed, but not a body that broke off.
      if (error instanceof BrokenBodyError && tries < bodyTries) continue;
      const cause = error instanceof BrokenBodyError ? error.cause : error;
      throw s3Fault({ ...tried(place, "read", key), permissions: "s3:GetObject and s3:ListBucket" }, cause);
    }
  }
};

class BrokenBodyError extends Error {
  override readonly name = "BrokenBodyError";
}

const read = async (place: Place, key: string): Promise<StoredObject> => {
  const reply = await place.client.send(
    new GetObjectCommand({ Bucket: place.bucket, Key: place.root + key, ChecksumMode: "ENABLED" }),
  );
  try {
    const body = await reply.Body!.transformToByteArray();
    if (body.length !== reply.ContentLength) throw new Error("body is shorter than its length");
    return { body, etag: reply.ETag! };
  } catch (cause) {
    throw new BrokenBodyError("S3's answer broke off", { cause });
  }
};

type Write = { body: Uint8Array; condition: { IfNoneMatch: "*" } | { IfMatch: string } };

const put = async (place: Place, key: string, write: Write): Promise<string | null> => {
  try {
    return await putIf({
      ...place,
      ...write,
      key: place.root + key,
      retention: key.startsWith("reviews/") ? lockOf(place) : null,
    });
  } catch (error) {
    throw s3Fault({ ...tried(place, "write", key), permissions: writePermissions(place) }, error);
  }
};

const writePermissions = ({ retention }: Place): string =>
  `s3:PutObject${retention ? ", s3:PutObjectRetention" : ""} and s3:GetObject`;

const dayMs = 24 * 60 * 60 * 1000;

const lockOf = ({ retention }: Place): Lock | null =>
  retention && { mode: retention.mode, until: new Date(retention.now() + retention.days * dayMs) };

const remove = async (place: Place, key: string): Promise<void> => {
  assertMutable(key);
  try {
    await place.client.send(new DeleteObjectCommand({ Bucket: place.bucket, Key: place.root + key }));
  } catch (error) {
    throw s3Fault({ ...tried(place, "delete", key), permissions: "s3:DeleteObject" }, error);
  }
};

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

const readPage = async (place: Place, prefix: string, token?: string): Promise<ListObjectsV2CommandOutput> => {
  const request = { Bucket: place.bucket, Prefix: place.root + prefix };
  try {
    return await place.client.send(
      new ListObjectsV2Command(token ? { ...request, ContinuationToken: token } : request),
    );
  } catch (error) {
    throw s3Fault({ ...tried(place, "list", prefix), permissions: "s3:ListBucket" }, error);
  }
};

const assertAscending = (last: string | null, key: string, place: string): void => {
  if (last === null || Buffer.compare(Buffer.from(last), Buffer.from(key)) < 0) return;
  throw new StoreError(`Cannot list ${place} as S3 listed keys twice or out of order. Use a general purpose bucket.`);
};

const tried = (place: Place, act: string, key: string) => ({ act, place: locate(place, key), bucket: place.bucket });
