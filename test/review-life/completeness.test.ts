import { afterEach, describe, expect, it } from "vitest";
import { allGrants } from "../../functions/sandbox/company/company.ts";
import { daysPass, endLives, forgetKnownEntries, type Life, openLife } from "./open-life.ts";
import { balanceOf, failedChecksOf, newReviewId, runReview, stagesOf } from "./run-review.ts";

afterEach(endLives);

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
    forgetKnownEntries(life);
    await runReview(life);
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
    forgetKnownEntries(life);
    const all = allGrants(life.sandbox.company).map(({ holderId, roleId }) => ({ holderId, roleId }));
    const at = life.clock.now();
    life.sandbox.happen(all.map((pair) => ({ op: "remove", by: "company", at, appId: null, ...pair })));
    expect(await balanceOf(life, await runReview(life))).toMatchObject({ population: 0, balanced: true });
  });

  it("need not show leavers where truly nobody has left", async () => {
    const life = await openLife({ people: 200, quirks: { onTheJobRange: true } });
    forgetKnownEntries(life);
    life.config.policy.guard.expectLeavers = false;
    expect(await stagesOf(life, newReviewId(life)).snapshot()).toMatchObject({ status: "done" });
  });
});
