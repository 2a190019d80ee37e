import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { Config } from "../../functions/config/config.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import { approvePlan } from "../../functions/stages/approval.ts";
import { type BrakeName, plantBrake } from "../sandbox/brakes.ts";
import { allGrants } from "../sandbox/company/company.ts";
import {
  balanceOf,
  failedChecksOf,
  goneSince,
  holdReview,
  livedOf,
  newReviewId,
  planOf,
  planReview,
  stagesOf,
} from "./lived-review.ts";
import { daysPass, endLives, type Life, openLife, sourceId } from "./open-life.ts";

afterEach(endLives);

const by = { by: "Head of HR-IT", reason: "looked at every item" };

/** What the plan in the store names and nothing holds, by holder and role. */
const freeItemsOf = async (life: Life, review: string) =>
  (await planOf(life, review)).items
    .filter(({ hold }) => hold === null)
    .map(({ holderId, roleId }) => ({ holderId, roleId }))
    .sort((a, b) => (`${a.holderId}:${a.roleId}` < `${b.holderId}:${b.roleId}` ? -1 : 1));

/** A review that leaves everything as it is, for the next one to compare with. */
async function reportOnly(life: Life): Promise<void> {
  life.config.mode = "report";
  await holdReview(life);
  life.config.mode = "enforce";
}

describe("a plan that is too large", () => {
  const brakes: BrakeName[] = ["maxExpiries", "maxShare", "maxPopulationDrop"];

  it.each(brakes)("is stopped whole until its hash is approved, then carried out exactly: %s", async (brake) => {
    const life = await openLife({ people: 600 });
    if (brake === "maxPopulationDrop") await reportOnly(life);
    await daysPass(life, 1);
    plantBrake(life.sandbox, brake);
    const before = life.sandbox.grants();
    const { review, assessed } = await planReview(life);
    const stages = stagesOf(life, review);
    expect(assessed).toMatchObject({
      status: "held",
      limits: expect.arrayContaining([expect.objectContaining({ name: brake })]),
    });
    expect(await stages.expire()).toMatchObject({ status: "held", planHash: assessed.planHash });
    expect(goneSince(before, life)).toEqual([]);
    const free = await freeItemsOf(life, review);
    expect(free.length).toBeGreaterThan(0);
    const planHash = String(assessed.planHash);
    await expect(approvePlan(life.stageOf(review), { planHash: planHash.replace(/./g, "0"), ...by })).rejects.toThrow(
      "Cannot approve",
    );
    await approvePlan(life.stageOf(review), { planHash, ...by });
    expect(await stages.expire()).toMatchObject({ status: "done", revoked: free.length });
    await stages.seal();
    expect(goneSince(before, life)).toEqual(free);
  });

  it("is sealed as held where nobody approves", async () => {
    const life = await openLife({ people: 600 });
    plantBrake(life.sandbox, "maxExpiries");
    const { review, assessed } = await planReview(life);
    expect(await stagesOf(life, review).seal()).toMatchObject({ held: assessed.items, revoked: 0, balanced: true });
  });

  it("is every first one of a host that is not loopback", async () => {
    const life = await openLife();
    life.host = "open.feishu.cn";
    const before = life.sandbox.grants();
    const { review, assessed } = await planReview(life);
    expect(assessed).toMatchObject({ status: "held", limits: [expect.objectContaining({ name: "first-review" })] });
    await stagesOf(life, review).expire();
    expect(goneSince(before, life)).toEqual([]);
    await stagesOf(life, review).seal();
    await daysPass(life, 1);
    const second = await holdReview(life);
    expect((await livedOf(life, second)).outcomes).toEqual({ revoked: life.sandbox.planted.first.revoked });
  });
});

describe("report mode", () => {
  it("removes nothing, and every item is held in the end", async () => {
    const life = await openLife();
    life.config.mode = "report";
    const before = life.sandbox.grants();
    const review = await holdReview(life);
    const { items } = await planOf(life, review);
    expect(goneSince(before, life)).toEqual([]);
    expect(await balanceOf(life, review)).toMatchObject({ held: items.length, pending: 0, revoked: 0, balanced: true });
    expect(life.sandbox.calls.byEndpoint.removeRoleAssign.calls).toBe(0);
  });
});

