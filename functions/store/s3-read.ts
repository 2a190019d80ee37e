import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { StoredObject } from "../review/ports.ts";
import { assertKey } from "./object-key.ts";
import { isNoSuchKey, isPastEnd, s3Fault } from "./s3-fault.ts";
import { locate, type Place, tried } from "./s3-place.ts";
import { StoreError } from "./store-error.ts";

const bodyTries = 3;

/** The whole object; null where there is none. */
export function get(place: Place, key: string): Promise<StoredObject | null> {
  return readPart(place, key, {});
}

/** Which bytes, and of which version of the object: all of the newest unless it says so. */
type Part = { Range?: string; IfMatch?: string };

async function readPart(place: Place, key: string, part: Part): Promise<ReadPart | null> {
  assertKey(key);
  for (let tries = 1; ; tries += 1) {
    try {
      return await read(place, key, part);
    } catch (error) {
      if (isNoSuchKey(error)) return null;
      if (part.Range && isPastEnd(error)) return { body: new Uint8Array(), etag: "", bytes: 0 };
      // The SDK repeats a request that failed, but not a body that broke off.
      if (error instanceof BrokenBodyError && tries < bodyTries) continue;
      const cause = error instanceof BrokenBodyError ? error.cause : error;
      throw s3Fault({ ...tried(place, "read", key), permissions: "s3:GetObject and s3:ListBucket" }, cause);
    }
  }
}

class BrokenBodyError extends Error {
  override readonly name = "BrokenBodyError";
}

/** `bytes`: how many the whole object has. */
type ReadPart = StoredObject & { bytes: number };

async function read(place: Place, key: string, part: Part): Promise<ReadPart> {
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

/** Its bytes in chunks, by a request for each: a connection that waits for whoever reads would be one fewer for all others. */
export async function stream(place: Place, key: string, chunkBytes: number): Promise<AsyncIterable<Uint8Array> | null> {
  const first = await readPart(place, key, { Range: rangeFrom(0, chunkBytes) });
  return first && chunksFrom(place, key, { first, chunkBytes });
}

type Streamed = { first: ReadPart; chunkBytes: number };

async function* chunksFrom(place: Place, key: string, { first, chunkBytes }: Streamed): AsyncGenerator<Uint8Array> {
  if (first.body.length > 0) yield first.body;
  for (let from = first.body.length; from < first.bytes; ) {
    const next = await readPart(place, key, { Range: rangeFrom(from, chunkBytes), IfMatch: first.etag });
    if (!next) throw new StoreError(`Cannot read ${locate(place, key)} to its end as it was deleted meanwhile.`);
    from += next.body.length;
    yield next.body;
  }
}
