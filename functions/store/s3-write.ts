import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Created } from "../review/ports.ts";
import { assertKey, errorCode, hashChunks, StoreError } from "./objects.ts";
import {
  isConditionUnmet,
  isNoSuchKey,
  isRefusal,
  isWriteConflict,
  locateObject,
  type S3Place,
  s3Fault,
} from "./s3-place.ts";

/** Writes only if the key is absent, or only if the object still has this etag. */
type Condition = { IfNoneMatch: "*" } | { IfMatch: string };

/** The condition of a write that creates the object. */
export const ifAbsent: Condition = { IfNoneMatch: "*" };

/** A body that does not fit in memory: a file, its length, and the SHA-256 of its bytes. */
type FileBody = { path: string; bytes: number; sha256: string };

type Write = { body: Uint8Array | FileBody; condition: Condition };

/** Writes an object if the condition holds. Returns the etag of what was written, or null if the condition does not hold. */
export async function writeObject(place: S3Place, key: string, write: Write): Promise<string | null> {
  try {
    if (!isDecision(key)) await place.prove?.();
    return await putUntilCertain({ ...write, place, key, writeId: randomUUID(), lock: lockOf(place, key) });
  } catch (error) {
    throw s3Fault({ place, act: "write", key, permissions: writePermissions(place) }, error);
  }
}

const probeKey = "checkpoints/_probe";

/** Whoever only hands in decisions may write nothing else. */
function isDecision(key: string): boolean {
  return key.startsWith("decisions/");
}

/**
 * Proves by an object of its own that the place honours `If-None-Match`: one request, two if the object is not there yet. A
 * place that ignores the condition would let two invocations write the same artefact, and each think that its own stands.
 */
export async function proveConditions(place: S3Place): Promise<void> {
  const body = Buffer.from("Proves that a second write of this object is refused.\n");
  for (let tries = 1; tries <= 2; tries += 1) {
    const etag = await putUntilCertain({
      ...{ body, condition: ifAbsent, place, key: probeKey },
      ...{ writeId: randomUUID(), lock: {} },
    });
    if (etag === null) return;
  }
  throw new StoreError(
    `Cannot use s3://${place.bucket} as a store as it ignores If-None-Match: ${locateObject(place, probeKey)} was written twice, where the second write had to be refused. Use AWS S3, or a server that honours conditional writes.`,
  );
}

function writePermissions({ retention }: S3Place): string {
  return `s3:PutObject${retention ? ", s3:PutObjectRetention, s3:PutObjectTagging" : ""} and s3:GetObject`;
}

type Put = Write & { place: S3Place; key: string; writeId: string; lock: ReturnType<typeof lockOf> };

/** How often a write is tried that S3 throttles, or that meets another write of its key. */
export const mostTries = 8;
const firstPauseMs = 100;

/**
 * Tries until the outcome is certain, or throws S3's error. Each write carries an id of its own. If a first attempt is carried
 * out but its answer is lost, the SDK's second attempt fails its condition; only the id then tells this write from another
 * writer's, even if both wrote the same bytes.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
async function putUntilCertain(put: Put): Promise<string | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await sendPut(put);
    } catch (error) {
      // The SDK sends a body from a file only once. If that attempt was carried out, the next one fails its condition.
      const isWorthAnother = isWriteConflict(error) || (isFile(put.body) && !isRefusal(error));
      if (!isWorthAnother || tries === mostTries) return settleOutcome(put, error);
      await put.place.sleep(firstPauseMs * 2 ** (tries - 1) * (0.5 + Math.random() / 2));
    }
  }
}

function isFile(body: Uint8Array | FileBody): body is FileBody {
  return "path" in body;
}

/** The checksum of a file is known from writing it. The SDK computes the checksum of bytes. */
function contentOf(body: Uint8Array | FileBody) {
  return isFile(body)
    ? { Body: createReadStream(body.path), ContentLength: body.bytes, ChecksumSHA256: base64Of(body.sha256) }
    : { Body: body };
}

function base64Of(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64");
}

const fileTimeoutMs = 10 * 60_000;

