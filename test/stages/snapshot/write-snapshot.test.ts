import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Snapshot } from "../../../functions/review/grants/snapshot.ts";
import { reviewKeys } from "../../../functions/review/keys.ts";
import type { Store } from "../../../functions/review/ports.ts";
import { takeSnapshot } from "../../../functions/stages/snapshot/take-snapshot.ts";
import { largeReviews, largeSource, openLargeStage } from "../../bench/large-review.ts";

// Four parts: three of 5,000 grants and the rest.
const company = { grants: 17_600, generation: 0 };
const keys = reviewKeys(largeSource, largeReviews[0]);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "access-review-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The snapshot with a store that writes lines otherwise: `write` writes them as usual, and `number` is the part's. */
const takeWith = async (
  writeLines: (number: number, write: () => ReturnType<Store["createLines"]>) => ReturnType<Store["createLines"]>,
) => {
  const stage = await openLargeStage(folder, company);
  const { createLines } = stage.store;
  const store: Store = {
    ...stage.store,
    createLines: (key, lines) => writeLines(partNumber(key), () => createLines(key, lines)),
  };
  return await takeSnapshot({ ...stage, store });
};

const partNumber = (key: string): number => Number(/part-(\d+)/.exec(key)?.[1]);

const storedParts = async (): Promise<string[]> => {
  const { store } = await openLargeStage(folder, company);
  const parts: string[] = [];
  for await (const key of store.list(keys.part(0).replace(/part-.*/, ""))) parts.push(key);
  return parts;
};

const takenParts = async (): Promise<Snapshot["parts"] | undefined> => {
  const { store } = await openLargeStage(folder, company);
  return (await store.getJson<Snapshot>(keys.snapshot))?.parts;
};

describe("the parts of a snapshot", () => {
  it("are merged while the one before is on its way to the store, and no more than two are under way", async () => {
    const told: string[] = [];
    const second = Promise.withResolvers<void>();
    const answer = await takeWith(async (number, write) => {
      told.push(`begin ${number}`);
      if (number === 1) second.resolve();
      const created = await write();
      // The first is not there before the second has begun: were they written one by one, this would never end.
      await second.promise;
      told.push(`end ${number}`);
      return created;
    });
    expect(answer.status).toBe("done");
    expect(told).toHaveLength(8);
    let underWay = 0;
    for (const each of told) {
      underWay += each.startsWith("begin") ? 1 : -1;
      expect(underWay).toBeLessThanOrEqual(2);
    }
    expect((await takenParts())?.map(({ grants }) => grants)).toEqual([5_000, 5_000, 5_000, 2_512]);
  });

  it("begin where they should after one could not be written, and are all there when it is tried again", async () => {
    const refused = takeWith(async (number, write) => {
      if (number === 1) throw new Error("the disk is full");
      return await write();
    });
    await expect(refused).rejects.toThrow("the disk is full");
    expect(await storedParts()).toEqual([keys.part(0)]);
    expect(await takenParts()).toBeUndefined();
    expect((await takeWith((_, write) => write())).status).toBe("done");
    expect(await storedParts()).toHaveLength(4);
  });

  it("of which one was merged, and in the end not kept, are the same when it is tried again", async () => {
    const written: number[] = [];
    const refused = takeWith(async (number, write) => {
      const created = await write();
      written.push(number);
      if (number === 0) throw new Error("the answer was lost");
      return created;
    });
    await expect(refused).rejects.toThrow("the answer was lost");
    // Nothing is still being written once the stage has said that it failed.
    const parts = await storedParts();
    expect(parts).toEqual(written.toSorted((a, b) => a - b).map(keys.part));
    expect((await takeWith((_, write) => write())).status).toBe("done");
    expect((await storedParts()).slice(0, parts.length)).toEqual(parts);
  });
});
