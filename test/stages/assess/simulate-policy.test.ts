import { afterEach, describe, expect, it } from "vitest";
import { reviewKeys, newReviewId as sweepIdAt } from "../../../functions/review/keys.ts";
import type { Simulation } from "../../../functions/review/plan/simulation.ts";
import type { Policy, Rule } from "../../../functions/review/rules/policy.ts";
import { assessGrants } from "../../../functions/stages/assess/assess-grants.ts";
import { simulatePolicy } from "../../../functions/stages/assess/simulate-policy.ts";
import { takeSnapshot } from "../../../functions/stages/snapshot/take-snapshot.ts";
import { decide } from "../../review-life/decide.ts";
import { openNarrowedLife } from "../../review-life/narrowed-life.ts";
import { daysPass, endLives, type Life, openLife, sourceId } from "../../review-life/open-life.ts";
import { newReviewId, planOf, planReview, runReview, stagesOf } from "../../review-life/run-review.ts";

afterEach(endLives);

/** Every object of the store: what is written anew is another object, though its bytes are the same. */
const objectsOf = ({ objects }: Life): [string, Uint8Array][] => [...objects];

/** Simulates under the life's policy with this change, and expects the store to be as it was. */
async function tried(life: Life, review: string, change: (policy: Policy) => Partial<Policy> = () => ({})) {
  const before = objectsOf(life);
  const stage = life.stageOf(review);
  const result = await simulatePolicy(
    { ...stage, policy: { ...stage.policy, ...change(stage.policy) } },
    { list: true },
  );
  const after = objectsOf(life);
  expect(after.map(([key]) => key)).toEqual(before.map(([key]) => key));
  expect(after.every(([, body], at) => body === before[at]![1])).toBe(true);
  return result;
}

const everybody: Rule = {
  id: "everybody",
  when: "true",
  then: "expire",
  noticeDays: 0,
  reason: { en: "Anybody", zh: "任何人" },
  overridable: true,
};

const isUnchanged = ({ rules, plan, list, was, would }: Simulation): boolean =>
  rules.every(({ added, gone, was: then, would: now }) => added === 0 && gone === 0 && then === now) &&
  plan.added + plan.gone + plan.changed + (list?.length ?? 0) === 0 &&
  JSON.stringify(was) === JSON.stringify(would);

