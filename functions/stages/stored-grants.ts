import { sha256 } from "../review/canonical-json.ts";
import type { Grant } from "../review/grant.ts";
import { reviewKeys } from "../review/keys.ts";
import type { Store } from "../review/ports.ts";
import type { Snapshot } from "../review/snapshot.ts";

/** Every grant of a snapshot, sorted by id. Throws where a part is missing or is not what the manifest says. */
export async function* grantsOf(store: Store, snapshot: Snapshot): AsyncGenerator<Grant> {
  for (const { key, sha256: listed, grants } of snapshot.parts) {
    let lines = 0;
    for await (const grant of store.readLines<Grant>(key, listed)) {
      lines++;
      yield grant;
    }
    if (lines !== grants) {
      throw new Error(`Cannot read ${store.locate(key)}: it has ${lines} grants, but snapshot.json says ${grants}`);
    }
  }
}

/** A review's snapshot.json with the hash that plans are bound to, or null where there is none. */
export const loadSnapshot = async (
  store: Store,
  source: string,
  review: string,
): Promise<{ snapshot: Snapshot; snapshotSha256: string } | null> => {
  const stored = await store.get(reviewKeys(source, review).snapshot);
  if (!stored) return null;
  return {
    snapshot: JSON.parse(new TextDecoder().decode(stored.body)) as Snapshot,
    snapshotSha256: sha256(stored.body),
  };
};
