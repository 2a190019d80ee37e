import { afterEach, describe, expect, it } from "vitest";
import { grantsOf, loadSnapshot } from "../../functions/ledger/grants.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { openCloudReview } from "./cloud-life.ts";
import { daysPass, endLives, type Life, openLife, sourceId } from "./open-life.ts";
import { failedChecksOf, goneSince, newReviewId, planReview, runReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

const snapshotOf = async ({ store }: Life, review: string) =>
  (await loadSnapshot({ store, sourceId, review }))?.snapshot ?? expect.fail("no snapshot");

const unknownHoldersCheck = async (life: Life, review: string) =>
  (await snapshotOf(life, review)).checks.find(({ name }) => name === "unknown-holders-few");

/** Somebody who has left and holds a grant that is to be removed. */
const leaverOf = ({ sandbox }: Life): string => sandbox.planted.first.revoked[0]?.holderId ?? expect.fail("no leaver");

describe("somebody whose id comes empty, for good", () => {
  it("is an unknown holder with a note, of whom nothing is removed, and the review goes on", async () => {
    const life = await openLife();
    life.config.policy.guard.maxUnknownShare = 0.05;
    const before = life.sandbox.grants();
    const nobody = leaverOf(life);
    life.sandbox.quirks.emptyIds = [nobody];
    const { review, assessed } = await planReview(life);
    expect(assessed.status).toBe("done");
    const check = await unknownHoldersCheck(life, review);
    expect(check).toMatchObject({ passed: true, because: { code: "holders-without-id" } });
    expect(check?.detail).toMatch(/^\d+ of \d+ holders could not be read, \d+ of them as the provider gave no id/);
    const stages = stagesOf(life, review);
    await stages.expire();
    expect(await stages.seal()).toMatchObject({ balanced: true });
    const revoked = life.sandbox.planted.first.revoked.filter(({ holderId }) => holderId !== nobody);
    expect(goneSince(before, life)).toEqual(revoked);
    expect(revoked.length).toBeGreaterThan(3);
    for await (const { holder } of grantsOf(life.store, await snapshotOf(life, review))) {
      expect(holder.id === "" || holder.id === nobody).toBe(false);
      if (holder.id.startsWith("without-id-")) expect(holder.status).toBe("unknown");
    }
  });

  it("leaves the snapshot incomplete where there are more of them than maxUnknownShare allows", async () => {
    const life = await openLife();
    life.sandbox.quirks.emptyIds = [...new Set(life.sandbox.grants().map(({ holderId }) => holderId))].slice(0, 9);
    const review = newReviewId(life);
    expect(await stagesOf(life, review).snapshot()).toMatchObject({ status: "incomplete" });
    expect(await failedChecksOf(life, review)).toContain("unknown-holders-few");
  });

  it("ends no review where the id was known to the review before", async () => {
    const life = await openLife();
    life.config.policy.guard.maxUnknownShare = 0.05;
    await runReview(life);
    await daysPass(life, 90);
    const held = life.sandbox.grants().map(({ holderId }) => holderId);
    life.sandbox.quirks.emptyIds = held.slice(0, 1);
    const review = newReviewId(life);
    const stages = stagesOf(life, review);
    expect(await stages.snapshot()).toMatchObject({ status: "done" });
    expect(await stages.assess()).toMatchObject({ status: "done" });
    await stages.expire();
    expect(await stages.seal()).toMatchObject({ balanced: true });
  });
});

/** The grants of a review's snapshot whose holder has no id. */
async function withoutIdIn(life: Life, source: string, review: string) {
  const { snapshot } = (await loadSnapshot({ store: life.store, sourceId: source, review })) ?? expect.fail("none");
  const found = [];
  for await (const { holder, role } of grantsOf(life.store, snapshot)) {
    if (holder.id.startsWith("without-id-")) found.push({ status: holder.status, roleId: role.id });
  }
  const check = snapshot.checks.find(({ name }) => name === "unknown-holders-few");
  return { found, check, grants: snapshot.population.grants };
}

describe("somebody whose id comes empty, for good, in other sources", () => {
  it("is an unknown holder with a note among the members of functional roles", async () => {
    const life = await openLife({ people: 400 });
    life.config.policy.guard.maxUnknownShare = 0.2;
    const all = life.sandbox.functionalGrants();
    const nobody = all[0]!.holderId;
    life.sandbox.quirks.emptyIds = [nobody];
    const stage = life.stageWith({ review: newReviewId(life), sourceId: "functional-roles" });
    expect(await takeSnapshot(stage)).toMatchObject({ status: "done" });
    const { found, check, grants } = await withoutIdIn(life, "functional-roles", stage.review);
    const held = all.filter(({ holderId }) => holderId === nobody);
    expect(grants).toBe(all.length);
    expect(found.map(({ roleId }) => roleId).sort()).toEqual(held.map(({ roleId }) => roleId).sort());
    expect(new Set(found.map(({ status }) => status))).toEqual(new Set(["unknown"]));
    expect(check).toMatchObject({ passed: true, because: { code: "holders-without-id" } });
    expect(await assessGrants(stage)).toMatchObject({ status: "done" });
  });

  it("is an unknown holder with a note among the assignments of a cloud zone", async () => {
    const { life, sandbox, review, stages } = await openCloudReview();
    life.config.policy.guard.maxUnknownShare = 0.2;
    const all = sandbox.cloud.grants();
    const nobody = all.find(({ holderId }) => holderId.startsWith("u-"))!.holderId;
    sandbox.cloud.quirks.emptyIds = [nobody];
    expect(await stages.snapshot()).toMatchObject({ status: "done" });
    const { found, check, grants } = await withoutIdIn(life, "cloud", review);
    const held = all.filter(({ holderId }) => holderId === nobody);
    expect(grants).toBe(all.length);
    expect(found.map(({ roleId }) => roleId).sort()).toEqual(held.map(({ roleId }) => roleId).sort());
    expect(new Set(found.map(({ status }) => status))).toEqual(new Set(["unknown"]));
    expect(check).toMatchObject({ passed: true, because: { code: "holders-without-id" } });
    expect(await stages.assess()).toMatchObject({ status: "done" });
  });
});
