import { afterEach, describe, expect, it } from "vitest";
import type { Stage, StageAnswer } from "../../functions/review/stage.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { plantBrake } from "../sandbox/brakes.ts";
import { expectationNow } from "../sandbox/expectation.ts";
import { endLives, type Life, openLife } from "./open-life.ts";
import { expectedResult, goneSince, newReviewId, resultOf, stagesOf } from "./run-review.ts";

afterEach(endLives);

/** A stage as another process opens it, with a deadline that is near after so many looks at it. */
function invocationOf(life: Life, review: string, looks: number): Stage {
  const { clock } = life;
  let left = looks;
  const shouldStop = (): boolean => {
    left -= 1;
    return left < 0;
  };
  // Throttles are shared by clock: another object stands for another process.
  const own = { now: clock.now, sleep: clock.sleep };
  return life.stageWith({ review, clock: own, shouldStop });
}

async function inParts(run: (stage: Stage) => Promise<StageAnswer>, open: () => Stage): Promise<number> {
  for (let invocations = 1; invocations < 200; invocations += 1) {
    const { status } = await run(open());
    if (status === "done") return invocations;
    expect(status).toBe("continue");
  }
  return expect.fail("the stage never ends");
}

describe("a review whose every invocation ends early", () => {
  it("comes out as an undisturbed one, and is never refused for being too quick", async () => {
    const life = await openLife({ people: 600 });
    // More removals than one batch of re-reads, and than one window of the provider's limit.
    plantBrake(life.sandbox, "maxExpiries");
    Object.assign(life.config.policy.guard, { maxExpiries: 100, maxShare: 1 });
    const before = life.sandbox.grants();
    const expected = expectationNow(life.sandbox);
    const { revoked } = expected;
    expect(revoked.length).toBeGreaterThan(20);
    const review = newReviewId(life);
    const open = (looks: number) => (): Stage => invocationOf(life, review, looks);
    expect(await inParts(takeSnapshot, open(3))).toBeGreaterThan(3);
    const stages = stagesOf(life, review);
    await stages.assess();
    expect(await inParts(expireGrants, open(1))).toBeGreaterThan(1);
    expect(await stages.seal()).toMatchObject({ balanced: true, pending: 0 });
    expect(await resultOf(life, review)).toMatchObject(expectedResult(expected));
    expect(goneSince(before, life)).toEqual(revoked);
    expect(Object.values(life.sandbox.calls.byEndpoint).reduce((sum, { refusals }) => sum + refusals, 0)).toBe(0);
  });
});
