import { checkpointKey } from "../review/keys.ts";
import type { ReviewPlace, Store } from "../review/ports.ts";

// A checkpoint is a convenience, never an authority: whoever can write below checkpoints/ must not decide what a review
// says or does. Each stage compares what its checkpoint says with the clock, the configuration and what is below reviews/.

/**
 * Mutable progress of a stage. `value` is null where there is none, or where what stands there is no JSON (`isUnreadable`).
 * `save` throws where another invocation has written in the meantime; `discard` leaves no progress behind.
 */
export type Checkpoint<T> = {
  readonly value: T | null;
  readonly isUnreadable: boolean;
  save(value: T): Promise<void>;
  discard(): Promise<void>;
};

/** A checkpoint says what cannot be. It was set aside, so that the stage begins anew when it is run again. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

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
  const read: { value: T | null } | null = stored ? readableJson<T | null>(stored.body) : { value: null };
  let value: T | null = read?.value ?? null;
  /** The bytes of a save that failed: nobody knows whether they were written. */
  let unsure: Uint8Array | null = null;

  const settleUnsure = async (attempted: Uint8Array): Promise<void> => {
    const standing = await store.get(key);
    if (standing && Buffer.compare(standing.body, attempted) === 0) etag = standing.etag;
    unsure = null;
  };

  const save = async (next: T | null): Promise<void> => {
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
  };

  return {
    get value() {
      return value;
    },
    isUnreadable: read === null,
    save,
    discard: () => save(null),
  };
}

/** The value of a JSON text, or null where the text is none. */
function readableJson<T>(body: Uint8Array): { value: T } | null {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as T };
  } catch {
    return null;
  }
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
