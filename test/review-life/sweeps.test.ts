import { afterEach, describe, expect, it } from "vitest";
import { dayMs } from "../../functions/basics/time.ts";
import { grantsOf, loadSnapshot } from "../../functions/ledger/grants.ts";
import { openLedger, openReviewOf } from "../../functions/ledger/ledger.ts";
import { approvePlan } from "../../functions/ledger/plans.ts";
import { instantOfReview, reviewKeys } from "../../functions/review/keys.ts";
import type { Evidence } from "../../functions/review/proof/evidence.ts";
import { isNameOfPack } from "../../functions/review/proof/pack-names.ts";
import type { Policy } from "../../functions/review/rules/policy.ts";
import type { SnapshotAnswer } from "../../functions/review/stage.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { filesOfPack } from "../../functions/stages/verify/exported-pack.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { withLines } from "../../functions/store/jsonl.ts";
import { newKey } from "../attacks/sealed-reviews.ts";
import { openMemoryStore } from "../store/memory-store.ts";
import { daysPass, endLives, type Life, openLife, sourceId } from "./open-life.ts";
import { outcomeOf, planOf, planReview, resultOf, stagesOf } from "./run-review.ts";
import { leave, reviewedLife, runSweep, sweepId } from "./swept-life.ts";

afterEach(endLives);

const sweepsOf = ({ store }: Life) => openLedger(store, sourceId).reviews("sweep");

/** What `export` writes of a review, by name. */
async function packOf({ store }: Life, review: string): Promise<Map<string, Uint8Array>> {
  const { contents } = await verifyEvidence({ store, source: sourceId, review }, null);
  const pack = new Map<string, Uint8Array>();
  for await (const { name, open } of filesOfPack(store, contents!)) {
    expect(isNameOfPack(name, { source: sourceId, review }), name).toBe(true);
    const chunks: Uint8Array[] = [];
    for await (const chunk of await open()) chunks.push(Uint8Array.from(chunk));
    pack.set(name, Buffer.concat(chunks));
  }
  return pack;
}

/** The codes of what verify finds in a pack. */
async function faultsIn(pack: Map<string, Uint8Array>, review: string): Promise<string[]> {
  const place = { store: withLines(openMemoryStore(pack)), source: sourceId, review };
  return (await verifyEvidence(place, null, { isExported: true })).found.map(({ code }) => code);
}

