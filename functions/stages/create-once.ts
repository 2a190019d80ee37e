import { sha256 } from "../review/canonical-json.ts";
import type { Store } from "../review/ports.ts";

/** Writes an artefact that never changes; finding the same bytes there already is fine, finding others is a fault. */
export const createOnce = async (store: Store, key: string, body: Uint8Array): Promise<string> => {
  const hash = sha256(body);
  if ((await store.create(key, body)) === "created") return hash;
  const standing = await store.get(key);
  if (!standing || sha256(standing.body) !== hash) {
    throw new Error(
      `Cannot write ${store.locate(key)} as something else stands there already: artefacts of a review never change; look who wrote it, and start a new review`,
    );
  }
  return hash;
};

/** `createOnce` of indented JSON with a final newline. */
export const createJsonOnce = (store: Store, key: string, value: unknown): Promise<string> =>
  createOnce(store, key, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
