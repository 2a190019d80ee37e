import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../../functions/review/ports.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";

let root: string;
let store: Store;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "jsonl-"));
  store = withLines(openDirectoryStore(root));
});
afterAll(() => rm(root, { recursive: true }));

const linesOf = async (key: string): Promise<unknown[]> => {
  const lines: unknown[] = [];
  for await (const line of store.readLines(key)) lines.push(line);
  return lines;
};

const secret = "someone@example.com";

const messageOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error: unknown) => (error instanceof Error && error.name === "StoreError" ? error.message : "another error"),
  );

describe("packLines()", () => {
  it("gives one JSON value a line, gzipped", async () => {
    expect(gunzipSync(await store.packLines([{ a: 1 }, { b: "x\ny" }])).toString()).toBe('{"a":1}\n{"b":"x\\ny"}\n');
  });

  it("gives the same bytes for the same lines, with neither time nor system in the header", async () => {
    const once = await store.packLines([{ a: 1 }]);
    expect(await store.packLines([{ a: 1 }])).toEqual(once);
    expect([...once.slice(4, 8), once[9]]).toEqual([0, 0, 0, 0, 255]);
  });

  it("packs what is passing less tightly, and to the same lines", async () => {
    const lines = Array.from({ length: 2_000 }, (_, number) => ({ number, name: `审查者 ${number % 90}` }));
    const [kept, passing] = [await store.packLines(lines), await store.packLines(lines, "passing")];
    expect(gunzipSync(passing)).toEqual(gunzipSync(kept));
    expect(passing.length).toBeGreaterThan(kept.length);
  });

  it("refuses a line that JSON has no word for", async () => {
    await expect(store.packLines([undefined])).rejects.toThrow("Cannot write a value of type undefined as JSON");
  });
});

describe("readLines()", () => {
  it("reads several gzip members, none, and a last line without its newline", async () => {
    await store.create(
      "members",
      Buffer.concat([await store.packLines([1, 2]), await store.packLines([]), gzipSync("3\n4")]),
    );
    await store.create("none", await store.packLines([]));
    expect(await linesOf("members")).toEqual([1, 2, 3, 4]);
    expect(await linesOf("none")).toEqual([]);
  });

  it("reads lines and characters that straddle its pieces", async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => ({ index, name: "审查者".repeat(index % 7) }));
    await store.create("many", await store.packLines(lines));
    expect(await linesOf("many")).toEqual(lines);
  });

  it("can be left early", async () => {
    await store.create("early", await store.packLines([1, 2, 3]));
    for await (const line of store.readLines("early")) {
      expect(line).toBe(1);
      break;
    }
  });

  it("throws where the object is absent, and names it", async () => {
    expect(await messageOf(linesOf("absent"))).toContain(`Cannot read ${store.locate("absent")} as it does not exist`);
  });

  const packed = gzipSync(`{"name":"${secret}"}\n`);
  const damages: [string, Uint8Array][] = [
    ["nothing at all", Buffer.alloc(0)],
    ["no gzip", Buffer.from(`{"name":"${secret}"}\n`)],
    ["its last byte missing", packed.subarray(0, -1)],
    ["a second member cut short", Buffer.concat([packed, packed.subarray(0, 12)])],
    ["a changed byte", Buffer.from(packed).fill(255, 15, 16)],
    ["other bytes after its end", Buffer.concat([packed, Buffer.from("more")])],
    ["zeros after its end", Buffer.concat([packed, Buffer.alloc(600)])],
    ["half a line", gzipSync(`{"name":"${secret}"`)],
    ["an empty line", gzipSync("1\n\n2\n")],
    ["no UTF-8", gzipSync(Buffer.from([0x22, 0xff, 0x22, 0x0a]))],
  ];
  it.each(damages)("throws where the object holds %s, and quotes none of it", async (what, body) => {
    await store.create(`damaged/${what}`, body);
    const message = await messageOf(linesOf(`damaged/${what}`));
    expect(message).toContain(`Cannot read ${store.locate(`damaged/${what}`)}`);
    expect(message).toContain("damaged or cut short");
    expect(message).not.toContain("example");
  });

  it("names the line that is not JSON", async () => {
    await store.create("third", gzipSync("1\n2\n{three}\n"));
    expect(await messageOf(linesOf("third"))).toContain(`${store.locate("third")} line 3`);
  });
});

describe("createJson()", () => {
  it("writes pretty JSON with a final newline, once, and gives the SHA-256 of its bytes", async () => {
    const text = '{\n  "name": "审查"\n}\n';
    const sha256 = createHash("sha256").update(text).digest("hex");
    expect(await store.createJson("json", { name: "审查" })).toEqual({ result: "created", sha256 });
    expect(await store.createJson("json", { name: "审查" })).toEqual({ result: "exists", sha256 });
    expect(Buffer.from((await store.get("json"))!.body).toString()).toBe(text);
  });
});

describe("getJson()", () => {
  it("gives the value, or null where the object is absent", async () => {
    await store.createJson("value", { a: [1, null] });
    expect(await store.getJson("value")).toEqual({ a: [1, null] });
    expect(await store.getJson("no-value")).toBeNull();
  });

  it.each(["", `{"name": ${secret}`, "{} {}"])(
    "throws where the object is not JSON, and quotes none of it: %j",
    async (text) => {
      const key = `bad-json/${createHash("sha256").update(text).digest("hex")}`;
      await store.create(key, Buffer.from(text));
      const message = await messageOf(store.getJson(key));
      expect(message).toContain(`Cannot read ${store.locate(key)} as it is damaged`);
      expect(message).not.toContain("example");
    },
  );
});
