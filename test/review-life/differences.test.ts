import { afterEach, describe, expect, it } from "vitest";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Outcome } from "../../functions/review/proof/receipt.ts";
import { diffReviews } from "../../functions/stages/show/diff-reviews.ts";
import { daysPass, endLives, openLife, sourceId } from "./open-life.ts";
import { runReview } from "./run-review.ts";

afterEach(endLives);

describe("diffReviews()", () => {
  it("tells which grants came back after a review had revoked them, and which review that was", async () => {
    const life = await openLife();
    const reviews: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      reviews.push(await runReview(life));
      await daysPass(life, 1);
      life.sandbox.liveOn();
    }
    const [from, , to] = reviews as [string, string, string];
    const back = [];
    for await (const change of diffReviews({ store: life.store, sourceId }, { from, to })) {
      expect(change.changes.includes("came-back")).toBe(change.revoked !== null);
      if (change.revoked) back.push({ id: change.grant.id, ...change.revoked });
    }
    expect(back.length).toBeGreaterThan(0);
    for (const { id, review, at } of back) {
      const outcome = await life.store.getJson<Outcome>(reviewKeys(sourceId, review).outcome(id));
      expect(outcome).toMatchObject({ outcome: "revoked", at });
    }
  });
});
