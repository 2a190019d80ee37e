import { afterEach, describe, expect, it } from "vitest";
import type { CliOptions } from "../../functions/cli/options.ts";
import { type ReviewedSource, reviewSources } from "../../functions/cli/review-sources.ts";
import type { CommandSession } from "../../functions/cli/session.ts";
import { cliWords } from "../../functions/cli/words/words.ts";
import { takeLease } from "../../functions/ledger/lease.ts";
import { approvePlan } from "../../functions/ledger/plans.ts";
import { plantBrake } from "../sandbox/brakes.ts";
import { decide } from "./decide.ts";
import { daysPass, endLives, type Life, openLife, sourceId } from "./open-life.ts";
import { balanceOf, goneSince, planOf, planReview } from "./run-review.ts";

afterEach(endLives);

/** What `review` does on a command line, without one. */
async function review(life: Life, options: Partial<CliOptions> = {}): Promise<ReviewedSource> {
  const session: CommandSession = {
    config: life.config,
    env: {},
    words: cliWords(life.config.language),
    options: { config: "access-review.yaml", ...options },
    store: life.store,
    clock: life.clock,
    sources: [sourceId],
    progress: { of: () => () => {}, end: () => {} },
    isInterrupted: () => false,
    untilInterrupted: async () => {},
    company: null,
    liveOn: () => life.sandbox.liveOn(),
    stageOf: (_source, id) => life.stageOf(id),
    close: async () => {},
  };
  const [reviewed] = await reviewSources(session);
  return reviewed ?? expect.fail("no source was reviewed");
}

describe("review", () => {
  it("ends with 0 the first time and the second, with 1 the third, as one removal is refused, and again as it is skipped", async () => {
    const life = await openLife();
    const codes: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      codes.push((await review(life)).exitCode);
      await daysPass(life, 1);
    }
    expect(codes).toEqual([0, 0, 1, 1]);
  });

  it("ends with 0 where a removal was confirmed as late as at the seal", async () => {
    const life = await openLife({ quirks: { delayedRemoval: 3 } });
    const { revoked } = life.sandbox.planted.first;
    expect(await review(life)).toMatchObject({ status: "sealed", exitCode: 0, revoked: revoked.length });
  });

  it.each([
    ["refused", { refuseRemoval: ["*"] }],
    ["unverified", { ignoreRemoval: ["*"] }],
  ])("ends with 1 where removals are %s", async (outcome, quirks) => {
    const life = await openLife({ quirks });
    const { revoked } = life.sandbox.planted.first;
    expect(await review(life)).toMatchObject({ status: "sealed", exitCode: 1, [outcome]: revoked.length, revoked: 0 });
  });

  it("ends with 1 and the reason where the provider fails, and is then taken up again", async () => {
    const life = await openLife({ quirks: { failFor: { employeesBatchGet: { status: 500, code: 1161501 } } } });
    const failed = await review(life);
    expect(failed).toMatchObject({ status: "failed", exitCode: 1, error: expect.stringContaining("1161501") });
    life.sandbox.quirks.failFor = {};
    expect(await review(life, { review: failed.review })).toMatchObject({ status: "sealed", exitCode: 0 });
  });

  it("ends with 3 where the brake stops the plan, and with 0 once it is approved and gone on with", async () => {
    const life = await openLife({ people: 600 });
    plantBrake(life.sandbox, "maxExpiries");
    const before = life.sandbox.grants();
    const held = await review(life);
    expect(held).toMatchObject({ status: "held", exitCode: 3 });
    expect(goneSince(before, life)).toEqual([]);
    const approval = { planHash: String(held.planHash), by: "Head of HR-IT", reason: "looked at every item" };
    await approvePlan(life.stageOf(held.review), approval);
    expect(await review(life, { review: held.review })).toMatchObject({ status: "sealed", exitCode: 0 });
    expect(goneSince(before, life).length).toBeGreaterThan(20);
    expect(await review(life, { review: held.review })).toMatchObject({ status: "sealed", exitCode: 0 });
  });

  it("ends with 4 where the snapshot is incomplete", async () => {
    const life = await openLife({ quirks: { onTheJobRange: true } });
    expect(await review(life)).toMatchObject({ status: "incomplete", exitCode: 4, failedChecks: expect.any(Array) });
  });

  it("ends with 5 where somebody else calls the same provider, and says who since when", async () => {
    const life = await openLife();
    const other = life.stageWith({ review: "2026-09-01T000000Z", invocationId: "the other one" });
    const source = await other.openReader();
    const lease = await takeLease(other, source);
    const error = expect.stringMatching(/the other one .* since 2026-10-01/);
    expect(await review(life)).toMatchObject({ status: "failed", exitCode: 5, error });
    await lease.release();
    await source.close();
    expect(await review(life)).toMatchObject({ status: "sealed", exitCode: 0 });
  });

  it("waits for a notice with 0; the next review seals it first, and the notice runs on", async () => {
    const life = await openLife();
    const { review: first } = await planReview(life);
    const lapsing = life.sandbox.planted.decisions.find(({ purpose }) => purpose === "lapsed-keep");
    if (!lapsing) expect.fail("no keep is planted");
    await decide(life, first, [lapsing], 1);
    await review(life, { review: first });
    await daysPass(life, 2);
    const second = await review(life);
    expect(second).toMatchObject({ status: "waiting", exitCode: 0, resumeAt: expect.any(String) });
    expect(await balanceOf(life, second.review)).toBeNull();
    await daysPass(life, 10);
    const third = await review(life);
    expect(await balanceOf(life, second.review)).toMatchObject({ pending: 1, balanced: true });
    expect(third).toMatchObject({ status: "waiting", resumeAt: second.resumeAt });
    await daysPass(life, 4.1);
    expect(await review(life, { review: third.review })).toMatchObject({ status: "sealed", pending: 0 });
    expect(life.sandbox.grants()).not.toContainEqual(expect.objectContaining({ holderId: lapsing.holderId }));
    expect((await planOf(life, third.review)).items.some(({ rules }) => rules.includes("lapsed-keep"))).toBe(true);
  });
});
