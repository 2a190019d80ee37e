import { describe, expect, it } from "vitest";
import { joinSorted, mergeNeighbours, mergeSorted, type Sorted } from "../../functions/basics/sorted.ts";

type Item = { key: string; from: string };

const keyOf = ({ key }: Item): string => key;

/** The batches as they would arrive: a word is a batch, a letter an item. */
async function* stream(from: string, ...words: string[]): AsyncGenerator<Item[]> {
  for (const word of words) yield [...word].map((key) => ({ key, from }));
}

const allOf = async <T>(batches: AsyncIterable<T[]>): Promise<T[]> => {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
};

describe("mergeSorted()", () => {
  const merged = async (...streams: Sorted<Item>[]): Promise<string> =>
    (await allOf(mergeSorted(streams, keyOf))).map((item) => item.key).join("");

  it("merges streams whatever each gives at a time, nothing at times", async () => {
    expect(await merged(stream("a", "adg", "", "j"), stream("b", "b", "ehk", "l"), stream("c", "", "cf", "i"))).toBe(
      "abcdefghijkl",
    );
  });

  it("takes streams that are empty or give empty batches alone", async () => {
    expect(await merged(stream("a"), stream("b", "", ""), stream("c", "x"))).toBe("x");
    expect(await merged()).toBe("");
  });

  it("keeps equal keys, next to each other", async () => {
    expect(await merged(stream("a", "ab", "c"), stream("b", "bc"))).toBe("abbcc");
  });
});

describe("mergeNeighbours()", () => {
  it("folds equal keys into one, over the end of a batch too", async () => {
    const folded = mergeNeighbours(stream("a", "ab", "b", "", "bcc"), keyOf, (a, b) => ({
      key: a.key,
      from: a.from + b.from,
    }));
    expect((await allOf(folded)).map(({ key, from }) => key + from.length)).toEqual(["a1", "b3", "c2"]);
  });
});

describe("joinSorted()", () => {
  const joined = async (left: Sorted<Item>, right: Sorted<Item>): Promise<string[]> =>
    (await allOf(joinSorted({ stream: left, keyOf }, { stream: right, keyOf }))).map(
      ([a, b]) => `${a?.key ?? "-"}${b?.key ?? "-"}`,
    );

  it("pairs what both have, and gives what one lacks with null", async () => {
    expect(await joined(stream("a", "ab", "", "d"), stream("b", "b", "cd", "ef"))).toEqual([
      "a-",
      "bb",
      "-c",
      "dd",
      "-e",
      "-f",
    ]);
  });

  it("gives all of one where the other is empty", async () => {
    expect(await joined(stream("a", "", "ab"), [])).toEqual(["a-", "b-"]);
    expect(await joined([], stream("b", "ab"))).toEqual(["-a", "-b"]);
    expect(await joined([], [])).toEqual([]);
  });

  it.each([
    ["within a batch", ["ac", "db"]],
    ["from one batch to the next", ["ad", "c"]],
    ["by naming a key twice", ["ab", "b"]],
  ])("refuses a stream that is out of order %s", async (_, words) => {
    await expect(joined(stream("a", ...words), stream("b", "abcd"))).rejects.toThrow(/not strictly sorted/);
    await expect(joined([], stream("b", ...words))).rejects.toThrow(/not strictly sorted/);
  });

  it("fails as its stream fails", async () => {
    const failing = (async function* (): AsyncGenerator<Item[]> {
      yield [{ key: "a", from: "a" }];
      throw new Error("cut off");
    })();
    await expect(joined(failing, stream("b", "a"))).rejects.toThrow("cut off");
  });
});