describe("a plan that is not to be trusted", () => {
  const fileOf = ({ root }: Life, key: string): string => join(root, key);

  const tampered: [string, string, (life: Life, review: string) => void][] = [
    [
      "was changed",
      "its hash is not that of its contents",
      (life, review) => {
        const file = fileOf(life, reviewKeys(sourceId, review).assessment("0001").plan);
        const plan = JSON.parse(readFileSync(file, "utf8")) as { items: { hold: unknown }[] };
        for (const item of plan.items) item.hold = null;
        writeFileSync(file, JSON.stringify(plan));
      },
    ],
    [
      "is of another snapshot",
      "snapshot.json is not the one",
      (life, review) => {
        const file = fileOf(life, reviewKeys(sourceId, review).snapshot);
        writeFileSync(file, readFileSync(file, "utf8").replace('"complete": true', '"complete":  true'));
      },
    ],
    [
      "was made under another policy",
      "policy.json is not the one",
      (life, review) => {
        const file = fileOf(life, reviewKeys(sourceId, review).assessment("0001").policy);
        writeFileSync(file, readFileSync(file, "utf8").replace('"maxExpiries": 20', '"maxExpiries": 200'));
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
    const file = fileOf(life, reviewKeys(sourceId, review).part(0));
    const lines = gunzipSync(readFileSync(file)).toString("utf8");
    writeFileSync(file, gzipSync(lines.replace('"status":"active"', '"status":"left"')));
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
    const { outcomes } = await livedOf(life, review);
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
    Object.assign(life.config.policy.guard, {
      protectedRoles: [],
      protectedHolders: [],
      canaries: [],
      maxRoleShare: 1,
    });
    const stages = stagesOf(life, review);
    await stages.expire();
    expect((await livedOf(life, review)).outcomes).toEqual({ revoked: life.sandbox.planted.first.revoked });
  });
});

describe("a snapshot that misses what is known to exist", () => {
  const cases: [string, string, (life: Life) => void][] = [
    [
      "canaries-present",
      "a canary is missing",
      ({ config }) => config.policy.guard.canaries.push({ holder: "6967", role: "7034" }),
    ],
    ["protected-entries-exist", "a protected role", ({ config }) => config.policy.guard.protectedRoles.push("no_such")],
    ["protected-entries-exist", "a protected holder", ({ config }) => config.policy.guard.protectedHolders.push("1")],
  ];

  it.each(cases)("fails the check %s: %s", async (check, _what, change) => {
    const life = await openLife({ people: 200 });
    change(life);
    const review = newReviewId(life);
    expect(await stagesOf(life, review).snapshot()).toMatchObject({ status: "incomplete" });
    expect(await failedChecksOf(life, review)).toEqual([check]);
  });

  it("fails where everything has vanished since the last review", async () => {
    const life = await openLife({ people: 200 });
    Object.assign(life.config.policy.guard, { protectedHolders: [], canaries: [] });
    await holdReview(life);
    await daysPass(life, 1);
    const at = life.clock.now();
    const all = allGrants(life.sandbox.company).map(({ holderId, roleId }) => ({ holderId, roleId }));
    life.sandbox.happen(all.map((pair) => ({ op: "remove", by: "company", at, appId: null, ...pair })));
    const review = newReviewId(life);
    expect(await stagesOf(life, review).snapshot()).toMatchObject({ status: "incomplete", grants: 0 });
    expect(await failedChecksOf(life, review)).toEqual(["population-not-empty"]);
  });

  it("may be empty where nothing ever was", async () => {
    const life = await openLife({ people: 200 });
    Object.assign(life.config.policy.guard, { protectedHolders: [], canaries: [] });
    const all = allGrants(life.sandbox.company).map(({ holderId, roleId }) => ({ holderId, roleId }));
    const at = life.clock.now();
    life.sandbox.happen(all.map((pair) => ({ op: "remove", by: "company", at, appId: null, ...pair })));
    expect(await balanceOf(life, await holdReview(life))).toMatchObject({ population: 0, balanced: true });
  });

  it("need not show leavers where truly nobody has left", async () => {
    const life = await openLife({ people: 200, quirks: { onTheJobRange: true } });
    Object.assign(life.config.policy.guard, { protectedHolders: [], canaries: [], expectLeavers: false });
    expect(await stagesOf(life, newReviewId(life)).snapshot()).toMatchObject({ status: "done" });
  });
});
