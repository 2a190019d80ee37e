import type { Store, StoredLines, StoredObject } from "../review/ports.ts";

// What stands under `reviews/` is written once. A page reads the same artefacts again and again: what was found is remembered.

/**
 * What is remembered at most: lines in all, some fifty megabytes of grants, and bytes of artefacts that are no lines. An
 * artefact of more than a quarter of either is read each time.
 */
const most = { lines: 20_000, bytes: 16 * 1024 * 1024 };

/** Remembers values up to a size in all, those that were asked for last. */
function openMemory<Value>(most: number) {
  const mostEach = most / 4;
  const known = new Map<string, { value: Value; size: number }>();
  let filled = 0;
  return {
    mostEach,
    get(key: string): Value | undefined {
      const found = known.get(key);
      if (!found) return undefined;
      known.delete(key);
      known.set(key, found);
      return found.value;
    },
    keep(key: string, value: Value, size: number): void {
      if (size > mostEach || known.has(key)) return;
      known.set(key, { value, size });
      filled += size;
      for (const [oldest, { size: freed }] of known) {
        if (filled <= most) return;
        known.delete(oldest);
        filled -= freed;
      }
    },
  };
}

/**
 * Opens a memory for stores that lie over the same objects: gives such a store with what was read of reviews remembered. What
 * it gives is shared by all who ask, and frozen. What is not there is looked for again each time.
 */
export function openRemembered({ lines: mostLines, bytes } = most): (store: Store) => Store {
  const lines = openMemory<StoredLines<unknown>[]>(mostLines);
  const objects = openMemory<StoredObject>(bytes);
  const isRemembered = (key: string): boolean => key.startsWith("reviews/");

  return (store) => {
    async function get(key: string, atMostBytes?: number): Promise<StoredObject | null> {
      if (atMostBytes !== undefined || !isRemembered(key)) return await store.get(key, atMostBytes);
      const known = objects.get(key);
      if (known) return known;
      const found = await store.get(key);
      if (found) objects.keep(key, found, found.body.byteLength);
      return found;
    }

    async function* readStoredLines<T>(key: string, sha256?: string, pieceBytes?: number) {
      const name = `${key} ${sha256}`;
      const known = isRemembered(key) ? lines.get(name) : undefined;
      if (known) return yield* known as StoredLines<T>[];
      const kept: StoredLines<T>[] = [];
      let count = 0;
      for await (const batch of store.readStoredLines<T>(key, sha256, pieceBytes)) {
        count += batch.count;
        if (count > lines.mostEach) kept.length = 0;
        else kept.push(parsedOnce(batch));
        yield count > lines.mostEach ? batch : kept.at(-1)!;
      }
      if (isRemembered(key)) lines.keep(name, kept, count);
    }

    return {
      ...store,
      get,
      async getJson<T>(key: string): Promise<T | null> {
        const known = isRemembered(key) ? await get(key) : null;
        // What is damaged is named by the store.
        return (known && parsedJson<T>(known)) ?? (await store.getJson<T>(key));
      },
      readStoredLines,
      async *readLines<T>(key: string, sha256?: string) {
        for await (const batch of readStoredLines<T>(key, sha256)) yield* batch.parseAll();
      },
    };
  };
}

function parsedJson<T>({ body }: StoredObject): T | null {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body)) as T;
  } catch {
    return null;
  }
}

/** The same lines, each of them parsed when it is first asked for. */
function parsedOnce<T>(batch: StoredLines<T>): StoredLines<T> {
  const parsed: T[] = [];
  const parse = (at: number): T => {
    parsed[at] ??= frozen(batch.parse(at));
    return parsed[at];
  };
  return { ...batch, parse, parseAll: () => Array.from({ length: batch.count }, (_, at) => parse(at)) };
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
