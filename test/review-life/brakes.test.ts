import { afterEach, describe, expect, it } from "vitest";
import { approvePlan } from "../../functions/ledger/plans.ts";
import { sortedPairs } from "../../functions/sandbox/planted.ts";
import { type BrakeName, plantBrake } from "../sandbox/brakes.ts";
import { daysPass, endLives, type Life, openLife } from "./open-life.ts";
import { goneSince, planOf, planReview, resultOf, runReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

const by = { by: "Head of HR-IT", reason: "looked at every item" };

/** What the plan in the store names and nothing holds, by holder and role. */
const freeItemsOf = async (life: Life, review: string) =>
  sortedPairs((await planOf(life, review)).items.filter(({ hold }) => hold === null));

/** A review that leaves everything as it is, for the next one to compare with. */
async function reportOnly(life: Life): Promise<void> {
  life.config.mode = "report";
  await runReview(life);
  life.config.mode = "enforce";
}

describe("a plan that is too large", () => {
  const brakes: BrakeName[] = ["maxExpiries", "maxShare", "maxPopulationDrop"];

  it.each(brakes)("is stopped whole until its hash is approved, then carried out exactly: %s", async (brake) => {
    const life = await openLife({ people: 600 });
    if (brake === "maxPopulationDrop") await reportOnly(life);
    await daysPass(life, 1);
    plantBrake(life.sandbox, brake);
    const before = life.sandbox.grants();
    const { review, assessed } = await planReview(life);
    const stages = stagesOf(life, review);
    expect(assessed).toMatchObject({
      status: "held",
      limits: expect.arrayContaining([expect.objectContaining({ name: brake })]),
    });
    expect(await stages.expire()).toMatchObject({ status: "held", planHash: assessed.planHash });
    expect(goneSince(before, life)).toEqual([]);
    const free = await freeItemsOf(life, review);
    expect(free.length).toBeGreaterThan(0);
    const planHash = String(assessed.planHash);
    await expect(approvePlan(life.stageOf(review), { planHash: planHash.replace(/./g, "0"), ...by })).rejects.toThrow(
      "Cannot approve",
    );
    await approvePlan(life.stageOf(review), { planHash, ...by });
    expect(await stages.expire()).toMatchObject({ status: "done", revoked: free.length });
    await stages.seal();
    expect(goneSince(before, life)).toEqual(free);
  });

  it("is sealed as held where nobody approves", async () => {
    const life = await openLife({ people: 600 });
    plantBrake(life.sandbox, "maxExpiries");
    const { review, assessed } = await planReview(life);
    expect(await stagesOf(life, review).seal()).toMatchObject({ held: assessed.items, revoked: 0, balanced: true });
  });

  it("is every first one of a host that is not loopback", async () => {
    const life = await openLife();
    life.host = "open.feishu.cn";
    const before = life.sandbox.grants();
    const { review, assessed } = await planReview(life);
    expect(assessed).toMatchObject({ status: "held", limits: [expect.objectContaining({ name: "first-review" })] });
    await stagesOf(life, review).expire();
    expect(goneSince(before, life)).toEqual([]);
    await stagesOf(life, review).seal();
    await daysPass(life, 1);
    const second = await runReview(life);
    expect((await resultOf(life, second)).outcomes).toEqual({ revoked: life.sandbox.planted.first.revoked });
  });
});
