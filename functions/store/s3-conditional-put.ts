import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { HeadObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { isConditionUnmet, isNoSuchKey, isRefusal, isWriteConflict } from "./s3-fault.ts";

/** Until when Object Lock keeps a version from being deleted. */
export type Lock = { mode: "governance" | "compliance"; until: Date };

/** A body that is too large to hold: a file, its length, and the SHA-256 of its bytes. */
export type FileBody = { path: string; bytes: number; sha256: string };

/**
 * `condition`: only if the key is absent, or only if it still has this etag. `tag`: `name=value`, for the bucket's rules to
 * know the object by. `sleep` takes milliseconds.
 */
export type ConditionalPut = {
  client: S3Client;
  bucket: string;
  key: string;
  body: Uint8Array | FileBody;
  condition: { IfNoneMatch: "*" } | { IfMatch: string };
  retention?: Lock | null;
  tag?: string | null;
  sleep: (ms: number) => Promise<unknown>;
};

type Attempt = ConditionalPut & { writeId: string };

const conflictTries = 7;
const firstPauseMs = 100;

/**
 * The etag of what was written, or null where the condition did not hold. Throws S3's error where neither is certain.
 * Each write carries an id of its own: a first attempt that was carried out while its answer was lost makes the client's
 * second one fail its condition, and only the id tells that from another writer's win, even with the same bytes.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export async function putIf(put: ConditionalPut): Promise<string | null> {
  const attempt = { ...put, writeId: randomUUID() };
  for (let tries = 1; ; tries += 1) {
    try {
      return await send(attempt);
    } catch (error) {
      // What is read from a file the SDK sends but once. Where that one was carried out, the next fails its condition.
      const isWorthAnother = isWriteConflict(error) || (isFile(put.body) && !isRefusal(error));
      if (!isWorthAnother || tries === conflictTries) return settle(attempt, error);
      await put.sleep(firstPauseMs * 2 ** (tries - 1) * (0.5 + Math.random() / 2));
    }
  }
}

const lockModes = { governance: "GOVERNANCE", compliance: "COMPLIANCE" } as const;

function isFile(body: Uint8Array | FileBody): body is FileBody {
  return "path" in body;
}

/** A file's checksum is handed in, as whoever wrote it knows it; of bytes the SDK makes it. */
function contentOf(body: Uint8Array | FileBody) {
  return isFile(body)
    ? { Body: createReadStream(body.path), ContentLength: body.bytes, ChecksumSHA256: base64Of(body.sha256) }
    : { Body: body };
}

function base64Of(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64");
}

const fileTimeoutMs = 10 * 60_000;

async function send({ client, bucket, key, body, condition, retention, tag, writeId }: Attempt): Promise<string> {
  const reply = await client.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      ...contentOf(body),
      ChecksumAlgorithm: "SHA256",
      Metadata: { "write-id": writeId },
      ...(retention ? { ObjectLockMode: lockModes[retention.mode], ObjectLockRetainUntilDate: retention.until } : {}),
      ...(tag ? { Tagging: tag } : {}),
      ...condition,
    }),
    isFile(body) ? { requestTimeout: fileTimeoutMs } : {},
  );
  if (!reply.ETag) throw new Error("S3 answered a write without an etag");
  return reply.ETag;
}

async function settle(attempt: Attempt, error: unknown): Promise<string | null> {
  // S3 answers 404 where If-Match finds no object at all.
  if (isNoSuchKey(error)) return null;
  const isUnmet = isConditionUnmet(error);
  if (isRefusal(error) && !isUnmet) throw error;
  const { client, bucket, key, writeId } = attempt;
  const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).catch(() => null);
  if (found?.Metadata?.["write-id"] === writeId && found.ETag) return found.ETag;
  if (isUnmet) return null;
  throw error;
}
