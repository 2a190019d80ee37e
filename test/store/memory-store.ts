import { sha256 } from "../../functions/basics/hash.ts";
import type { ObjectStore, StoredObject } from "../../functions/review/ports.ts";
import {
  assertFolder,
  assertKey,
  assertMutable,
  assertPrefix,
  compareUtf8,
  hashChunks,
} from "../../functions/store/objects.ts";

/**
 * A store of objects in memory, held to the same contract as the directory store and S3 (`memory-store.test.ts`). For tests of
 * what is stored rather than of how: half of a life's time would be spent on opening, flushing and linking files.
 */
export function openMemoryStore(objects: Map<string, Uint8Array> = new Map()): ObjectStore {
  const etagOf = (body: Uint8Array): string => sha256(body);

  function get(key: string, atMostBytes = Number.POSITIVE_INFINITY): StoredObject | null {
    assertKey(key);
    const body = objects.get(key)?.slice(0, atMostBytes);
    return body ? { body, etag: etagOf(body) } : null;
  }

  function create(key: string, body: Uint8Array): "created" | "exists" {
    assertKey(key);
    if (objects.has(key)) return "exists";
    objects.set(key, Uint8Array.from(body));
    return "created";
  }

  const keysBelow = (prefix: string): string[] =>
    [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareUtf8);

  return {
    get: async (key, atMostBytes) => get(key, atMostBytes),
    create: async (key, body) => create(key, body),
    async replace(key, body, etag) {
      if (etag === null) return create(key, body) === "created" ? etagOf(body) : null;
      assertMutable(key);
      if (get(key)?.etag !== etag) return null;
      objects.set(key, Uint8Array.from(body));
      return etagOf(body);
    },
    async stream(key, chunkBytes) {
      const stored = get(key);
      return stored && chunksOf(stored.body, chunkBytes);
    },
    async createFrom(key, chunks) {
      assertKey(key);
      const hashed = hashChunks(chunks);
      // Whoever gives the chunks may use their memory again.
      const copies: Uint8Array[] = [];
      for await (const chunk of hashed.chunks) copies.push(Uint8Array.from(chunk));
      return { result: create(key, Buffer.concat(copies)), sha256: hashed.sha256() };
    },
    async *list(prefix) {
      assertPrefix(prefix);
      yield* keysBelow(prefix);
    },
    async *listFolder(folder) {
      assertFolder(folder);
      const names = keysBelow(folder).map((key) => /^[^/]*\/?/.exec(key.slice(folder.length))![0]);
      yield* [...new Set(names)].sort(compareUtf8);
    },
    async delete(key) {
      assertMutable(key);
      objects.delete(key);
    },
    locate: (key) => `memory/${key}`,
  };
}

async function* chunksOf(body: Uint8Array, bytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < body.length; from += bytes) yield body.subarray(from, from + bytes);
}
