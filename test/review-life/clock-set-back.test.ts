import { afterEach, describe, expect, it } from "vitest";
import { answerApproval } from "../../functions/ledger/plans.ts";
import type { Clock } from "../../functions/review/ports.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { dayMs } from "./decide.ts";
import { endLives, type Life, openLife, sourceId } from "./open-life.ts";
import { balanceOf, newReviewId, planOf, planReview, runReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

const stages = { assess: assessGrants, expire: expireGrants, seal: sealEvidence };

/** The same clock, set back by so many milliseconds. */
function setBack({ clock }: Life, byMs: number): Clock {
  return { now: () => clock.now() - byMs, sleep: (ms, signal) => clock.sleep(ms, signal) };
}

async function keysIn({ store }: Life): Promise<string[]> {
  const keys: string[] = [];
  for (const area of ["reviews", "checkpoints"]) {
    for await (const key of store.list(`${area}/${sourceId}/`)) keys.push(key);
  }
  return keys;
}

describe("a clock that was set back within a review", () => {
  it.each(Object.keys(stages) as (keyof typeof stages)[])("ends %s before anything is written", async (name) => {
    const life = await openLife();
    const { review } = await planReview(life);
    if (name === "seal") await stagesOf(life, review).expire();
    const before = await keysIn(life);
    const stage = life.stageWith({ review, clock: setBack(life, 3_600_000) });
    await expect(stages[name](stage)).rejects.toThrow(/the clock is behind by 35\d\d s/);
    expect(await keysIn(life)).toEqual(before);
    await stagesOf(life, review).expire();
    expect(await stagesOf(life, review).seal()).toMatchObject({ balanced: true });
  });

  it("ends a snapshot that goes on, and a put-back, before anything is written", async () => {
    const life = await openLife();
    const review = newReviewId(life);
    const cutOff = { review, shouldStop: () => true };
    expect(await takeSnapshot(life.stageWith(cutOff))).toMatchObject({ status: "continue" });
    const clock = setBack(life, 3_600_000);
    const begun = await keysIn(life);
    await expect(takeSnapshot(life.stageWith({ review, clock }))).rejects.toThrow(/the clock is behind by 3\d{3} s/);
    expect(await keysIn(life)).toEqual(begun);
    const stages = stagesOf(life, review);
    await stages.snapshot();
    await stages.assess();
    await stages.expire();
    await stages.seal();
    const sealed = await keysIn(life);
    const putBack = restoreGrants(life.stageWith({ review, clock }), { all: true });
    await expect(putBack).rejects.toThrow(/the clock is behind by 3\d{3} s/);
    expect(await keysIn(life)).toEqual(sealed);
  });

  it("is no matter to what is sealed", async () => {
    const life = await openLife();
    const review = await runReview(life);
    const stage = life.stageWith({ review, clock: setBack(life, 3_600_000) });
    expect(await expireGrants(stage)).toMatchObject({ status: "done", sealed: true });
    expect(await sealEvidence(stage)).toMatchObject({ status: "done", balanced: true });
  });

  it("is waited for where it is behind by less than a minute", async () => {
    const life = await openLife();
    const { review } = await planReview(life);
    const clock = setBack(life, 40_000);
    expect(await expireGrants(life.stageWith({ review, clock }))).toMatchObject({ status: "done" });
    expect(await sealEvidence(life.stageWith({ review, clock }))).toMatchObject({ balanced: true });
  });
});

describe("an approval by a clock that is behind its plan", () => {
  it("is refused before anything is written, as no evidence could prove it", async () => {
    const life = await openLife();
    life.config.policy.guard.maxExpiries = 0;
    const { review } = await planReview(life);
    const { planHash } = await planOf(life, review);
    const before = await keysIn(life);
    const approving = { planHash, by: "Lin", reason: "read" };
    const behind = life.stageWith({ review, clock: setBack(life, 3_600_000) });
    await expect(answerApproval(behind, approving)).rejects.toThrow(/Cannot approve .* the clock is behind by 3600 s/);
    expect(await keysIn(life)).toEqual(before);
    expect(await answerApproval(life.stageOf(review), approving)).toMatchObject({ approved: true });
  });
});

describe("a clock that was months ahead within a review", () => {
  it.each([
    ["snapshot", 400],
    ["assess", 400],
    ["expire", 20],
  ] as const)("leaves that review open once %s wrote by it, and the next begins", async (name, days) => {
    const life = await openLife();
    const review = newReviewId(life);
    const stageIf = (which: typeof name) =>
      life.stageWith({ review, ...(which === name ? { clock: setBack(life, -days * dayMs) } : {}) });
    await takeSnapshot(stageIf("snapshot"));
    if (name !== "snapshot") await assessGrants(stageIf("assess"));
    if (name === "expire") await expireGrants(stageIf("expire"));
    await expect(stagesOf(life, review).expire()).rejects.toThrow(
      /the clock is behind by \d+ s: .* leave the review out, and another begins$/,
    );
    await life.clock.sleep(3_600_000);
    const next = newReviewId(life);
    expect(await stagesOf(life, next).snapshot()).toMatchObject({
      status: "done",
      leftOpen: [{ review, why: expect.stringMatching(/^it has written something at 202\d-.*, ahead of the clock/) }],
    });
    await stagesOf(life, next).assess();
    await stagesOf(life, next).expire();
    await stagesOf(life, next).seal();
    expect((await verifyEvidence({ store: life.store, source: sourceId, review: next }, null)).faults).toEqual([]);
    await life.clock.sleep(dayMs);
    const third = newReviewId(life);
    expect(await stagesOf(life, third).snapshot(), "told once").not.toHaveProperty("leftOpen");
    await life.clock.sleep(days * dayMs);
    await stagesOf(life, newReviewId(life)).snapshot();
    expect(await balanceOf(life, review), "sealed once its time has come").toMatchObject({ balanced: true });
  });

  it("is waited for where it was hours ahead", async () => {
    const life = await openLife();
    const review = newReviewId(life);
    await stagesOf(life, review).snapshot();
    await assessGrants(life.stageWith({ review, clock: setBack(life, -5 * 3_600_000) }));
    await life.clock.sleep(3_600_000);
    await expect(stagesOf(life, newReviewId(life)).snapshot()).rejects.toThrow(/the clock is behind by 14\d\d\d s/);
  });
});
