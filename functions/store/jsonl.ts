import { sha256 } from "../basics/canonical-json.ts";
import type { ObjectStore, Store } from "../review/ports.ts";
import { parseJson, toJson } from "./json-text.ts";
import { packedChunks, packLines, readLines, readStoredLines } from "./packed-lines.ts";
import { unlessDamaged } from "./store-error.ts";

/** The same objects, that also speak JSON and gzipped JSON lines. What is damaged is a `StoreError` that names the object. */
export function withLines(objects: ObjectStore): Store {
  return {
    ...objects,
    getJson: async <T>(key: string) => {
      const stored = await objects.get(key);
      return stored === null
        ? null
        : parseJson<T>(decodeWhole(stored.body, objects.locate(key)), () => objects.locate(key));
    },
    createJson: async (key, value) => {
      const body = Buffer.from(`${toJson(value, 2)}\n`);
      return { result: await objects.create(key, body), sha256: sha256(body) };
    },
    readLines: <T>(key: string, sha256?: string) => readLines<T>(objects, { key, sha256 }),
    readStoredLines: <T>(key: string, sha256?: string, pieceBytes?: number) =>
      readStoredLines<T>(objects, { key, sha256, pieceBytes }),
    packLines,
    createLines: (key, lines) => objects.createFrom(key, packedChunks(lines)),
  };
}

function decodeWhole(body: Uint8Array, place: string): string {
  return unlessDamaged(place, () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
}
