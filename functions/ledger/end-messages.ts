import { sha256 } from "../basics/hash.ts";
import { reviewKeys } from "../review/keys.ts";
import type { Store } from "../review/ports.ts";
import type { Evidence } from "../review/proof/evidence.ts";

/** Whether a key is a record of telling people of a review's end: the one thing told once its evidence stands. */
export const isEndMessage = (key: string): boolean =>
  /\/messages\/ended-[0-9a-f]{8}\.(intent|outcome)\.json$/.test(key);

/** What was written down of telling people of a review's end, for the evidence of the next one. */
export const endMessagesOf = async (
  store: Store,
  source: string,
  review: string,
): Promise<NonNullable<Evidence["endMessages"]>> => {
  const records: NonNullable<Evidence["endMessages"]> = [];
  for await (const key of store.list(reviewKeys(source, review).messages)) {
    const stored = isEndMessage(key) ? await store.get(key) : null;
    if (stored) records.push({ key, sha256: sha256(stored.body) });
  }
  return records;
};

/** Records of the previous review's end that are no longer what this evidence says. */
export async function* endMessageFaults(store: Store, { endMessages = [] }: Evidence): AsyncGenerator<string> {
  for (const { key, sha256: expected } of endMessages) {
    // A damaged list may name what no store takes for a key.
    const body = isEndMessage(key) ? (await store.get(key).catch(() => null))?.body : undefined;
    if (!body) yield `${key} is missing`;
    else if (sha256(body) !== expected) yield `${key} was changed: its SHA-256 is not the sealed one`;
  }
}
