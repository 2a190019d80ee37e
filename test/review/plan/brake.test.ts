import { describe, expect, it } from "vitest";
import { brakeLimits } from "../../../functions/review/plan/brake.ts";
import { buildPlan } from "../../../functions/review/plan/build-plan.ts";
import type { PlanContext, PlanItem } from "../../../functions/review/plan/plan.ts";
import type { Guard } from "../../../functions/review/rules/policy.ts";
import { inventCandidate, inventContext } from "../grants/invented-grants.ts";

const [item] = buildPlan([inventCandidate()], inventContext()).items as [PlanItem];
const held: PlanItem = { ...item, hold: { by: "too-new", detail: "" } };

const limitsOf = (items: number, changes: Partial<PlanContext> = {}, guard: Partial<Guard> = {}) =>
  brakeLimits([...Array<PlanItem>(items).fill(item), ...Array<PlanItem>(50).fill(held)], inventContext(changes, guard));

const population = (grants: number) => ({ grants, holders: grants, roles: 4 });

describe("brakeLimits()", () => {
  it("trips on more items than maxExpiries, holds aside", () => {
    expect(limitsOf(20)).toEqual([]);
    expect(limitsOf(21)).toEqual([{ name: "maxExpiries", limit: 20, actual: 21 }]);
  });

  it("counts what expires only if nobody decides from the end of the window on", () => {
    const windowEndsAt = "2026-10-15T02:00:00Z";
    const undecided: PlanItem = { ...item, ifUndecided: true, notBefore: windowEndsAt };
    const tripped = (createdAt: string) =>
      brakeLimits(Array<PlanItem>(21).fill(undecided), inventContext({ createdAt })).map(({ name }) => name);
    expect(tripped("2026-10-15T01:59:59Z")).toEqual([]);
    expect(tripped(windowEndsAt)).toEqual(["maxExpiries"]);
  });

  it("trips on a larger share than maxShare of a source with at least 100 grants", () => {
    const previousPopulation = null;
    expect(limitsOf(5, { population: population(100), previousPopulation })).toEqual([]);
    expect(limitsOf(6, { population: population(100), previousPopulation })).toEqual([
      { name: "maxShare", limit: 0.05, actual: 0.06 },
    ]);
    expect(limitsOf(6, { population: population(99), previousPopulation })).toEqual([]);
  });

  it("trips on a population that dropped by more than maxPopulationDrop, our own verified removals aside", () => {
    const drop = (grants: number, verifiedRemovals: number) =>
      limitsOf(0, { population: population(grants), previousPopulation: { grants: 1000, verifiedRemovals } });
    expect(drop(800, 0)).toEqual([]);
    expect(drop(799, 0)).toEqual([{ name: "maxPopulationDrop", limit: 0.2, actual: 0.201 }]);
    expect(drop(720, 100)).toEqual([]);
    expect(drop(1200, 0)).toEqual([]);
    expect(drop(0, 1000)).toEqual([]);
  });

  it("trips on every first review, whatever the figures", () => {
    expect(limitsOf(1, { isFirstReview: true, previousPopulation: null })).toEqual([
      { name: "first-review", limit: 0, actual: 1 },
    ]);
  });

  it("names all limits that trip", () => {
    const limits = limitsOf(21, { population: population(200), isFirstReview: true }, { maxPopulationDrop: 0 });
    expect(limits.map(({ name }) => name)).toEqual(["maxExpiries", "maxShare", "maxPopulationDrop", "first-review"]);
  });
});
