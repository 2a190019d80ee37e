import { createStatement } from "../../report/statement.ts";
import { retiredFolder, reviewKeys, stopsFolder } from "../../review/keys.ts";
import type { Store } from "../../review/ports.ts";
import { type Fault, fault } from "../../review/proof/faults.ts";
import type { Contents } from "../../review/proof/pack.ts";
import { isEarlierPolicy, isNameOfPack, statementName } from "../../review/proof/pack-names.ts";

/** One file of an exported pack. */
export type PackFile = { name: string; open(): Promise<AsyncIterable<Uint8Array>> };

const readBytes = 1024 * 1024;

/**
 * The files of a pack: the statement, everything in the review's folder, of every earlier review its evidence with signature
 * and public key and what was written after it, the policy that a sweep has of an earlier review, and the records beside the
 * reviews.
 */
export async function* filesOfPack(store: Store, contents: Contents): AsyncGenerator<PackFile> {
  const { source, review, earlier } = contents;
  const statement = new TextEncoder().encode(createStatement(contents));
  yield { name: statementName, open: async () => inOneChunk(statement) };
  const folders = [
    ...(earlier ?? []).map((link) => reviewKeys(source, link.review).root),
    reviewKeys(source, review).root,
    `reviews/${source}/${retiredFolder}`,
    `reviews/${source}/${stopsFolder}`,
  ];
  for (const folder of folders) {
    for await (const name of store.list(folder)) {
      if (isNameOfPack(name, contents) && !isEarlierPolicy(name, contents))
        yield { name, open: () => openObject(store, name) };
    }
  }
  for (const name of borrowedPolicies(contents)) yield { name, open: () => openObject(store, name) };
}

/** The policies of earlier reviews that the pack's plans were made under, as far as they are there. */
function borrowedPolicies(contents: Contents): Set<string> {
  const found = contents.plans.filter(({ policy }) => policy !== null).map(({ keys }) => keys.policy);
  return new Set(found.filter((key) => isEarlierPolicy(key, contents)));
}

async function openObject(store: Store, key: string): Promise<AsyncIterable<Uint8Array>> {
  const chunks = await store.stream(key, readBytes);
  if (!chunks) throw new Error(`Cannot export ${store.locate(key)} as it vanished meanwhile`);
  return chunks;
}

async function* inOneChunk(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

/**
 * What is wrong with an exported pack beside its evidence: a statement that does not say what the pack says, which people read
 * first, and policies of earlier reviews that nothing in it was made under.
 */
export async function exportFaults(store: Store, contents: Contents): Promise<Fault[]> {
  const faults: Fault[] = [];
  const borrowed = borrowedPolicies(contents);
  for await (const key of store.list(`reviews/${contents.source}/`))
    if (isEarlierPolicy(key, contents) && !borrowed.has(key)) faults.push(fault("foreign", { key }));
  const stored = await store.get(statementName);
  if (!stored) return [...faults, fault("missing", { key: statementName })];
  const isOurs = Buffer.compare(Buffer.from(createStatement(contents)), stored.body) === 0;
  return isOurs ? faults : [...faults, fault("statement", { key: statementName })];
}