describe("simulatePolicy()", () => {
  it("finds no difference where the policy is the one that the assessment had, whatever happened since", async () => {
    const life = await openLife();
    const { review } = await planReview(life);
    const { items } = await planOf(life, review);
    expect(isUnchanged(await tried(life, review))).toBe(true);
    await daysPass(life, 3);
    const [first] = items.filter(({ hold }) => hold === null);
    await decide(life, review, [{ ...first!, decision: "keep" }]);
    const later = await tried(life, review);
    expect(later).toMatchObject({ source: sourceId, review, assessment: "0001", was: { items: items.length } });
    expect(isUnchanged(later)).toBe(true);
  });

  it("finds none over a sealed review either, whose removals are done", async () => {
    const life = await openLife();
    const review = await runReview(life);
    expect(isUnchanged(await tried(life, review))).toBe(true);
  });

  it("names what a new rule adds and a missing rule takes, and whether the brake trips", async () => {
    const life = await openLife();
    const { review } = await planReview(life);
    const { items } = await planOf(life, review);
    const [gone] = life.config.policy.rules;
    const result = await tried(life, review, ({ rules, guard }) => ({
      rules: [...rules.slice(1), everybody],
      guard: { ...guard, maxRoleShare: 1, keepLastHolder: false },
    }));
    const snapshot = await life.store.getJson<{ population: { grants: number } }>(
      reviewKeys(sourceId, review).snapshot,
    );
    const { grants } = snapshot!.population;
    const ruleOf = (id: string) => result.rules.find(({ rule }) => rule === id);
    expect(ruleOf("everybody")).toEqual({ rule: "everybody", was: 0, would: grants, added: grants, gone: 0 });
    const lost = ruleOf(gone!.id)!;
    expect([lost.was > 0, lost.would, lost.gone]).toEqual([true, 0, lost.was]);
    expect(result.was).toMatchObject({ items: items.length, brake: { tripped: false } });
    expect(result.would).toMatchObject({ items: grants, brake: { tripped: true } });
    expect(result.would.brake.limits.length).toBeGreaterThan(0);
    expect(result.plan.added).toBe(grants - items.length);
    const named = result.list!.filter(({ rule }) => rule === "everybody");
    expect(new Set(named.map(({ grantId }) => grantId)).size).toBe(grants);
    expect(Object.keys(named[0]!).sort()).toEqual(
      ["change", "grantId", "holderId", "roleId", "rule", "was", "would"].sort(),
    );
  });

  it("says what would be held, and what is no longer planned", async () => {
    const life = await openLife();
    const { review } = await planReview(life);
    const { items } = await planOf(life, review);
    const item = items.find(({ hold }) => hold === null) ?? expect.fail("nothing planned");
    const held = await tried(life, review, ({ guard }) => ({
      guard: { ...guard, protectedHolders: [...guard.protectedHolders, item.holderId] },
    }));
    expect(held.list).toContainEqual({
      change: "changed",
      rule: null,
      grantId: item.grantId,
      holderId: item.holderId,
      roleId: item.roleId,
      was: "remove",
      would: "held: protected-holder",
    });
    const idle = { ...everybody, id: "idle", when: "false" };
    const { rules } = await tried(life, review, (policy) => ({ rules: [...policy.rules, idle] }));
    expect(rules).toContainEqual({ rule: "idle", was: 0, would: 0, added: 0, gone: 0 });
    const none = await tried(life, review, () => ({ rules: [] }));
    expect(none).toMatchObject({ would: { items: 0, remove: 0, held: 0 }, plan: { gone: items.length, added: 0 } });
  });

  it("says what would be narrowed instead of removed", async () => {
    const { life, id, plan } = await openNarrowedLife();
    const [narrowing] = life.config.policy.rules;
    life.config.policy.rules = [{ ...everybody, when: narrowing!.when }];
    const { review } = await plan();
    const result = await tried(life, review, () => ({ rules: [narrowing!] }));
    expect(result).toMatchObject({ was: { remove: 1, narrow: 0 }, would: { remove: 0, narrow: 1 } });
    expect(result.list!.filter(({ rule }) => rule === null)).toMatchObject([
      { change: "changed", grantId: id, was: "remove", would: "narrow" },
    ]);
  });

  it("tries a policy over a snapshot that was never assessed, beside nothing", async () => {
    const life = await openLife({ people: 100 });
    const review = newReviewId(life);
    const stages = stagesOf(life, review);
    await stages.snapshot();
    const result = await tried(life, review);
    await stages.assess();
    const { items } = await planOf(life, review);
    expect(result).toMatchObject({ assessment: null, was: null, would: { items: items.length } });
    expect(result.plan).toEqual({ added: items.length, gone: 0, changed: 0 });
  });

  it("finds no difference over a sweep whose policy is the same", async () => {
    const life = await openLife();
    for (const rule of life.config.policy.rules) if (rule.id === "leaver") rule.sweep = true;
    const review = await runReview(life);
    await daysPass(life, 1);
    const holderId = life.sandbox.company.backgroundHolders[0]!;
    const lastDay = new Date(life.clock.now() - 86_400_000).toISOString().slice(0, 10);
    life.sandbox.happen([{ op: "leave", at: life.clock.now(), holderId, lastDay }]);
    const sweep = sweepIdAt([], life.clock.now(), "sweep");
    const stages = stagesOf(life, sweep);
    await stages.snapshot();
    await stages.assess();
    const result = await tried(life, sweep);
    expect(result).toMatchObject({ review: sweep, assessment: "0001" });
    expect([result.would.items > 0, isUnchanged(result), review < sweep]).toEqual([true, true, true]);
  });

  it("knows people as the assessment did, and tries a rule about them over another source", async () => {
    const life = await openLife({ people: 400 });
    const { sandbox, config } = life;
    config.authority = { source: sourceId, match: ["employeeNo", "email"] };
    config.policy.rules = [{ ...everybody, id: "left-elsewhere", when: 'person.known && person.status == "left"' }];
    const own = { baseUrl: sandbox.url, host: "sandbox", credentials: sandbox.apps };
    const cloud = { sourceId: "cloud", endpoint: { ...own, credentials: sandbox.cloud.keys }, authorityEndpoint: own };
    const review = newReviewId(life);
    await takeSnapshot(life.stageOf(review));
    const cloudReview = newReviewId(life);
    const stage = () => life.stageWith({ ...cloud, review: cloudReview });
    await takeSnapshot(stage());
    await assessGrants(stage());
    await daysPass(life, 1);
    await takeSnapshot(life.stageOf(newReviewId(life)));
    const before = objectsOf(life);
    const same = await simulatePolicy(stage(), { list: true });
    expect([isUnchanged(same), same.would.items > 0]).toEqual([true, true]);
    const none = await simulatePolicy({ ...stage(), authority: null }, { list: false });
    expect(none).toMatchObject({ would: { items: 0 }, plan: { gone: same.would.items } });
    const after = objectsOf(life);
    expect(after.map(([key]) => key)).toEqual(before.map(([key]) => key));
    expect(after.every(([, body], at) => body === before[at]![1])).toBe(true);
  });

  it("refuses a review without a complete snapshot", async () => {
    const life = await openLife({ people: 100 });
    const asked = simulatePolicy(life.stageOf("2026-10-01T020000Z"), { list: false });
    await expect(asked).rejects.toThrow(/it has no snapshot.json: name another with --review/);
  });
});
