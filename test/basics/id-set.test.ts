import { describe, expect, it } from "vitest";
import { openIdSet } from "../../functions/basics/id-set.ts";

describe("openIdSet()", () => {
  it("knows what was added, counts each once, and knows nothing else, however many there are", () => {
    const ids = openIdSet();
    const idOf = (number: number): string => `6967000110000${number}`;
    for (let round = 0; round < 2; round++) for (let number = 0; number < 5_000; number++) ids.add(idOf(number));
    expect(ids.size).toBe(5_000);
    expect(Array.from({ length: 10_000 }, (_, number) => ids.has(idOf(number))).filter(Boolean)).toHaveLength(5_000);
    expect(ids.has(idOf(4_999))).toBe(true);
  });

  it("knows nothing while it is empty", () => {
    expect(openIdSet().has("")).toBe(false);
    expect(openIdSet().size).toBe(0);
  });
});
