import { sha256 } from "../../functions/basics/hash.ts";
import type { Store, StoredObject } from "../../functions/review/ports.ts";
import { assertFolder, assertKey, assertMutable, assertPrefix } from "../../functions/store/objects.ts";
import { type Gate, openGate } from "./gate.ts";

/** Everything that a store holds, by key. */
export type Objects = Map<string, Uint8Array>;

// One of each for all lives: to make one for every object is a part of a life's cost.
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
const encode = (text: string): Uint8Array => encoder.encode(text);
const decode = (body: Uint8Array): string => decoder.decode(body);

/** What an object is, whatever its review, grant or number: faults and coverage speak of kinds. */
export const kindOf = (key: string): string => {
  const [area = "", , ...rest] = key.split("/");
  if (key.startsWith("checkpoints/_leases/")) return "lease";
  if (area === "decisions") return "decisions";
  const name = rest.at(-1) ?? "stop.json";
  if (area === "checkpoints")
    return key.includes("/spool/") ? `spool ${name.replace(/[-.].*/, "")}` : `checkpoint ${name}`;
  if (key.includes("/retired-roles/")) return `retired ${name.replace(/^[0-9a-f]+\./, "")}`;
  if (key.includes("/receipts/")) return name.replace(/^[0-9a-f]+\./, "");
  if (key.includes("/approvals/")) return "approval";
  if (key.includes("/grants/")) return "part";
  return key.includes("/assessments/") ? `assessment ${name}` : name;
};

// As S3's and the directory store's: equal contents have equal etags.
const etagOf = (body: Uint8Array): string =>
  `"${Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1")}"`;

const storedAs = (body: Uint8Array): StoredObject => ({
  body,
  get etag() {
    return etagOf(body);
  },
});

const isWrite = (verb: string): boolean => verb !== "get" && verb !== "list";

const compareUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const isAscii = (keys: string[]): boolean => keys.every((key) => /^[\x20-\x7e]*$/.test(key));

async function* chunksOf(body: Uint8Array, bytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < body.length; from += bytes) yield body.subarray(from, from + bytes);
}

const all = async <T>(items: Iterable<T> | AsyncIterable<T>): Promise<T[]> => {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
};

/**
 * An in-memory store over objects that outlive it, so that one invocation's store can die while the next one opens its
 * own. Every operation passes the gate, where it can be refused, lose its answer, or be the last its invocation does.
 */
export const openFakeStore = (objects: Objects = new Map(), gate: Gate = openGate()): Store => {
  const through = <T>(verb: string, key: string, perform: () => T): Promise<T> =>
    gate.pass(
      { port: "store", name: verb === "list" ? verb : `${verb} ${kindOf(key)}`, isWrite: isWrite(verb) },
      perform,
    );

  const store: Store = {
    get: async (key) => {
      if (!objects.has(key)) assertKey(key);
      return through("get", key, () => {
        const body = objects.get(key);
        return body ? storedAs(body) : null;
      });
    },
    create: async (key, body) => {
      assertKey(key);
      return through("create", key, () => {
        if (objects.has(key)) return "exists";
        objects.set(key, Uint8Array.from(body));
        return "created";
      });
    },
    replace: async (key, body, etag) => {
      if (etag === null) assertKey(key);
      else assertMutable(key);
      return through("replace", key, () => {
        const standing = objects.get(key);
        if ((standing ? etagOf(standing) : null) !== etag) return null;
        objects.set(key, Uint8Array.from(body));
        return etagOf(body);
      });
    },
    stream: async (key, chunkBytes) => {
      const stored = await store.get(key);
      return stored && chunksOf(stored.body, chunkBytes);
    },
    createFrom: async (key, chunks) => {
      const body = Buffer.concat(await all(chunks));
      return { result: await store.create(key, body), sha256: sha256(body) };
    },
    async *list(prefix) {
      assertPrefix(prefix);
      const keys = await through("list", prefix, () => [...objects.keys()].filter((key) => key.startsWith(prefix)));
      yield* isAscii(keys) ? keys.sort() : keys.sort(compareUtf8);
    },
    async *listFolder(folder) {
      assertFolder(folder);
      const below = await through("list", folder, () => [...objects.keys()].filter((key) => key.startsWith(folder)));
      const names = new Set(below.map((key) => /^[^/]*\/?/.exec(key.slice(folder.length))![0]));
      yield* [...names].sort(compareUtf8);
    },
    delete: async (key) => {
      assertMutable(key);
      return through("delete", key, () => {
        objects.delete(key);
      });
    },
    locate: (key) => `memory/${key}`,
    getJson: async <T>(key: string) => {
      const stored = await store.get(key);
      return stored && (JSON.parse(decode(stored.body)) as T);
    },
    createJson: () => Promise.reject(new Error("Cannot create JSON here as no stage does")),
    async *readLines<T>(key: string) {
      for await (const lines of store.readStoredLines<T>(key)) yield* lines.parseAll();
    },
    async *readStoredLines<T>(key: string) {
      const stored = await store.get(key);
      if (!stored) throw new Error(`Cannot read ${key} as it does not exist`);
      const texts = decode(stored.body)
        .split("\n")
        .filter((text) => text !== "");
      const parse = (at: number) => JSON.parse(texts[at]!) as T;
      yield {
        count: texts.length,
        head: (at, bytes) => texts[at]!.slice(0, bytes),
        isSame: (at, others, otherAt) => others.head(otherAt, Number.POSITIVE_INFINITY) === texts[at],
        parse,
        parseAll: () => texts.map((_, at) => parse(at)),
      };
    },
    // Not compressed: what is under test is what is written when, and gzip is most of the cost of that.
    packLines: async (lines) => encode([...lines].map((line) => `${JSON.stringify(line)}\n`).join("")),
    createLines: async (key, lines) => {
      const body = await store.packLines(await all(lines));
      return { result: await store.create(key, body), sha256: sha256(body) };
    },
  };
  return store;
};
