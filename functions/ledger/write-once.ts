import { sha256, sha256Of } from "../basics/hash.ts";
import type { Created, Store } from "../review/ports.ts";

/** Writes an artefact that never changes. Where the same bytes stand there already, nothing is to do; other bytes are a fault. */
export async function createOnce(store: Store, key: string, body: Uint8Array): Promise<string> {
  const hash = sha256(body);
  if ((await store.create(key, body)) === "created") return hash;
  const standing = await store.get(key);
  if (!standing || sha256(standing.body) !== hash) throw takenByAnother(store, key);
  return hash;
}

/** `createOnce` of an artefact that may be too large for memory. */
export async function createOnceFrom(store: Store, key: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return await onceOnly(store, key, await store.createFrom(key, chunks));
}

/** `createOnce` of gzipped JSON lines, which may be too many for memory. */
export async function createLinesOnce(
  store: Store,
  key: string,
  lines: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<string> {
  return await onceOnly(store, key, await store.createLines(key, lines));
}

const comparedBytes = 1024 * 1024;

async function onceOnly(store: Store, key: string, { result, sha256: hash }: Created): Promise<string> {
  if (result === "created") return hash;
  const standing = await store.stream(key, comparedBytes);
  if (!standing || (await sha256Of(standing)) !== hash) throw takenByAnother(store, key);
  return hash;
}

/** Other bytes stand under the key of an artefact, which never changes. */
export class TakenError extends Error {
  override readonly name = "TakenError";
}

function takenByAnother(store: Store, key: string): TakenError {
  return new TakenError(
    `Cannot write ${store.locate(key)} as something else stands there already: artefacts of a review never change; look who wrote it, and start a new review`,
  );
}

const ofSweep = /^reviews\/[^/]+\/[^/]+-sweep\//;

/** `createOnce` of JSON with a final newline: indented for whoever reads it, but of a sweep, which is written every day. */
export function createJsonOnce(store: Store, key: string, value: unknown): Promise<string> {
  const text = ofSweep.test(key) ? JSON.stringify(value) : JSON.stringify(value, null, 2);
  return createOnce(store, key, new TextEncoder().encode(`${text}\n`));
}
