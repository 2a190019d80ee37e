import { sha256 } from "../review/canonical-json.ts";
import type { Grant } from "../review/grant.ts";
import { reviewKeys } from "../review/keys.ts";
import type { Store, StoredLine } from "../review/ports.ts";
import type { Snapshot } from "../review/snapshot.ts";
import { joinSorted } from "../review/sorted.ts";

/** A grant as its part shows it, parsed only by whoever wants more of it than its id. */
type GrantLine = { id: string; line: StoredLine<Grant> };

/** Every grant of a snapshot, sorted by id. Throws where a part is missing or is not what the manifest says. */
async function* linesOf(store: Store, snapshot: Snapshot): AsyncGenerator<GrantLine> {
  for (const { key, sha256: listed, grants } of snapshot.parts) {
    let lines = 0;
    for await (const line of store.readTexts<Grant>(key, listed)) {
      lines++;
      yield { id: idOf(line), line };
    }
    if (lines !== grants) {
      throw new Error(`Cannot read ${store.locate(key)}: it has ${lines} grants, but snapshot.json says ${grants}`);
    }
  }
}

/** Every line begins with it, as this project writes them. */
const idOf = (line: StoredLine<Grant>): string => /^\{"id":"([0-9a-f]{16})"/.exec(line.text)?.[1] ?? line.parse().id;

/** Every grant of a snapshot, sorted by id. Throws where a part is missing or is not what the manifest says. */
export async function* grantsOf(store: Store, snapshot: Snapshot): AsyncGenerator<Grant> {
  for await (const { line } of linesOf(store, snapshot)) yield line.parse();
}

/** `grantsOf`, of which nobody wants more than the ids. */
export async function* grantIdsOf(store: Store, snapshot: Snapshot): AsyncGenerator<string> {
  for await (const { id } of linesOf(store, snapshot)) yield copied(id);
}

/** What is cut out of a text keeps all of it in memory, for as long as somebody keeps the id. */
const copied = (id: string): string => Buffer.from(id).toString();

/** A grant as two snapshots show it; null where one does not. Of one that they show alike, both are the same object. */
export type GrantPair = [now: Grant | null, before: Grant | null];

/** Every grant of a snapshot and of the one before it (null: there is none), sorted by id. Most never change, and are parsed once. */
export async function* grantPairs(
  store: Store,
  snapshot: Snapshot,
  previous: Snapshot | null,
): AsyncGenerator<GrantPair> {
  const keyOf = ({ id }: GrantLine): string => id;
  const before = { stream: previous ? linesOf(store, previous) : [], keyOf };
  for await (const [now, then] of joinSorted({ stream: linesOf(store, snapshot), keyOf }, before)) {
    const grant = now?.line.parse() ?? null;
    const isSame = now !== null && now.line.text === then?.line.text;
    yield [grant, isSame ? grant : (then?.line.parse() ?? null)];
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
