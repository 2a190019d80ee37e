import { afterEach, describe, expect, it } from "vitest";
import { expectationNow } from "../sandbox/expectation.ts";
import { daysPass, endLives, openLife } from "./open-life.ts";
import { balanceOf, expectedResult, goneSince, resultOf, runReview } from "./run-review.ts";

afterEach(endLives);

describe("four reviews, the company living on between them", () => {
  it.each([1, 2])("each find, hold and remove what is planted, and nothing else: seed %i", async (seed) => {
    const life = await openLife({ people: 400, seed });
    for (const name of ["first", "second", "third", "fourth"] as const) {
      const expected = name === "first" ? life.sandbox.planted.first : expectationNow(life.sandbox);
      const before = life.sandbox.grants();
      const review = await runReview(life);
      const { population, ...result } = await resultOf(life, review);
      expect(result, name).toEqual(expectedResult(expected));
      expect(population.grants).toBe(before.length);
      expect(goneSince(before, life), name).toEqual(expected.revoked);
      expect(await balanceOf(life, review)).toMatchObject({ balanced: true, pending: 0 });
      await daysPass(life, 1);
      life.sandbox.liveOn();
    }
  });
});
