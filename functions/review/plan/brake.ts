import { epochMs } from "../../basics/time.ts";
import type { Guard } from "../rules/policy.ts";
import type { BrakeLimit, Plan, PlanContext, PlanItem } from "./plan.ts";

/** Below so many grants a share says little. */
const shareFrom = 100;

/** The share of grants that vanished since the previous snapshot by other hands than ours, 0 where none did. */
function populationDrop({ population, previousPopulation }: PlanContext): number {
  const expected = previousPopulation ? previousPopulation.grants - previousPopulation.verifiedRemovals : 0;
  return expected > 0 ? Math.max(0, (expected - population.grants) / expected) : 0;
}

/**
 * How many items a plan would remove, holds aside. What expires only if nobody decides counts once nobody can any more, at
 * `nowMs`: until then a hundred open questions are no reason to leave a leaver's grants in place.
 */
function countExpiries(items: readonly PlanItem[], nowMs: number): number {
  return items.filter(({ hold, ifUndecided, notBefore }) => !hold && !(ifUndecided && epochMs(notBefore) > nowMs))
    .length;
}

function isTripped({ limit, actual }: BrakeLimit): boolean {
  return actual > limit;
}

/** The limits on its size that a plan trips by a guard, at an instant in epoch milliseconds. */
export function sizeLimits({ items, population: { grants } }: Sized, guard: Guard, nowMs: number): BrakeLimit[] {
  const expiries = countExpiries(items, nowMs);
  const limits: BrakeLimit[] = [
    { name: "maxExpiries", limit: guard.maxExpiries, actual: expiries },
    { name: "maxShare", limit: guard.maxShare, actual: grants >= shareFrom ? expiries / grants : 0 },
  ];
  return limits.filter(isTripped);
}

type Sized = Pick<Plan, "population"> & { items: readonly PlanItem[] };

/** The limits that a plan trips, each of which stops all of it: too many items, too few grants, or nobody looked yet. */
export function brakeLimits(items: readonly PlanItem[], context: PlanContext): BrakeLimit[] {
  const { policy, population, createdAt, isFirstReview } = context;
  const drop = { name: "maxPopulationDrop", limit: policy.guard.maxPopulationDrop, actual: populationDrop(context) };
  const nowMs = epochMs(createdAt);
  const tripped = [...sizeLimits({ items, population }, policy.guard, nowMs), ...[drop].filter(isTripped)];
  // Tripped whatever the figures: the first review of a tenant is looked at before it removes anything.
  return isFirstReview
    ? [...tripped, { name: "first-review", limit: 0, actual: countExpiries(items, nowMs) }]
    : tripped;
}
