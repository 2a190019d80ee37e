import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { Config } from "../../functions/config/config.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import {
  daysPass,
  endLives,
  forgetKnownEntries,
  type Life,
  openLife,
  plant,
  sourceId,
  storedText,
} from "./open-life.ts";
import { balanceOf, goneSince, planOf, planReview, resultOf, runReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

describe("report mode", () => {
  it("removes nothing, and every item is held in the end", async () => {
    const life = await openLife();
    life.config.mode = "report";
    const before = life.sandbox.grants();
    const review = await runReview(life);
    const { items } = await planOf(life, review);
    expect(goneSince(before, life)).toEqual([]);
    expect(await balanceOf(life, review)).toMatchObject({ held: items.length, pending: 0, revoked: 0, balanced: true });
    expect(life.sandbox.calls.byEndpoint.removeRoleAssign.calls).toBe(0);
  });
});

describe("a plan that is not to be trusted", () => {
  const tampered: [string, string, (life: Life, review: string) => void][] = [
    [
      "was changed",
      "its hash is not that of its contents",
      (life, review) => {
        const key = reviewKeys(sourceId, review).assessment("0001").plan;
        const plan = JSON.parse(storedText(life, key)) as { items: { hold: unknown }[] };
        for (const item of plan.items) item.hold = null;
        plant(life, key, JSON.stringify(plan));
      },
    ],
    [
      "is of another snapshot",
      "snapshot.json is not the one",
      (life, review) => {
        const key = reviewKeys(sourceId, review).snapshot;
        plant(life, key, storedText(life, key).replace('"complete": true', '"complete":  true'));
      },
    ],
    [
      "was made under another policy",
      "policy.json is not the one",
      (life, review) => {
        const key = reviewKeys(sourceId, review).assessment("0001").policy;
        plant(life, key, storedText(life, key).replace('"maxExpiries": 20', '"maxExpiries": 200'));
      },
    ],
  ];

  it.each(tampered)("is refused where it %s", async (_how, message, tamper) => {
    const life = await openLife({ people: 200 });
    const before = life.sandbox.grants();
    const { review } = await planReview(life);
    tamper(life, review);
    await expect(stagesOf(life, review).expire()).rejects.toThrow(message);
    expect(goneSince(before, life)).toEqual([]);
  });

  it("is refused, as an assessment is, where a grant of its snapshot was changed", async () => {
    const life = await openLife({ people: 200 });
    const before = life.sandbox.grants();
    const { review } = await planReview(life);
    const key = reviewKeys(sourceId, review).part(0);
    const lines = gunzipSync(life.objects.get(key)!).toString("utf8");
    plant(life, key, gzipSync(lines.replace('"status":"active"', '"status":"left"')));
    await expect(stagesOf(life, review).expire()).rejects.toThrow("not what was written");
    await expect(stagesOf(life, review).assess()).rejects.toThrow("not what was written");
    expect(goneSince(before, life)).toEqual([]);
  });

  it("is refused where it is older than maxPlanAgeDays, of then or of today", async () => {
    const life = await openLife({ people: 200 });
    const before = life.sandbox.grants();
    const { review } = await planReview(life);
    await daysPass(life, 20);
    life.config.policy.guard.maxPlanAgeDays = 19;
    await expect(stagesOf(life, review).expire()).rejects.toThrow("maxPlanAgeDays is 19");
    life.config.policy.guard.maxPlanAgeDays = 300;
    await daysPass(life, 11);
    await expect(stagesOf(life, review).expire()).rejects.toThrow("maxPlanAgeDays is 30");
    expect(goneSince(before, life)).toEqual([]);
  });
});

describe("today's configuration", () => {
  type Change = (config: Config, life: Life) => void;
  const first = ({ sandbox }: Life) => sandbox.planted.first.revoked[0] ?? expect.fail("nothing is planted");
  const narrower: [string, Change][] = [
    ["protects the holder", (config, life) => config.policy.guard.protectedHolders.push(first(life).holderId)],
    ["protects the role", (config, life) => config.policy.guard.protectedRoles.push(first(life).roleId)],
    [
      "knows it as a canary",
      (config, life) => config.policy.guard.canaries.push({ holder: first(life).holderId, role: first(life).roleId }),
    ],
  ];

  it.each(narrower)("holds back what yesterday's plan allows where it %s", async (_how, change) => {
    const life = await openLife();
    const { review } = await planReview(life);
    change(life.config, life);
    const stages = stagesOf(life, review);
    await stages.expire();
    await stages.seal();
    const { outcomes } = await resultOf(life, review);
    expect(outcomes.revoked).not.toContainEqual(first(life));
    expect(life.sandbox.grants()).toContainEqual(expect.objectContaining(first(life)));
    expect(outcomes.revoked?.length).toBeGreaterThan(0);
  });

  const stopping: [string, Change, object][] = [
    ["a smaller maxExpiries", ({ policy }) => Object.assign(policy.guard, { maxExpiries: 1 }), { status: "held" }],
    ["a smaller maxShare", ({ policy }) => Object.assign(policy.guard, { maxShare: 0.001 }), { status: "held" }],
    ["report mode", (config) => Object.assign(config, { mode: "report" }), { status: "done" }],
    [
      "a rule that only flags",
      ({ policy }) => Object.assign(policy.rules.find(({ id }) => id === "leaver") ?? {}, { then: "flag" }),
      { status: "done" },
    ],
    [
      "a longer notice",
      ({ policy }) => Object.assign(policy.rules.find(({ id }) => id === "leaver") ?? {}, { noticeDays: 3 }),
      { status: "done" },
    ],
  ];

  it.each(stopping)("removes nothing of yesterday's plan with %s", async (_what, change, answer) => {
    const life = await openLife();
    const before = life.sandbox.grants();
    const { review } = await planReview(life);
    change(life.config, life);
    expect(await stagesOf(life, review).expire()).toMatchObject(answer);
    expect(goneSince(before, life)).toEqual([]);
  });

  it("never widens what yesterday's plan holds", async () => {
    const life = await openLife();
    const { review } = await planReview(life);
    forgetKnownEntries(life);
    life.config.policy.guard.maxRoleShare = 1;
    const stages = stagesOf(life, review);
    await stages.expire();
    expect((await resultOf(life, review)).outcomes).toEqual({ revoked: life.sandbox.planted.first.revoked });
  });
});
