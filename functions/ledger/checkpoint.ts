import type { Store } from "../review/ports.ts";

/** Mutable progress of a stage. `save` throws where another invocation has written in the meantime. */
export type Checkpoint<T> = { readonly value: T | null; save(value: T): Promise<void> };

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`);

export const openCheckpoint = async <T>(store: Store, key: string): Promise<Checkpoint<T>> => {
  const stored = await store.get(key);
  let etag = stored?.etag ?? null;
  let value = stored ? (JSON.parse(new TextDecoder().decode(stored.body)) as T) : null;
  /** What a save that failed was about to write: nobody knows whether it did. */
  let unsure: Uint8Array | null = null;

  const settleUnsure = async (attempted: Uint8Array): Promise<void> => {
    const standing = await store.get(key);
    if (standing && Buffer.compare(standing.body, attempted) === 0) etag = standing.etag;
    unsure = null;
  };

  return {
    get value() {
      return value;
    },
    async save(next) {
      if (unsure) await settleUnsure(unsure);
      const body = encode(next);
      unsure = body;
      const saved = await store.replace(key, body, etag);
      unsure = null;
      if (saved === null) {
        throw new Error(`Cannot save ${store.locate(key)} as another invocation has written it: wait for it to end`);
      }
      etag = saved;
      value = next;
    },
  };
};

/** Writes a mutable object whatever stands there: for what only the holder of a lease writes. */
export const overwrite = async (store: Store, key: string, body: Uint8Array): Promise<void> => {
  for (let attempt = 0; attempt < 5; attempt++) {
    const current = await store.get(key);
    if ((await store.replace(key, body, current?.etag ?? null)) !== null) return;
  }
  throw new Error(`Cannot write ${store.locate(key)} as others keep writing it: is a second review under way?`);
};