async function sendPut({ place, key, body, condition, writeId, lock }: Put): Promise<string> {
  const reply = await place.client.send(
    new PutObjectCommand({
      Bucket: place.bucket,
      Key: place.root + key,
      ...contentOf(body),
      ChecksumAlgorithm: "SHA256",
      ...typeOf(key),
      Metadata: { "write-id": writeId },
      ...lock,
      ...(place.retention && isCheckpoint(key) ? { Tagging: checkpointTag } : {}),
      ...condition,
    }),
    isFile(body) ? { requestTimeout: fileTimeoutMs } : {},
  );
  if (!reply.ETag) throw new Error("S3 answered a write without an etag");
  return reply.ETag;
}

const lockModes = { governance: "GOVERNANCE", compliance: "COMPLIANCE" } as const;
const dayMs = 24 * 60 * 60 * 1000;

/** Object Lock for what is written under `reviews/`. */
function lockOf({ retention }: S3Place, key: string) {
  if (!retention || !key.startsWith("reviews/")) return {};
  const until = new Date(retention.now() + retention.days * dayMs);
  return { ObjectLockMode: lockModes[retention.mode], ObjectLockRetainUntilDate: until };
}

/** The bucket deletes objects with this tag after 60 days. A lifecycle rule for each source's folder would be more rules than S3 takes. */
const checkpointTag = "access-review=checkpoint";

/** Whether the key is a checkpoint of a review, whose id begins with the year's 2. A stop or a watch must not be deleted. */
function isCheckpoint(key: string): boolean {
  return /^checkpoints\/[^/]+\/2/.test(key);
}

/** Decides by the object's write id whether the last attempt was carried out. Throws the attempt's error if that stays unknown. */
async function settleOutcome({ place, key, writeId }: Put, error: unknown): Promise<string | null> {
  // S3 answers 404 if there is no object for If-Match.
  if (isNoSuchKey(error)) return null;
  const isUnmet = isConditionUnmet(error);
  if (isRefusal(error) && !isUnmet) throw error;
  const head = new HeadObjectCommand({ Bucket: place.bucket, Key: place.root + key });
  const found = await place.client.send(head).catch(() => null);
  if (found?.Metadata?.["write-id"] === writeId && found.ETag) return found.ETag;
  if (isUnmet) return null;
  throw error;
}

const typesByEnd: readonly [string, string][] = [
  [".html", "text/html; charset=utf-8"],
  [".csv", "text/csv; charset=utf-8"],
  [".json", "application/json"],
];

/** What a browser needs to show an object that it is given a presigned address of: without a type it saves the object. */
function typeOf(key: string): { ContentType?: string } {
  const found = typesByEnd.find(([end]) => key.endsWith(end));
  return found ? { ContentType: found[1] } : {};
}

/** A larger body is sent from a file. A body up to this size is sent from memory, so that the SDK can send it again. */
const mostBytesInMemory = 8 * 1024 * 1024;

/** Creates an object from chunks. The chunks go into a file first, so that the write is one conditional put with a known hash. */
export async function createFromChunks(
  place: S3Place,
  key: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Created> {
  assertKey(key);
  const hashed = hashChunks(chunks);
  const path = join(tmpdir(), `access-review-${randomUUID()}.part`);
  try {
    await writeFile(path, hashed.chunks, { flag: "wx", mode: 0o600 });
    const file = { path, bytes: hashed.bytes(), sha256: hashed.sha256() };
    const body = file.bytes > mostBytesInMemory ? file : await readFile(path);
    const etag = await writeObject(place, key, { body, condition: ifAbsent });
    return { result: etag === null ? "exists" : "created", sha256: file.sha256 };
  } catch (error) {
    throw hashed.failure()?.error ?? (error instanceof StoreError ? error : temporaryFileFault(place, key, error));
  } finally {
    await rm(path, { force: true });
  }
}

function temporaryFileFault(place: S3Place, key: string, cause: unknown): StoreError {
  return new StoreError(
    `Cannot write ${locateObject(place, key)} as ${tmpdir()} cannot hold it meanwhile (${errorCode(cause)}): make room there, then go on.`,
    { cause },
  );
}
