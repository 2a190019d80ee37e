import { checkpointKey } from "../review/keys.ts";
import type { ReviewPlace, Store } from "../review/ports.ts";

/** Mutable progress of a stage. `save` throws where another invocation has written in the meantime. */
export type Checkpoint<T> = { readonly value: T | null; save(value: T): Promise<void> };

/** Opens the progress of one review under a name, such as `seal.json`. */
export function openReviewCheckpoint<T>(
  { store, sourceId, review }: ReviewPlace,
  name: string,
): Promise<Checkpoint<T>> {
  return openCheckpoint<T>(store, checkpointKey(sourceId, review, name));
}

/** Opens the mutable object under a key. */
export async function openCheckpoint<T>(store: Store, key: string): Promise<Checkpoint<T>> {
  const stored = await store.get(key);
  let etag = stored?.etag ?? null;
  let value = stored ? (JSON.parse(new TextDecoder().decode(stored.body)) as T) : null;
  /** The bytes of a save that failed: nobody knows whether they were written. */
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
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

/** Writes a page about a review into its checkpoint area, over an older page of that name. Gives the key. */
export async function overwriteReviewPage(
  { store, sourceId, review }: ReviewPlace,
  name: string,
  html: string,
): Promise<string> {
  const key = checkpointKey(sourceId, review, name);
  await overwrite(store, key, new TextEncoder().encode(html));
  return key;
}

/** Writes a mutable object, whatever stands there: for objects that nobody writes but the holder of a lease. */
export async function overwrite(store: Store, key: string, body: Uint8Array): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const current = await store.get(key);
    if ((await store.replace(key, body, current?.etag ?? null)) !== null) return;
  }
  throw new Error(`Cannot write ${store.locate(key)} as others keep writing it: is a second review under way?`);
}
