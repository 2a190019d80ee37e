import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openRemembered } from "../../functions/desk/remembered.ts";
import type { Store } from "../../functions/review/ports.ts";
import { openDirectoryStore } from "../../functions/store/directory-store.ts";
import { withLines } from "../../functions/store/jsonl.ts";

const root = mkdtempSync(join(tmpdir(), "remembered-"));
afterAll(() => rmSync(root, { recursive: true }));

const objects = withLines(openDirectoryStore(root));
const asked: string[] = [];
/** The store, which says what it was asked for. */
const counted: Store = {
  ...objects,
  get(key, atMost) {
    asked.push(key);
    return objects.get(key, atMost);
  },
  getJson(key) {
    asked.push(key);
    return objects.getJson(key);
  },
  readStoredLines(key, sha256, piece) {
    asked.push(key);
    return objects.readStoredLines(key, sha256, piece);
  },
};
const [plan, grants, state] = ["reviews/s/r/plan.json", "reviews/s/r/grants.jsonl.gz", "checkpoints/s/r/state.json"];

beforeEach(() => void asked.splice(0));

async function linesIn(store: Store, key: string): Promise<{ id: number }[]> {
  const lines: { id: number }[] = [];
  for await (const line of store.readLines<{ id: number }>(key)) lines.push(line);
  return lines;
}

describe("openRemembered()", () => {
  const store = openRemembered({ lines: 40, bytes: 400 })(counted);

  it("looks again for what was not there, and reads what stands under reviews/ once", async () => {
    expect(await store.getJson(plan)).toBeNull();
    await store.createJson(plan, { a: 1 });
    const found = [await store.getJson(plan), await store.getJson(plan)];
    expect(found).toEqual([{ a: 1 }, { a: 1 }]);
    expect((await store.get(plan))?.body).toEqual((await objects.get(plan))?.body);
    expect(asked.filter((key) => key === plan)).toHaveLength(3);
  });

  it("gives the same lines again, frozen, as everybody shares them", async () => {
    await store.createLines(grants, [{ id: 1 }, { id: 2 }]);
    const [first, again] = [await linesIn(store, grants), await linesIn(store, grants)];
    expect(first).toEqual([{ id: 1 }, { id: 2 }]);
    expect(again[0]).toBe(first[0]);
    expect(() => Object.assign(again[0]!, { id: 3 })).toThrow(TypeError);
    expect(asked).toEqual([grants]);
  });

  it("reads checkpoints, which change, each time", async () => {
    const etag = await store.replace(state, new TextEncoder().encode('{"at":1}'), null);
    expect(await store.getJson(state)).toEqual({ at: 1 });
    await store.replace(state, new TextEncoder().encode('{"at":2}'), etag);
    expect(await store.getJson(state)).toEqual({ at: 2 });
  });

  it("keeps no more than it was told to: what is large is read each time, what was asked for longest ago goes first", async () => {
    await store.createLines(
      "reviews/s/r/large.jsonl.gz",
      Array.from({ length: 11 }, (_, id) => ({ id })),
    );
    for (const _ of [1, 2]) expect(await linesIn(store, "reviews/s/r/large.jsonl.gz")).toHaveLength(11);
    expect(asked).toHaveLength(2);
    for (let at = 0; at < 4; at++) {
      const key = `reviews/s/r/part-${at}.jsonl.gz`;
      await store.createLines(
        key,
        Array.from({ length: 10 }, (_, id) => ({ id })),
      );
      await linesIn(store, key);
    }
    asked.splice(0);
    await linesIn(store, "reviews/s/r/part-3.jsonl.gz");
    expect(asked).toEqual([]);
    await linesIn(store, grants);
    expect(asked).toEqual([grants]);
  });

  it("leaves it to the store to name what is damaged", async () => {
    await store.create("reviews/s/r/damaged.json", new TextEncoder().encode("{"));
    await expect(store.getJson("reviews/s/r/damaged.json")).rejects.toThrow(/damaged\.json/);
  });
});
