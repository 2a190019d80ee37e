import { afterEach, describe, expect, it } from "vitest";
import { isoInstant } from "../../functions/review/instant.ts";
import { approvePlan } from "../../functions/stages/approval.ts";
import { underSourceLease } from "../../functions/stages/lease.ts";
import { openSealing } from "../../functions/stages/sealed.ts";
import { verifyEvidence } from "../../functions/stages/verify-evidence.ts";
import { decide } from "./decide.ts";
import { goneSince, planReview, stagesOf } from "./lived-review.ts";
import { endLives, openLife, sourceId } from "./open-life.ts";

afterEach(endLives);

describe("a sealed review", () => {
  it("takes no removals, assessments nor approvals, and its evidence stays true", async () => {
    const life = await openLife({ people: 200 });
    const before = life.sandbox.grants();
    const { review, assessed } = await planReview(life);
    const stages = stagesOf(life, review);
    expect(await stages.seal()).toMatchObject({ pending: life.sandbox.planted.first.revoked.length, balanced: true });
    const [planted] = life.sandbox.planted.decisions.filter(({ decision }) => decision === "revoke");
    await decide(life, review, planted ? [planted] : []);
    expect(await stages.expire()).toMatchObject({ status: "done", sealed: true });
    expect(await stages.assess()).toMatchObject({ status: "done", sealed: true });
    const approval = { planHash: String(assessed.planHash), by: "anyone", reason: "too late" };
    await expect(approvePlan(life.stageOf(review), approval)).rejects.toThrow("is sealed");
    expect(goneSince(before, life)).toEqual([]);
    expect((await verifyEvidence({ store: life.store, source: sourceId, review }, null)).faults).toEqual([]);
  });

  it("is as good as sealed once its sealing was begun: what is being written down must stay true", async () => {
    const life = await openLife({ people: 200 });
    const before = life.sandbox.grants();
    const { review } = await planReview(life);
    const stages = stagesOf(life, review);
    await (await openSealing(life.stageOf(review))).save({ sealedAt: isoInstant(life.clock.now()) });
    expect(await stages.expire()).toMatchObject({ status: "done", sealed: true });
    expect(goneSince(before, life)).toEqual([]);
    expect(await stages.seal()).toMatchObject({ status: "done", balanced: true });
  });

  it("is not closed under the hands of somebody who may be removing", async () => {
    const life = await openLife({ people: 200 });
    const { review } = await planReview(life);
    const other = life.stageWith({ review, invocationId: "the other one" });
    await underSourceLease(other, async () => {
      await expect(stagesOf(life, review).seal()).rejects.toThrow("the other one");
    });
    expect(await stagesOf(life, review).seal()).toMatchObject({ status: "done" });
  });
});
