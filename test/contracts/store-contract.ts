import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../functions/basics/hash.ts";
import type { ObjectStore, Store } from "../../functions/review/ports.ts";
import { withLines } from "../../functions/store/jsonl.ts";

/** A store to try, empty, and what takes it away afterwards. */
export type OpenedStore = { store: ObjectStore; cleanup: () => Promise<void> };

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

const twentyTimes = <T>(act: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 20 }, (_, index) => act(index)));

/** What the project relies on in every store. Each sentence uses keys of its own, so that one store serves them all. */
export const describeStore = (name: string, open: () => Promise<OpenedStore>, openMs?: number): void => {
  describe(`${name}, as an ObjectStore`, () => {
    let opened: OpenedStore;
    let store: Store;
    beforeAll(async () => {
      opened = await open();
      store = withLines(opened.store);
    }, openMs);
    afterAll(() => opened.cleanup());

    const textOf = async (key: string) => new TextDecoder().decode((await store.get(key))?.body);
    const keysWith = (prefix: string) => collect(store.list(prefix));

    describe("list(), of a store that holds nothing", () => {
      it("is empty", async () => {
        expect(await keysWith("")).toEqual([]);
      });
    });

    describe("create()", () => {
      it("stores the bytes as they are", async () => {
        const body = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
        expect(await store.create("create/deep/er/bytes", body)).toBe("created");
        expect(Buffer.from((await store.get("create/deep/er/bytes"))!.body).equals(body)).toBe(true);
      });

      it("stores an empty object, which is not an absent one", async () => {
        await store.create("create/empty", bytes(""));
        expect((await store.get("create/empty"))?.body).toHaveLength(0);
      });

      it("leaves what is there as it was, even for the same bytes", async () => {
        await store.create("create/twice", bytes("first"));
        expect(await store.create("create/twice", bytes("second"))).toBe("exists");
        expect(await store.create("create/twice", bytes("first"))).toBe("exists");
        expect(await textOf("create/twice")).toBe("first");
      });

      it("lets exactly one of twenty at once create a key", async () => {
        const results = await twentyTimes((index) => store.create("create/race", bytes(`writer ${index}`)));
        expect(results.filter((result) => result === "created")).toHaveLength(1);
        expect(await textOf("create/race")).toBe(`writer ${results.indexOf("created")}`);
      });

      it("lets exactly one of twenty at once create a key, even with the same bytes", async () => {
        const results = await twentyTimes(() => store.create("create/same-race", bytes("the same")));
        expect(results.filter((result) => result === "created")).toHaveLength(1);
      });

      const badKeys = ["", "/a", "a//b", "a/", "../a", "a/../b", "a/./b", "a\nb", "a\u0000b", ".writing/a"];
      it.each(badKeys)("refuses the key %j", async (key) => {
        await expect(store.create(key, bytes("x"))).rejects.toThrow("as a key");
        await expect(store.get(key)).rejects.toThrow("as a key");
      });

      it("refuses a key longer than S3's 1024 bytes", async () => {
        await expect(store.create("查".repeat(342), bytes("x"))).rejects.toThrow("longer than 1024 bytes");
      });
    });

    describe("get()", () => {
      it("is null for a key that is absent, a folder, or below an object", async () => {
        await store.create("get/folder/object", bytes("x"));
        expect(await store.get("get/nothing")).toBeNull();
        expect(await store.get("get/folder")).toBeNull();
        expect(await store.get("get/folder/object/below")).toBeNull();
      });
    });

    describe("stream()", () => {
      it("gives the bytes in order, in chunks of at most so many", async () => {
        const body = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
        await store.create("stream/bytes", body);
        for (const chunkBytes of [10_000, 30_000, 70_000, 100_000]) {
          const chunks: Buffer[] = [];
          for await (const chunk of (await store.stream("stream/bytes", chunkBytes))!) chunks.push(Buffer.from(chunk));
          expect(chunks).toHaveLength(Math.ceil(body.length / chunkBytes));
          expect(Buffer.concat(chunks).equals(body)).toBe(true);
        }
      });

      it("gives nothing of an empty object, and null for an absent one or a folder", async () => {
        await store.create("stream/empty", bytes(""));
        expect(await collect((await store.stream("stream/empty", 10))!)).toEqual([]);
        expect(await store.stream("stream/absent", 10)).toBeNull();
        expect(await store.stream("stream", 10)).toBeNull();
      });
    });

    describe("createFrom()", () => {
      const inTwo = async function* (text: string): AsyncGenerator<Uint8Array> {
        yield bytes(text.slice(0, 3));
        yield bytes(text.slice(3));
      };

      it("stores what comes in chunks, once, and gives the SHA-256 of what was handed in", async () => {
        expect(await store.createFrom("from/twice", inTwo("first"))).toEqual({
          result: "created",
          sha256: sha256("first"),
        });
        expect(await store.createFrom("from/twice", inTwo("second"))).toEqual({
          result: "exists",
          sha256: sha256("second"),
        });
        expect(await textOf("from/twice")).toBe("first");
      });

      it("stores nothing where the chunks break off, and passes their failure on as it is", async () => {
        const failing = async function* (): AsyncGenerator<Uint8Array> {
          yield bytes("half");
          throw new RangeError("no more");
        };
        await expect(store.createFrom("from/half", failing())).rejects.toThrow(new RangeError("no more"));
        expect(await store.get("from/half")).toBeNull();
        expect(await keysWith("from/half")).toEqual([]);
      });

      it("lets exactly one of twenty at once create a key", async () => {
        const results = await twentyTimes((index) => store.createFrom("from/race", inTwo(`writer ${index}`)));
        expect(results.filter(({ result }) => result === "created")).toHaveLength(1);
        expect(await textOf("from/race")).toBe(`writer ${results.findIndex(({ result }) => result === "created")}`);
      });
    });

    describe("createLines()", () => {
      it("writes what readLines() reads back, the same bytes for the same lines", async () => {
        const lines = Array.from({ length: 5_000 }, (_, index) => ({ index, name: "审查者" }));
        const { sha256: hash } = await store.createLines("lines/a", lines);
        expect(await store.createLines("lines/b", lines)).toEqual({ result: "created", sha256: hash });
        expect(await collect(store.readLines("lines/a", hash))).toEqual(lines);
        expect(await collect(store.readLines("lines/b"))).toEqual(lines);
      });

      it("writes an object without a line where there is none", async () => {
        await store.createLines("lines/none", []);
        expect(await collect(store.readLines("lines/none"))).toEqual([]);
      });
    });

    describe("replace()", () => {
      it("writes over what is there as long as the etag is still the key's", async () => {
        await store.create("replace/chain", bytes("1"));
        const first = (await store.get("replace/chain"))!.etag;
        const second = await store.replace("replace/chain", bytes("2"), first);
        const third = await store.replace("replace/chain", bytes("3"), second);
        expect((await store.get("replace/chain"))!.etag).toBe(third);
        expect(await textOf("replace/chain")).toBe("3");
      });

      it("leaves what is there as it was where the etag is an older one", async () => {
        const old = await store.replace("replace/old", bytes("1"), null);
        await store.replace("replace/old", bytes("2"), old);
        expect(await store.replace("replace/old", bytes("3"), old)).toBeNull();
        expect(await textOf("replace/old")).toBe("2");
      });

      it("creates with a null etag, but only what is absent", async () => {
        const etag = await store.replace("replace/new", bytes("1"), null);
        expect((await store.get("replace/new"))!.etag).toBe(etag);
        expect(await store.replace("replace/new", bytes("2"), null)).toBeNull();
      });

      it("does not bring back what was deleted", async () => {
        const etag = await store.replace("replace/gone", bytes("1"), null);
        await store.delete("replace/gone");
        expect(await store.replace("replace/gone", bytes("2"), etag)).toBeNull();
        expect(await store.get("replace/gone")).toBeNull();
      });

      it("lets exactly one of twenty at once replace the same etag", async () => {
        const etag = await store.replace("replace/race", bytes("0"), null);
        const results = await twentyTimes((index) => store.replace("replace/race", bytes(`writer ${index}`), etag));
        const winners = results.flatMap((result, index) => (result === null ? [] : [index]));
        expect(winners).toHaveLength(1);
        expect(await textOf("replace/race")).toBe(`writer ${winners[0]}`);
      });

      it("never changes evidence", async () => {
        const etag = await store.replace("reviews/people/replaced", bytes("1"), null);
        await expect(store.replace("reviews/people/replaced", bytes("2"), etag)).rejects.toThrow("evidence");
      });
    });

    describe("delete()", () => {
      it("makes the key absent, and free again", async () => {
        await store.create("delete/one", bytes("1"));
        await store.delete("delete/one");
        expect(await store.get("delete/one")).toBeNull();
        expect(await keysWith("delete/")).toEqual([]);
        expect(await store.create("delete/one", bytes("2"))).toBe("created");
      });

      it("is content with a key that is absent", async () => {
        await expect(store.delete("delete/never")).resolves.toBeUndefined();
      });

      it("never deletes evidence", async () => {
        await store.create("reviews/people/deleted", bytes("1"));
        await expect(store.delete("reviews/people/deleted")).rejects.toThrow("evidence");
      });
    });

    describe("list()", () => {
      it("gives the keys that begin with the prefix, folder or not, in UTF-8 order", async () => {
        const names = ["a-b", "a.b", "a/b", "a/b-c", "a0", "ab", "deep/er", "审查", "\u{ff5e}", "\u{1f600}"];
        const keys = names.map((name) => `list/${name}`);
        await Promise.all([...keys].reverse().map((key) => store.create(key, bytes(key))));
        expect(await keysWith("list/")).toEqual(keys);
        expect(await keysWith("list")).toEqual(keys);
        expect(await keysWith("list/a/b")).toEqual(["list/a/b", "list/a/b-c"]);
        expect(await keysWith("list/a-")).toEqual(["list/a-b"]);
      });

      it("is empty where no key begins with the prefix", async () => {
        expect(await keysWith("list/nothing/")).toEqual([]);
      });

      it.each(["/", "../", "a/../b", "a//"])("refuses the prefix %j", async (prefix) => {
        await expect(keysWith(prefix)).rejects.toThrow("Cannot list");
      });
    });

    describe("listFolder()", () => {
      const namesIn = (folder: string) => collect(store.listFolder(folder));

      it("gives the names directly in a folder in UTF-8 order, those of folders once and with a slash", async () => {
        const names = ["a-b", "a.b", "a/b", "a/b-c", "a/deep/er", "a0", "ab/c/d/e", "审查/一", "\u{ff5e}", "\u{1f600}"];
        await Promise.all([...names].reverse().map((name) => store.create(`folder/${name}`, bytes(name))));
        expect(await namesIn("folder/")).toEqual(["a-b", "a.b", "a/", "a0", "ab/", "审查/", "\u{ff5e}", "\u{1f600}"]);
        expect(await namesIn("folder/a/")).toEqual(["b", "b-c", "deep/"]);
        expect(await namesIn("")).toContain("folder/");
        expect(await namesIn("")).not.toContain(".writing/");
      });

      it("is empty for what is no folder", async () => {
        await store.create("folders/one/object", bytes("x"));
        expect(await namesIn("folders/")).toEqual(["one/"]);
        expect(await namesIn("folders/nothing/")).toEqual([]);
        expect(await namesIn("folders/one/object/")).toEqual([]);
      });

      it.each(["/", "../", "a/../b/", "a//", "folder"])("refuses the folder %j", async (folder) => {
        await expect(namesIn(folder)).rejects.toThrow("Cannot list");
      });
    });

    describe("locate()", () => {
      it("ends with the key", () => {
        expect(store.locate("a/report.html")).toMatch(/\/a\/report\.html$/);
      });
    });

    describe("readLines()", () => {
      it("gives back what packLines() packed, as an object of this store", async () => {
        const lines = [{ id: 1, name: "审查" }, { id: 2 }];
        await store.create("lines/part.jsonl.gz", await store.packLines(lines));
        expect(await collect(store.readLines("lines/part.jsonl.gz"))).toEqual(lines);
      });
    });
  });
};
