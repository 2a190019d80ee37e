import { afterEach, describe, expect, it } from "vitest";
import { openLedger } from "../../functions/ledger/ledger.ts";
import { newReviewId as reviewIdAt } from "../../functions/review/keys.ts";
import { allGrants, dateAt, dayMs } from "../../functions/sandbox/company/company.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { daysPass, endLives, type Life, openLife, sourceId } from "./open-life.ts";
import { resultOf, runReview } from "./run-review.ts";

afterEach(endLives);

const sweepId = ({ clock }: Life): string => reviewIdAt([], clock.now(), "sweep");

/** A whole sweep, from its snapshot to its seal; gives its id. */
async function runSweep(life: Life, holders?: readonly string[]): Promise<string> {
  const review = sweepId(life);
  const stage = () => life.stageWith({ review, ...(holders ? { holders } : {}) });
  expect(await takeSnapshot(stage())).toMatchObject({ status: "done" });
  await assessGrants(stage());
  await expireGrants(stage());
  await sealEvidence(stage());
  return review;
}

/** A reviewed company whose leaver rule acts in sweeps. */
async function reviewedLife(): Promise<Life> {
  const life = await openLife();
  life.config.mode = "enforce";
  for (const rule of life.config.policy.rules) if (rule.id === "leaver") rule.sweep = true;
  await runReview(life);
  await daysPass(life, 1);
  return life;
}

/** Somebody who works here and holds something leaves: the last day was yesterday. */
function leave(life: Life, count = 1): string[] {
  const { company } = life.sandbox;
  const now = life.clock.now();
  const holders = [...new Set(allGrants(company).map(({ holderId }) => holderId))];
  const staying = holders.filter((id) => company.backgroundHolders.includes(id)).slice(0, count);
  life.sandbox.happen(
    staying.map((holderId) => ({ op: "leave" as const, at: now, holderId, lastDay: dateAt(now - dayMs) })),
  );
  return staying;
}

describe("a sweep", () => {
  it("takes everything from somebody who left since the review, and verifies", async () => {
    const life = await reviewedLife();
    const [leaver] = leave(life);
    const sweep = await runSweep(life);
    expect(life.sandbox.grants().filter(({ holderId }) => holderId === leaver)).toEqual([]);
    const { outcomes } = await resultOf(life, sweep);
    expect(outcomes.revoked?.map(({ holderId }) => holderId)).toContain(leaver);
    const verified = await verifyEvidence({ store: life.store, source: sourceId, review: sweep }, null);
    expect(verified.faults).toEqual([]);
  });

  it("is refused before any review of the source is complete", async () => {
    const life = await openLife();
    await expect(takeSnapshot(life.stageOf(sweepId(life)))).rejects.toThrow("run review first");
    expect(await openLedger(life.store, sourceId).reviews()).toEqual([]);
  });
});