describe("a sweep", () => {
  it("does not say in its report that grants vanished of holders whom nobody looked at", async () => {
    const life = await reviewedLife();
    leave(life);
    const sweep = await runSweep(life);
    const report = new TextDecoder().decode((await life.store.get(reviewKeys(sourceId, sweep).html))!.body);
    expect(report).not.toContain("Vanished");
    expect(report).toContain("Since then 0 grants appeared and 0 vanished.");
  });

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

  it("reads those alone whose status changed, and takes some ten calls for it", async () => {
    const life = await reviewedLife();
    leave(life, 2);
    const sweep = await runSweep(life);
    const stored = await loadSnapshot({ store: life.store, sourceId, review: sweep });
    const snapshot = stored?.snapshot ?? expect.fail("no snapshot");
    expect(snapshot).toMatchObject({ kind: "sweep", complete: true, listing: { way: "sweep" } });
    const statuses = new Set<string>();
    for await (const { holder } of grantsOf(life.store, snapshot)) statuses.add(holder.status);
    expect([...statuses]).toEqual(["left"]);
    const calls = snapshot.reads.reduce((sum, { calls: made }) => sum + made, 0);
    expect(calls).toBeLessThanOrEqual(12);
  });

  it("of named holders reads them back first: somebody who works here keeps everything", async () => {
    const life = await reviewedLife();
    const [leaver] = leave(life);
    const staying = life.sandbox.company.backgroundHolders.find((id) => id !== leaver)!;
    const held = life.sandbox.grants().filter(({ holderId }) => holderId === staying);
    const sweep = await runSweep(life, { holders: [staying] });
    expect(life.sandbox.grants().filter(({ holderId }) => holderId === staying)).toEqual(held);
    expect((await loadSnapshot({ store: life.store, sourceId, review: sweep }))?.snapshot.population.grants).toBe(0);
    await daysPass(life, 1);
    await runSweep(life, { holders: [leaver!] });
    expect(life.sandbox.grants().filter(({ holderId }) => holderId === leaver)).toEqual([]);
  });

  it.each<[string, (life: Life, leaver: string) => void, string]>([
    [
      "hides everybody who left",
      ({ sandbox }) => Object.assign(sandbox.quirks, { onTheJobRange: true }),
      "known-leavers-shown",
    ],
    [
      "hides one who is known to have left",
      (life, leaver) => life.sandbox.quirks.outsideDataRange.push(leaver),
      "known-leavers-shown",
    ],
  ])("is incomplete where the data range %s, and removes nothing", async (_what, narrow, check) => {
    const life = await reviewedLife();
    const [first] = leave(life);
    await runSweep(life);
    await daysPass(life, 1);
    leave(life);
    narrow(life, first!);
    const before = life.sandbox.grants();
    const stage = life.stageOf(sweepId(life));
    const { failedChecks } = (await takeSnapshot(stage)) as SnapshotAnswer;
    expect(failedChecks?.map(({ name }) => name)).toContain(check);
    expect(await assessGrants(stage)).toMatchObject({ status: "incomplete" });
    expect(life.sandbox.grants()).toEqual(before);
  });

  it("looks again at whom an earlier sweep left with something, however long ago that was", async () => {
    const life = await reviewedLife();
    life.config.mode = "report";
    const [leaver] = leave(life);
    await runSweep(life);
    await daysPass(life, 20);
    await runSweep(life);
    await daysPass(life, 20);
    life.config.mode = "enforce";
    await runSweep(life);
    expect(life.sandbox.grants().filter(({ holderId }) => holderId === leaver)).toEqual([]);
  });

  it("that finds nothing costs 5 kB at most, signed, and 0.8 kB where one holds something who works here again", async () => {
    const life = await reviewedLife({ people: 100 });
    const signer = newKey();
    const costOf = async (most: { objects: number; bytes: number }, more: object): Promise<void> => {
      const review = await runSweep(life, more);
      const keys = reviewKeys(sourceId, review);
      const bodies: Uint8Array[] = [];
      for await (const key of life.store.list(keys.root)) bodies.push((await life.store.get(key))!.body);
      expect(bodies.length).toBe(most.objects);
      expect(bodies.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(most.bytes);
      // What is left out is empty by the plan's own count.
      expect(await life.store.getJson(keys.assessment("0001").plan)).toMatchObject({ findings: 0, items: [] });
      expect((await verifyEvidence({ store: life.store, source: sourceId, review }, null)).faults).toEqual([]);
      await daysPass(life, 1);
    };
    await costOf({ objects: 5, bytes: 5_100 }, { signer: null });
    await costOf({ objects: 7, bytes: 5_500 }, { signer });
    const stored = await loadSnapshot({ store: life.store, sourceId, review: (await sweepsOf(life)).at(-1)! });
    for await (const { holder, role } of grantsOf(life.store, stored!.snapshot)) {
      const pair = { holderId: holder.id, roleId: role.id };
      life.sandbox.happen([{ op: "remove", by: "company", at: life.clock.now(), appId: null, ...pair }]);
    }
    await costOf({ objects: 6, bytes: 5_000 }, { signer });
  });

  it("that finds nothing has the policy of the review before it, of the last sweep once it was changed, and brings it into a pack", async () => {
    const life = await reviewedLife({ people: 100 });
    const [reviewed] = await openLedger(life.store, sourceId).reviews();
    const first = await runSweep(life);
    expect((await planOf(life, first)).policyOf).toEqual({ review: reviewed, assessment: "0001" });
    await daysPass(life, 1);
    life.config.policy.guard.sweepMaxExpiries = 7;
    const changed = await runSweep(life);
    expect((await planOf(life, changed)).policyOf).toBeUndefined();
    await daysPass(life, 1);
    const second = await runSweep(life);
    await daysPass(life, 1);
    const third = await runSweep(life);
    for (const sweep of [second, third])
      expect((await planOf(life, sweep)).policyOf).toEqual({ review: changed, assessment: "0001" });
    await daysPass(life, 1);
    leave(life);
    const removing = await runSweep(life);
    expect((await planOf(life, removing)).policyOf).toBeUndefined();
    for (const sweep of [first, changed, second, third, removing]) {
      const pack = await packOf(life, sweep);
      expect(await faultsIn(pack, sweep), sweep).toEqual([]);
    }
  });

  it("that has another's policy does not verify where that is gone or was changed, nor a pack with one more", async () => {
    const life = await reviewedLife({ people: 100 });
    const [reviewed] = await openLedger(life.store, sourceId).reviews();
    const sweep = await runSweep(life);
    const pack = await packOf(life, sweep);
    const { policy } = reviewKeys(sourceId, reviewed!).assessment("0001");
    const stored = pack.get(policy)!;
    const lacking = new Map([...pack].filter(([name]) => name !== policy));
    expect(await faultsIn(lacking, sweep)).toContain("missing");
    // The folder of the sweep alone cannot have it.
    const alone = new Map([...pack].filter(([name]) => name.startsWith(reviewKeys(sourceId, sweep).root)));
    const folder = { store: withLines(openMemoryStore(alone)), source: sourceId, review: sweep };
    expect((await verifyEvidence(folder, null, { hasChain: false })).faults).toEqual([]);
    const changed = JSON.parse(new TextDecoder().decode(stored)) as Policy;
    changed.guard.sweepMaxExpiries = 1_000;
    expect(await faultsIn(new Map(pack).set(policy, Buffer.from(JSON.stringify(changed))), sweep)).toEqual([
      "plan-policy",
    ]);
    const { policy: other } = reviewKeys(sourceId, reviewed!).assessment("0002");
    expect(await faultsIn(new Map(pack).set(other, stored), sweep)).toEqual(["foreign"]);
    life.objects.delete(policy);
    const { found } = await verifyEvidence({ store: life.store, source: sourceId, review: sweep }, null);
    expect(found.map(({ code }) => code)).toEqual(["missing"]);
    // The review that had the policy was old enough to be deleted: nobody can tell any more, and nothing was removed by it.
    const old = { nowMs: instantOfReview(reviewed!) + 900.5 * dayMs, deleteAfterDays: 900 };
    const later = await verifyEvidence({ store: life.store, source: sourceId, review: sweep }, null, old);
    expect(later.found).toEqual([]);
  });

  it("has twenty people out who left overnight, in how many hours, while a review is open that ends balanced", async () => {
    const life = await reviewedLife();
    Object.assign(life.config.policy.guard, { maxExpiries: 0, maxRoleShare: 1 });
    const [known] = leave(life);
    const { review } = await planReview(life);
    await daysPass(life, 1);
    const leavers = leave(life, 20);
    expect(leavers).toHaveLength(20);
    const held = life.sandbox.grants().filter(({ holderId }) => leavers.includes(holderId));
    const stage = life.stageOf(sweepId(life));
    await takeSnapshot(stage);
    // So many at once are told first: somebody looks, and lifts the brake.
    const assessed = await assessGrants(stage);
    expect(assessed.limits?.map(({ name }) => name)).toContain("sweepMaxExpiries");
    expect(await expireGrants(stage)).toMatchObject({ status: "held" });
    await approvePlan(stage, { planHash: assessed.planHash!, by: "Lin", reason: "the branch was closed" });
    const expired = await expireGrants(stage);
    expect(expired.status).toBe("done");
    expect(expired.revoked).toBeGreaterThanOrEqual(held.length);
    const sealed = await sealEvidence(stage);
    expect(sealed).toMatchObject({ balanced: true });
    expect(life.sandbox.grants().filter(({ holderId }) => leavers.includes(holderId))).toEqual([]);
    const evidence = await life.store.getJson<Evidence>(reviewKeys(sourceId, stage.review).evidence);
    expect(evidence?.leavers).toMatchObject({ withinHours: 24 });
    expect(evidence!.leavers!.count).toBeGreaterThanOrEqual(20);
    // README's first screen has this figure.
    expect(evidence!.leavers!.hours.filter((hours) => hours > 9.9 && hours < 10.2)).toHaveLength(20);
    const html = new TextDecoder().decode((await life.store.get(reviewKeys(sourceId, stage.review).html))!.body);
    expect(html).toMatch(/\d+ leavers, slowest [\d.]+ h, /);
    expect(await stagesOf(life, review).seal()).toMatchObject({ balanced: true });
    const { outcomes } = await resultOf(life, review);
    const ofKnown = outcomes["already-gone"]!.filter(({ holderId }) => holderId === known);
    expect(ofKnown.length).toBeGreaterThan(0);
    for (const pair of ofKnown) {
      const because = { code: "removed-by-sweep", figures: { sweep: stage.review } };
      expect((await outcomeOf(life, review, pair))?.because).toEqual(because);
    }
    for (const id of [stage.review, review]) {
      const { faults } = await verifyEvidence({ store: life.store, source: sourceId, review: id }, null);
      expect(faults, id).toEqual([]);
    }
  });

  it("is refused before any review of the source is complete", async () => {
    const life = await openLife();
    await expect(takeSnapshot(life.stageOf(sweepId(life)))).rejects.toThrow("run review first");
    expect(await openLedger(life.store, sourceId).reviews()).toEqual([]);
  });
});

describe("a sweep beside an open review", () => {
  it("verifies though that review is the first, and nothing was sealed before", async () => {
    const life = await openLife({ people: 100 });
    Object.assign(life.config, { mode: "enforce" });
    for (const rule of life.config.policy.rules) if (rule.id === "leaver") rule.sweep = true;
    await planReview(life);
    await daysPass(life, 1);
    const review = await runSweep(life);
    expect((await planOf(life, review)).items.length).toBeGreaterThan(0);
    expect((await verifyEvidence({ store: life.store, source: sourceId, review }, null)).faults).toEqual([]);
  });

  it("leaves the review open, is chained with it, and is named by the review for what it removed", async () => {
    const life = await reviewedLife();
    const { guard, rules } = life.config.policy;
    guard.maxExpiries = 0;
    const leaver = leave(life)[0]!;
    const { review } = await planReview(life);
    expect(await stagesOf(life, review).expire()).toMatchObject({ status: "held" });
    await daysPass(life, 1);
    const sweep = await runSweep(life);
    expect(await openReviewOf(life.store, sourceId)).toBe(review);
    const later = leave(life)[0]!;
    await daysPass(life, 1);
    const second = await runSweep(life);
    // Its brake stopped it: what the sweep removed is gone all the same.
    await stagesOf(life, review).seal();
    const { outcomes } = await resultOf(life, review);
    expect(new Set(outcomes["already-gone"]?.map(({ holderId }) => holderId))).toEqual(new Set([leaver]));
    const outcome = await outcomeOf(life, review, outcomes["already-gone"]![0]!);
    expect(outcome?.because).toEqual({ code: "removed-by-sweep", figures: { sweep } });
    expect(rules.some(({ id }) => id === "leaver")).toBe(true);
    expect(life.sandbox.grants().some(({ holderId }) => holderId === later)).toBe(false);
    await daysPass(life, 1);
    const last = await runSweep(life);
    const previousOf = async (id: string) =>
      (await life.store.getJson<Evidence>(reviewKeys(sourceId, id).evidence))?.previous?.review;
    expect([await previousOf(second), await previousOf(review), await previousOf(last)]).toEqual([
      sweep,
      second,
      review,
    ]);
    for (const id of [sweep, second, review, last]) {
      const verified = await verifyEvidence({ store: life.store, source: sourceId, review: id }, null);
      expect(verified.faults, id).toEqual([]);
      expect(verified.chain, id).toBeGreaterThan(0);
    }
  });
});
