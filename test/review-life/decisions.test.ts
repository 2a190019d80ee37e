import { afterEach, describe, expect, it } from "vitest";
import { sha256 } from "../../functions/basics/hash.ts";
import { decisionKeys, type RecordedDecision } from "../../functions/ledger/decisions.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Store } from "../../functions/review/ports.ts";
import type { Pair } from "../../functions/sandbox/company/company.ts";
import type { PlantedDecision } from "../../functions/sandbox/planted.ts";
import { sortedPairs } from "../../functions/sandbox/planted.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { verifyEvidence } from "../../functions/stages/verify/verify-evidence.ts";
import { expectationNow } from "../sandbox/expectation.ts";
import { dayMs, decide } from "./decide.ts";
import { daysPass, endLives, type Life, openLife, plant, sourceId, storedText } from "./open-life.ts";
import { goneSince, outcomeOf, planOf, planReview, resultOf, runReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

const plantedAs = ({ sandbox }: Life, ...purposes: PlantedDecision["purpose"][]): PlantedDecision[] =>
  purposes.map(
    (purpose) => sandbox.planted.decisions.find((planted) => planted.purpose === purpose) ?? expect.fail(purpose),
  );

const pairOf = ({ holderId, roleId }: Pair): Pair => ({ holderId, roleId });

/** A whole review in which these decisions are handed in before it is sealed. */
async function reviewWith(life: Life, decisions: PlantedDecision[], keepDays?: number): Promise<string> {
  const { review } = await planReview(life);
  await decide(life, review, decisions, keepDays);
  const stages = stagesOf(life, review);
  await stages.assess();
  await stages.expire();
  await stages.seal();
  return review;
}

describe("decisions of reviewers", () => {
  it("revoke what nothing holds, and are held as the contract says", async () => {
    const life = await openLife({ people: 400 });
    const before = life.sandbox.grants();
    const { review, assessed } = await planReview(life);
    const [revoked, ...held] = plantedAs(life, "revoked", "last-holder", "too-new", "unrestorable");
    if (!revoked) expect.fail("no revoke is planted");
    await decide(life, review, [revoked, ...held]);
    const stages = stagesOf(life, review);
    const again = await stages.assess();
    expect(again).toMatchObject({ status: "done", assessment: "0002", findings: { "revoke-decision": 4 } });
    expect(again.planHash).not.toBe(assessed.planHash);
    await stages.expire();
    await stages.seal();
    const { planted } = life.sandbox;
    const { holds, outcomes } = await resultOf(life, review);
    for (const { purpose, ...pair } of held) expect(holds[purpose], purpose).toEqual([pairOf(pair)]);
    expect(outcomes).toEqual({ revoked: sortedPairs([...planted.first.revoked, revoked]) });
    expect(goneSince(before, life)).toEqual(outcomes.revoked);
  });

  it("keep what a rule that can be overridden asks for, and not a leaver's grant", async () => {
    const life = await openLife({ people: 400 });
    const { review } = await planReview(life);
    const [kept, ofLeaver] = plantedAs(life, "kept", "keep-of-leaver");
    if (!kept || !ofLeaver) expect.fail("no keep is planted");
    expect((await resultOf(life, review)).findings["not-confirmed"]).toContainEqual(pairOf(kept));
    await decide(life, review, [kept, ofLeaver]);
    const stages = stagesOf(life, review);
    await stages.assess();
    await stages.expire();
    const { findings, outcomes } = await resultOf(life, review);
    expect(findings["not-confirmed"]).not.toContainEqual(pairOf(kept));
    expect(outcomes.revoked).toContainEqual(pairOf(ofLeaver));
  });

  it("hold back a removal of yesterday's plan when a newer keep comes in", async () => {
    const life = await openLife();
    const { review } = await planReview(life);
    const [planted] = plantedAs(life, "revoked");
    if (!planted) expect.fail("no revoke is planted");
    await decide(life, review, [planted]);
    const stages = stagesOf(life, review);
    await stages.assess();
    await daysPass(life, 1);
    await decide(life, review, [{ ...planted, decision: "keep" }]);
    await stages.expire();
    expect((await outcomeOf(life, review, planted))?.outcome ?? "changed").toBe("changed");
    expect(life.sandbox.grants()).toContainEqual(expect.objectContaining(pairOf(planted)));
  });

  it("lapse: a keep that is over gives two weeks' notice, then the grant goes", async () => {
    const life = await openLife();
    const [lapsing] = plantedAs(life, "lapsed-keep");
    if (!lapsing) expect.fail("no keep is planted");
    await reviewWith(life, [lapsing], 30);
    await daysPass(life, 29);
    const second = await runReview(life);
    expect((await resultOf(life, second)).findings["lapsed-keep"]).toBeUndefined();
    await daysPass(life, 2);
    const { review } = await planReview(life);
    const stages = stagesOf(life, review);
    const { items } = await planOf(life, review);
    const item = items.find(({ rules }) => rules.includes("lapsed-keep")) ?? expect.fail("no item");
    expect(Date.parse(item.notBefore) - Date.parse(item.noticeAt)).toBe(14 * dayMs);
    expect(await stages.expire()).toMatchObject({ status: "waiting", resumeAt: item.notBefore });
    await daysPass(life, 13.9);
    expect(await stages.expire()).toMatchObject({ status: "waiting" });
    await daysPass(life, 0.2);
    expect(await stages.expire()).toMatchObject({ status: "done", revoked: 1 });
    expect((await outcomeOf(life, review, lapsing))?.outcome).toBe("revoked");
  });

  it("lapse where the grant was given anew, and no longer revoke it", async () => {
    const life = await openLife();
    const [planted] = plantedAs(life, "revoked");
    if (!planted) expect.fail("no revoke is planted");
    Object.assign(life.config, { mode: "report" });
    await reviewWith(life, [planted]);
    Object.assign(life.config, { mode: "enforce" });
    const grant = life.sandbox.company.grantsByHolder.get(planted.holderId)?.get(planted.roleId);
    if (!grant) expect.fail("not held");
    const at = life.clock.now();
    const anew = { ...grant, grantedAtS: Math.floor(at / 1000) };
    life.sandbox.happen([{ op: "grant", by: "company", at, appId: null, call: null, grant: anew }]);
    await daysPass(life, 20);
    const second = await runReview(life);
    expect((await resultOf(life, second)).findings["revoke-decision"]).toBeUndefined();
  });

  it("about one's own grant do not count, and the record says why", async () => {
    const life = await openLife();
    const { review } = await planReview(life);
    const [planted] = plantedAs(life, "revoked");
    if (!planted) expect.fail("no revoke is planted");
    await decide(life, review, [{ ...planted, reviewer: planted.holderId }]);
    const again = await stagesOf(life, review).assess();
    expect(again.findings).not.toHaveProperty("revoke-decision");
    const key = reviewKeys(sourceId, review).assessment(String(again.assessment)).decisions;
    const stored = (await life.store.get(key)) ?? expect.fail("no decisions are recorded");
    const [recorded] = new TextDecoder().decode(stored.body).trim().split("\n");
    const { fault, file, fileSha256, fileVersion } = JSON.parse(recorded ?? "{}") as RecordedDecision;
    expect(fault).toContain("nobody decides on their own");
    expect(fileSha256).toBe(sha256((await life.store.get(file))!.body));
    expect(fileVersion).toBeNull();
  });
});

describe("a grant that is given again after a review removed it", () => {
  it("is held while it is new, then noticed for a week, then removed for good", async () => {
    const life = await openLife();
    await runReview(life);
    await daysPass(life, 1);
    life.sandbox.liveOn();
    const [again] = expectationNow(life.sandbox).findings["granted-again"];
    if (!again) expect.fail("nothing is given again");
    const second = await runReview(life);
    expect((await resultOf(life, second)).holds["too-new"]).toEqual([again]);
    await daysPass(life, 15);
    const { review } = await planReview(life);
    // The notice has run on since the second review's plan, though its item was held: both are over.
    expect(await stagesOf(life, review).expire()).toMatchObject({ status: "done" });
    expect((await outcomeOf(life, review, again))?.outcome).toBe("revoked");
  });
});

describe("an assessment that was cut off, whose files of decisions are others by now", () => {
  /** A review whose first assessment was cut off before its plan; gives the key of the one file of decisions. */
  async function cutOff(life: Life): Promise<{ review: string; file: string; kept: Pair }> {
    const { review } = await planReview(life);
    const [kept, other] = (await planOf(life, review)).items.filter(({ hold }) => hold === null);
    if (!kept || !other) expect.fail("nothing is planned");
    await decide(life, review, [{ ...kept, decision: "keep" }]);
    const create: Store["create"] = async (key, body) => {
      if (key.endsWith("/0002/plan.json")) throw new Error("cut off");
      return await life.store.create(key, body);
    };
    const stage = life.stageWith({ review, store: { ...life.store, create } });
    await expect(assessGrants(stage)).rejects.toThrow("cut off");
    const [file] = await decisionKeys(stage);
    return { review, file: file!, kept };
  }

  it.each<[string, (life: Life, file: string) => void]>([
    ["deleted", (life, file) => life.objects.delete(file)],
    ["changed", (life, file) => plant(life, file, storedText(life, file).replace("looked at it", "seen"))],
  ])(
    "is left behind where one was %s: the next assessment has a name of its own, and the review goes on",
    async (_how, change) => {
      const life = await openLife();
      const { review, file } = await cutOff(life);
      change(life, file);
      const stages = stagesOf(life, review);
      expect(await stages.assess()).toMatchObject({ status: "done" });
      await stages.expire();
      expect(await stages.seal()).toMatchObject({ balanced: true });
      expect((await verifyEvidence({ store: life.store, source: sourceId, review }, null)).faults).toEqual([]);
    },
  );

  it("is gone on with where no file has changed, and one was added", async () => {
    const life = await openLife();
    const { review, kept } = await cutOff(life);
    await daysPass(life, 1);
    await decide(life, review, [{ ...kept, decision: "revoke" }]);
    expect(await stagesOf(life, review).assess()).toMatchObject({ assessment: "0002" });
    expect(await stagesOf(life, review).assess()).toMatchObject({ assessment: "0003" });
  });
});
