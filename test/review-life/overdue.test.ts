import { afterEach, describe, expect, it } from "vitest";
import { isoInstant } from "../../functions/basics/time.ts";
import { overdueOf } from "../../functions/stages/seal/overdue.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
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

describe("overdueOf() beside a schedule", () => {
  const openDays = 3;
  const look = async (life: Life, due: string | null, lastSweepAt: string | null = null) => {
    const { notBegunDays, notSealedDays, notSweptDays } = await overdueOf(life.stageOf(newReviewId(life)), 100, {
      lastBeginningAt: due,
      lastSweepAt,
      openDays,
    });
    return { notBegunDays, notSealedDays, ...(lastSweepAt ? { notSweptDays } : {}) };
  };

  it("takes a review for not begun a day after its instant, but not of a source that is new since", async () => {
    const life = await openLife({ people: 60 });
    const before = isoInstant(life.clock.now() - 1_000);
    expect(await look(life, before)).toEqual({ notBegunDays: 0, notSealedDays: 0 });
    await daysPass(life, 10);
    const due = isoInstant(life.clock.now());
    await daysPass(life, 2);
    expect(await look(life, due)).toEqual({ notBegunDays: 2, notSealedDays: 0 });
    await takeSnapshot(life.stageOf(newReviewId(life)));
    expect(await look(life, due)).toEqual({ notBegunDays: 0, notSealedDays: 0 });
  });

  it("takes a sweep for not begun by its own rhythm: a review is no sweep, and a sweep no review", async () => {
    const life = await openLife({ people: 60 });
    expect(await look(life, null)).toEqual({ notBegunDays: 0, notSealedDays: 0 });
    const due = isoInstant(life.clock.now());
    await daysPass(life, 2);
    const { review } = await planReview(life);
    await sealEvidence(life.stageOf(review));
    expect(await look(life, due, due)).toEqual({ notBegunDays: 0, notSealedDays: 0, notSweptDays: 2 });
    await daysPass(life, 1);
    const sweepsDue = isoInstant(life.clock.now());
    await daysPass(life, 1);
    await takeSnapshot(life.stageOf(`${newReviewId(life)}-sweep`));
    expect(await look(life, sweepsDue, sweepsDue)).toEqual({ notBegunDays: 1, notSealedDays: 0, notSweptDays: 0 });
  });

  it("takes the newest review for not sealed once it is open longer than it may be", async () => {
    const life = await openLife({ people: 60 });
    const { review } = await planReview(life);
    await daysPass(life, openDays - 1);
    expect(await look(life, null)).toEqual({ notBegunDays: 0, notSealedDays: 0 });
    await daysPass(life, 3);
    expect(await look(life, null)).toEqual({ notBegunDays: 0, notSealedDays: 2 });
    await sealEvidence(life.stageOf(review));
    expect(await look(life, null)).toEqual({ notBegunDays: 0, notSealedDays: 0 });
  });
});
