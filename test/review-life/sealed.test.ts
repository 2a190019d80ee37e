import { afterEach, describe, expect, it } from "vitest";
import { sha256 } from "../../functions/basics/hash.ts";
import { underSourceLease } from "../../functions/ledger/lease.ts";
import { approvePlan } from "../../functions/ledger/plans.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { decide } from "./decide.ts";
import { endLives, type Life, openLife, plant, sourceId, storedText } from "./open-life.ts";
import { goneSince, planReview, runReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

/** Writes the evidence anew as if these objects had never been, or had had this text. */
function forge(life: Life, review: string, changes: Record<string, string | null>): void {
  const evidenceKey = reviewKeys(sourceId, review).evidence;
  const evidence = JSON.parse(storedText(life, evidenceKey)) as Evidence;
  for (const [key, text] of Object.entries(changes)) {
    evidence.objects = evidence.objects.filter((object) => object.key !== key);
    if (text === null) life.objects.delete(key);
    else {
      plant(life, key, text);
      evidence.objects.push({ key, sha256: sha256(text) });
    }
  }
  plant(life, evidenceKey, JSON.stringify(evidence));
}

describe("verifyEvidence()", () => {
  it("misses what every review has, and finds decisions that no plan was made from, though the list agrees", async () => {
    const life = await openLife({ people: 200 });
    const review = await runReview(life);
    const { reads, assessment } = reviewKeys(sourceId, review);
    const { decisions, findings } = assessment("0001");
    forge(life, review, { [reads]: null, [findings]: null, [decisions]: "{}\n" });
    const { faults } = await verifyEvidence({ store: life.store, source: sourceId, review }, null);
    expect(faults).toEqual([
      `${reads} is missing`,
      `${findings} is missing`,
      expect.stringContaining("was made from other decisions"),
    ]);
  });
});

/** Seals a review up to its evidence. */
async function cutOffSealing(life: Life, review: string): Promise<void> {
  const { evidence } = reviewKeys(sourceId, review);
  const create: Life["store"]["create"] = async (key, body) => {
    if (key === evidence) throw new Error("cut off");
    return await life.store.create(key, body);
  };
  const store = withLines({ ...life.store, create });
  await expect(sealEvidence(life.stageWith({ review, store }))).rejects.toThrow("cut off");
}

describe("a sealed review", () => {
  it("takes no removals, assessments nor approvals, and its evidence stays true", async () => {
    const life = await openLife({ people: 200 });
    const before = life.sandbox.grants();
    const { review, assessed } = await planReview(life);
    const stages = stagesOf(life, review);
    const sealed = await stages.seal();
    expect(sealed).toMatchObject({ pending: life.sandbox.planted.first.revoked.length, balanced: true });
    const [planted] = life.sandbox.planted.decisions.filter(({ decision }) => decision === "revoke");
    await decide(life, review, planted ? [planted] : []);
    const { evidenceSha256 } = sealed;
    expect(await stages.expire()).toMatchObject({ status: "done", sealed: true, evidenceSha256 });
    expect(await stages.assess()).toMatchObject({ status: "done", sealed: true });
    const approval = { planHash: String(assessed.planHash), by: "anyone", reason: "too late" };
    await expect(approvePlan(life.stageOf(review), approval)).rejects.toThrow("is sealed");
    expect(goneSince(before, life)).toEqual([]);
    expect((await verifyEvidence({ store: life.store, source: sourceId, review }, null)).faults).toEqual([]);
  });

  it("is as good as sealed once its final report was begun: what is being written down must stay true", async () => {
    const life = await openLife({ people: 200 });
    const before = life.sandbox.grants();
    const { review } = await planReview(life);
    const stages = stagesOf(life, review);
    await cutOffSealing(life, review);
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
