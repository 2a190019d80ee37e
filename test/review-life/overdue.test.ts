import { afterEach, describe, expect, it } from "vitest";
import { overdueOf } from "../../functions/stages/seal/overdue.ts";
import { daysPass, endLives, type Life, openLife } from "./open-life.ts";
import { newReviewId, planReview, runReview } from "./run-review.ts";

afterEach(endLives);

/** By how many days the next review is overdue that is due ten days after the last. */
const overdueIn = async (life: Life): Promise<unknown> =>
  (await overdueOf(life.stageOf(newReviewId(life)), 10)).overdueDays;

describe("overdueOf()", () => {
  it("counts from the start of the last review that was sealed, and starts anew with the next", async () => {
    const life = await openLife({ people: 60 });
    await runReview(life);
    await daysPass(life, 9);
    expect(await overdueIn(life)).toBe(0);
    await daysPass(life, 2.5);
    expect(await overdueIn(life)).toBe(2);
    await runReview(life);
    expect(await overdueIn(life)).toBe(0);
  });

  it("counts from the first time it was asked where there is none yet, begun or not", async () => {
    const life = await openLife({ people: 60 });
    expect(await overdueIn(life)).toBe(0);
    await daysPass(life, 11);
    await planReview(life);
    expect(await overdueIn(life)).toBe(1);
  });
});
