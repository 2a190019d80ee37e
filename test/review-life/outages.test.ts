import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { Quirks } from "../../functions/sandbox/quirks.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { endLives, type Life, openLife } from "./open-life.ts";
import { goneSince, newReviewId, stagesOf } from "./run-review.ts";

afterEach(endLives);

const minuteMs = 60_000;

type Outage = Partial<Pick<Quirks, "droppedConnection" | "htmlBadGateway">>;

/** A company at the documented limits whose provider is out, from a call in the middle of the listing on, for so long. */
async function openLifeWithOutage(outage: Outage, forMs: number): Promise<Life & { isOver(): boolean }> {
  const life = await openLife({ people: 40, pace: 1 });
  life.config.sources[0]!.pace = 1;
  const { quirks, calls } = life.sandbox;
  let endsAtMs = Number.POSITIVE_INFINITY;
  for (const [name, value] of Object.entries(outage)) {
    const get = (): number => {
      if (calls.byEndpoint.employeesBatchGet.calls === 0) return 0;
      endsAtMs = Math.min(endsAtMs, life.clock.now() + forMs);
      return life.clock.now() < endsAtMs ? value : 0;
    };
    Object.defineProperty(quirks, name, { get });
  }
  return { ...life, isOver: () => life.clock.now() >= endsAtMs };
}

const outages: [string, Outage][] = [
  ["connections are reset", { droppedConnection: 1 }],
  ["a gateway answers 502", { htmlBadGateway: 1 }],
];

describe.each(outages)("a provider that is out while %s", (_what, outage) => {
  it("for ten minutes costs the review those minutes and nothing else", async () => {
    const life = await openLifeWithOutage(outage, 10 * minuteMs);
    const beganAtMs = life.clock.now();
    const answer = await stagesOf(life, newReviewId(life)).snapshot();
    expect(answer).toMatchObject({ status: "done", grants: life.sandbox.grants().length });
    expect(life.clock.now() - beganAtMs).toBeGreaterThan(10 * minuteMs);
    expect(life.clock.now() - beganAtMs).toBeLessThan(14 * minuteMs);
  });

  it("keeps the source for the invocation that waits, as long as that one lives", async () => {
    const life = await openLifeWithOutage(outage, 10 * minuteMs);
    const review = newReviewId(life);
    const beganAtMs = life.clock.now();
    let others = 0;
    const waits = takeSnapshot(life.stageWith({ review, invocationId: "the-one-that-waits" }));
    for (const afterMinutes of [6, 9]) {
      while (life.clock.now() < beganAtMs + afterMinutes * minuteMs) await setImmediate();
      const second = takeSnapshot(life.stageWith({ review, invocationId: "the-second" }));
      await expect(second).rejects.toThrow(/the-one-that-waits \(process \d+ on .+\) holds its lease/);
      others += life.isOver() ? 0 : 1;
    }
    expect(await waits).toMatchObject({ status: "done", grants: life.sandbox.grants().length });
    expect(others).toBe(2);
  });

  it("for longer fails the snapshot, and the same review goes on once the provider is well", async () => {
    const life = await openLifeWithOutage(outage, 30 * minuteMs);
    const stages = stagesOf(life, newReviewId(life));
    await expect(stages.snapshot()).rejects.toThrow(/^Cannot /);
    expect(life.isOver()).toBe(false);
    await life.clock.sleep(20 * minuteMs);
    expect(await stages.snapshot()).toMatchObject({ status: "done", grants: life.sandbox.grants().length });
  });

  it("when the invocation has to end: the stage answers `continue`, and the next invocation goes on", async () => {
    const life = await openLifeWithOutage(outage, 10 * minuteMs);
    const review = newReviewId(life);
    const deadlineMs = life.clock.now() + 3 * minuteMs;
    const shouldStop = (): boolean => life.clock.now() >= deadlineMs;
    expect(await takeSnapshot(life.stageWith({ review, shouldStop }))).toMatchObject({ review, status: "continue" });
    expect(life.clock.now() - deadlineMs).toBeLessThan(0.5 * minuteMs);
    expect(await takeSnapshot(life.stageOf(review))).toMatchObject({
      status: "done",
      grants: life.sandbox.grants().length,
    });
  });

  it("when removals are due: nothing is removed, `continue` is answered, and the next invocation removes", async () => {
    const life = await openLife({ people: 200 });
    const before = life.sandbox.grants();
    const review = newReviewId(life);
    const stages = stagesOf(life, review);
    await stages.snapshot();
    await stages.assess();
    Object.assign(life.sandbox.quirks, outage);
    let looks = 0;
    const answer = await expireGrants(life.stageWith({ review, shouldStop: () => ++looks > 1 }));
    expect(answer).toMatchObject({ review, status: "continue" });
    expect(goneSince(before, life)).toEqual([]);
    Object.assign(life.sandbox.quirks, { droppedConnection: 0, htmlBadGateway: 0 });
    expect(await stages.expire()).toMatchObject({ status: "done" });
    expect(goneSince(before, life)).toEqual(life.sandbox.planted.first.revoked);
  });
});
