import { describe, expect, it } from "vitest";
import { allGrants, type Company, sizeOf } from "../../functions/sandbox/company/company.ts";
import { applyEvent } from "../../functions/sandbox/company/events.ts";
import { foundCompany } from "../../functions/sandbox/company/found.ts";
import { nextLife } from "../../functions/sandbox/company/life.ts";
import { canaryHolderId, canaryRoleId, holdIds, protectedHolderId, ruleIds } from "../../functions/sandbox/planted.ts";
import { startSandbox } from "../../functions/sandbox/sandbox.ts";
import { plantBrake } from "./brakes.ts";
import { expectationOf } from "./expectation.ts";

const foundedAt = Date.parse("2026-10-01T02:00:00Z");
const sizes = [40, 60, 100, 160, 200, 300, 400, 700, 1500];
const companies = sizes.flatMap((people) => [1, 2, 3].map((seed) => ({ people, seed })));

describe("foundCompany()", () => {
  it.each(companies)("plants what its books say, and nothing else: $people people, seed $seed", ({ people, seed }) => {
    const { company, planted } = foundCompany(seed, foundedAt, sizeOf({ people }));
    expect(expectationOf(company, foundedAt)).toEqual(planted.first);
    expect(company.employees).toHaveLength(people);
    expect(company.positionById.size).toBe(people);
  });

  it.each(companies)("stays clear of the brakes: $people people, seed $seed", ({ people, seed }) => {
    const { company, planted } = foundCompany(seed, foundedAt, sizeOf({ people }));
    const grants = allGrants(company).length;
    expect(planted.first.refused).toEqual([]);
    const due = planted.first.revoked.length;
    expect(due).toBeLessThanOrEqual(grants < 100 ? 20 : Math.min(20, grants * 0.05));
    expect(planted.first.findings["unknown-holder"].length).toBeLessThanOrEqual(company.grantsByHolder.size * 0.01);
  });

  it("plants every rule and hold at the usual size, ten removals due and none refused", () => {
    const { company, planted } = foundCompany(1, foundedAt, sizeOf({}));
    const laterRules = ["granted-again", "moved-department"];
    const decidedHolds = ["last-holder", "too-new", "unrestorable"];
    expect(ruleIds.filter((rule) => planted.first.findings[rule].length === 0)).toEqual(laterRules);
    expect(holdIds.filter((hold) => planted.first.holds[hold].length === 0)).toEqual([...decidedHolds, "unremovable"]);
    expect(planted.decisions.map(({ purpose }) => purpose)).toEqual(expect.arrayContaining(decidedHolds));
    expect(planted.first.revoked).toHaveLength(10);
    expect(planted.notPlanted).toEqual([]);
    expect(allGrants(company).length).toBeGreaterThan(850);
  });

  it.each([1, 2])("has the ids that a configuration names in every company: seed %i", (seed) => {
    const { planted } = foundCompany(seed, foundedAt, sizeOf({ people: 40 + seed * 100 }));
    expect(planted.first.holds["protected-holder"].map(({ holderId }) => holderId)).toEqual([protectedHolderId]);
    expect(planted.first.holds.canary).toEqual([{ holderId: canaryHolderId, roleId: canaryRoleId }]);
  });

  it("gives ids that lose themselves when they are read as numbers", () => {
    const { company } = foundCompany(1, foundedAt, sizeOf({}));
    const ids = company.employees.map(({ id }) => id);
    expect(ids.every((id) => /^\d{19}$/.test(id))).toBe(true);
    expect(new Set(ids.map(Number)).size).toBeLessThan(ids.length / 2);
  });
});

/** The removals of a review that carries out its plan, and the life after it. */
function reviewAndLiveOn(company: Company): void {
  const { revoked, refused } = expectationOf(company, foundedAt);
  for (const pair of revoked) applyEvent(company, { op: "remove", by: "api", at: foundedAt, appId: null, ...pair });
  for (const pair of refused) applyEvent(company, { op: "refuse", at: foundedAt, ...pair });
  for (const event of nextLife(company, foundedAt)) applyEvent(company, event);
}

describe("nextLife()", () => {
  it.each(companies)("gives later reviews their findings: $people people, seed $seed", ({ people, seed }) => {
    const { company } = foundCompany(seed, foundedAt, sizeOf({ people }));
    const [second, third, fourth] = [1, 2, 3].map(() => {
      reviewAndLiveOn(company);
      const expected = expectationOf(company, foundedAt);
      const grants = allGrants(company).length;
      const due = expected.revoked.length + expected.refused.length;
      expect(due).toBeGreaterThan(0);
      expect(due).toBeLessThanOrEqual(grants < 100 ? 20 : Math.min(20, grants * 0.05));
      expect(expected.findings["moved-department"].length).toBeGreaterThan(0);
      return expected;
    });
    expect([second?.refused, second?.holds.unremovable]).toEqual([[], []]);
    expect([third?.refused.length, third?.holds.unremovable]).toEqual([1, []]);
    expect([fourth?.refused, fourth?.holds.unremovable]).toEqual([[], third?.refused]);
  });

  it.each(companies)(
    "gives a removed grant again to one whose departure is called off: $people people, seed $seed",
    ({ people, seed }) => {
      const { company, planted } = foundCompany(seed, foundedAt, sizeOf({ people }));
      reviewAndLiveOn(company);
      const { findings, holds } = expectationOf(company, foundedAt);
      const [again, ...others] = findings["granted-again"];
      expect(others).toEqual([]);
      expect(planted.first.revoked).toContainEqual(again);
      expect(holds["too-new"]).toEqual([again]);
      expect(findings.leaver).not.toContainEqual(again);
    },
  );
});

describe("plantBrake()", () => {
  const now = () => foundedAt;

  it("makes more than 20 removals due", async () => {
    const sandbox = await startSandbox({ people: 400, now });
    plantBrake(sandbox, "maxExpiries");
    expect(expectationOf(sandbox.company, foundedAt).revoked.length).toBeGreaterThan(20);
    await sandbox.close();
  });

  it("makes more than 5 % of the grants due", async () => {
    const sandbox = await startSandbox({ people: 300, now });
    plantBrake(sandbox, "maxShare");
    const due = expectationOf(sandbox.company, foundedAt).revoked.length;
    expect(due / sandbox.grants().length).toBeGreaterThan(0.05);
    await sandbox.close();
  });

  it("lets a fifth of the grants vanish", async () => {
    const sandbox = await startSandbox({ people: 300, now });
    const before = sandbox.grants().length;
    plantBrake(sandbox, "maxPopulationDrop");
    expect(sandbox.grants().length / before).toBeLessThan(0.8);
    await sandbox.close();
  });

  it("says so if the company is too small", async () => {
    const sandbox = await startSandbox({ people: 40, now });
    expect(() => plantBrake(sandbox, "maxExpiries")).toThrow("Cannot plant the brake");
    await sandbox.close();
  });
});
