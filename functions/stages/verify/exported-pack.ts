import { createStatement } from "../../report/statement.ts";
import { retiredFolder, reviewKeys, stopsFolder } from "../../review/keys.ts";
import type { Store } from "../../review/ports.ts";
import { type Fault, fault } from "../../review/proof/faults.ts";
import type { Contents } from "../../review/proof/pack.ts";
import { isNameOfPack, statementName } from "../../review/proof/pack-names.ts";

/** One file of an exported pack. */
export type PackFile = { name: string; open(): Promise<AsyncIterable<Uint8Array>> };

const readBytes = 1024 * 1024;

/**
 * The files of a pack: the statement, everything in the review's folder, of every earlier review its evidence with signature
 * and public key and what was written after it, and the records beside the reviews.
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
      if (isNameOfPack(name, { source, review })) yield { name, open: () => openObject(store, name) };
    }
  }
}

async function openObject(store: Store, key: string): Promise<AsyncIterable<Uint8Array>> {
  const chunks = await store.stream(key, readBytes);
  if (!chunks) throw new Error(`Cannot export ${store.locate(key)} as it vanished meanwhile`);
  return chunks;
}

async function* inOneChunk(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

/** Whether the statement of a pack is what the pack says: it is no object of the evidence, and people read it first. */
export async function statementFaults(store: Store, contents: Contents): Promise<Fault[]> {
  const stored = await store.get(statementName);
  if (!stored) return [fault("missing", { key: statementName })];
  const isOurs = Buffer.compare(Buffer.from(createStatement(contents)), stored.body) === 0;
  return isOurs ? [] : [fault("statement", { key: statementName })];
}
