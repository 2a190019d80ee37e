import { afterEach, describe, expect, it } from "vitest";
import { codeOfAnswer } from "../../functions/cli/exit-code.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import { daysPass, endLives, openLife, sourceId } from "./open-life.ts";
import { balanceOf, planOf, planReview, runReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

describe("a review that cannot balance", () => {
  it("is sealed with its faults, and the source goes on", async () => {
    const life = await openLife();
    const { review } = await planReview(life);
    const stages = stagesOf(life, review);
    await stages.expire();
    const stray = "0123456789abcdef";
    const { planHash } = await planOf(life, review);
    const outcome = {
      formatVersion: 1,
      grantId: stray,
      planHash,
      outcome: "changed",
      detail: null,
      requestId: null,
      at: new Date(life.clock.now()).toISOString(),
      verifiedAt: null,
    };
    await life.store.create(
      reviewKeys(sourceId, review).outcome(stray),
      new TextEncoder().encode(`${JSON.stringify(outcome)}\n`),
    );
    const sealed = await stages.seal();
    const faults = [
      `grant ${stray} has an outcome, and the snapshot does not list it`,
      `the outcome of grant ${stray} is off the plan`,
    ];
    expect(sealed).toMatchObject({ status: "done", balanced: false, faults });
    expect(codeOfAnswer(sealed)).toBe(1);
    expect(await life.store.getJson<Evidence>(reviewKeys(sourceId, review).evidence)).toMatchObject({
      balance: { balanced: false },
      faults,
    });
    expect(await stages.seal(), "sealed again").toEqual(sealed);
    await daysPass(life, 90);
    expect(await balanceOf(life, await runReview(life))).toMatchObject({ balanced: true });
  });
});
