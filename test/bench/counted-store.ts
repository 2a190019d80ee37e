import type { Created, Store } from "../../functions/review/ports.ts";

/** What a store was asked for, and how many bytes it keeps under `reviews/` now; `grantBytes` of them are grants. */
export type StoreCounts = { puts: number; gets: number; lists: number; keptBytes: number; grantBytes: number };

const KEYS_A_LIST = 1_000;

/** A store that counts as S3 would: a request for each object and for each thousand keys of a list. */
export function countedStore(store: Store): { store: Store; counts: StoreCounts } {
  const counts: StoreCounts = { puts: 0, gets: 0, lists: 0, keptBytes: 0, grantBytes: 0 };
  const kept = async (key: string, created: Created): Promise<Created> => {
    const isKept = created.result === "created" && key.startsWith("reviews/");
    const bytes = isKept ? (await store.get(key))!.body.length : 0;
    counts.keptBytes += bytes;
    if (key.includes("/grants/")) counts.grantBytes += bytes;
    return created;
  };
  const counted: Store = {
    ...store,
    get: (key) => {
      counts.gets += 1;
      return store.get(key);
    },
    create: async (key, body) => {
      counts.puts += 1;
      const result = await store.create(key, body);
      if (result === "created" && key.startsWith("reviews/")) counts.keptBytes += body.length;
      if (result === "created" && key.includes("/grants/")) counts.grantBytes += body.length;
      return result;
    },
    createJson: (key, value) => {
      counts.puts += 1;
      return store.createJson(key, value);
    },
    replace: (key, body, etag) => {
      counts.puts += 1;
      return store.replace(key, body, etag);
    },
    getJson: (key) => {
      counts.gets += 1;
      return store.getJson(key);
    },
    readLines: (key, sha256) => {
      counts.gets += 1;
      return store.readLines(key, sha256);
    },
    readStoredLines: (key, ...how) => {
      counts.gets += 1;
      return store.readStoredLines(key, ...how);
    },
    stream: (key, chunkBytes) => {
      counts.gets += 1;
      return store.stream(key, chunkBytes);
    },
    createFrom: async (key, chunks) => {
      counts.puts += 1;
      return await kept(key, await store.createFrom(key, chunks));
    },
    createLines: async (key, lines) => {
      counts.puts += 1;
      return await kept(key, await store.createLines(key, lines));
    },
    list: (prefix) => listed(store.list(prefix), counts),
    listFolder: (folder) => listed(store.listFolder(folder), counts),
  };
  return { store: counted, counts };
}

async function* listed(keys: AsyncIterable<string>, counts: StoreCounts): AsyncGenerator<string> {
  let seen = 0;
  counts.lists += 1;
  for await (const key of keys) {
    seen += 1;
    if (seen % KEYS_A_LIST === 0) counts.lists += 1;
    yield key;
  }
}
