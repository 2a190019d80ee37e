import { epochMs } from "../../basics/time.ts";
import type { Guard } from "../rules/policy.ts";
import type { BrakeLimit, Plan, PlanContext, PlanItem } from "./plan.ts";

/** The smallest population to which `maxShare` applies: of fewer grants, every removal is a large share. */
const shareFrom = 100;

/**
 * The share of grants that vanished since the previous snapshot, without our own verified removals; 0 if none vanished.
 */
function populationDrop({ population, previousPopulation }: PlanContext): number {
  const expected = previousPopulation ? previousPopulation.grants - previousPopulation.verifiedRemovals : 0;
  return expected > 0 ? Math.max(0, (expected - population.grants) / expected) : 0;
}

/**
 * How many items a plan would remove, without held items. An item that expires only if nobody decides counts from the
 * end of its window on: until then, a hundred undecided flags must not stop the removal of a leaver's grants.
 */
function countExpiries(items: readonly PlanItem[], nowMs: number): number {
  return items.filter(({ hold, ifUndecided, notBefore }) => !hold && !(ifUndecided && epochMs(notBefore) > nowMs))
    .length;
}

function isTripped({ limit, actual }: BrakeLimit): boolean {
  return actual > limit;
}

/** The limits on size that a plan trips. `nowMs` is epoch milliseconds. */
export function sizeLimits({ items, population: { grants } }: Sized, guard: Guard, nowMs: number): BrakeLimit[] {
  const expiries = countExpiries(items, nowMs);
  const limits: BrakeLimit[] = [
    { name: "maxExpiries", limit: guard.maxExpiries, actual: expiries },
    { name: "maxShare", limit: guard.maxShare, actual: grants >= shareFrom ? expiries / grants : 0 },
  ];
  return limits.filter(isTripped);
}

type Sized = Pick<Plan, "population"> & { items: readonly PlanItem[] };

/**
 * The limits that a plan trips: too many items, too few grants, or a first review. One tripped limit stops the whole
 * plan.
 */
export function brakeLimits(items: readonly PlanItem[], context: PlanContext): BrakeLimit[] {
  const { policy, population, createdAt, isFirstReview } = context;
  const drop = { name: "maxPopulationDrop", limit: policy.guard.maxPopulationDrop, actual: populationDrop(context) };
  const nowMs = epochMs(createdAt);
  const tripped = [...sizeLimits({ items, population }, policy.guard, nowMs), ...[drop].filter(isTripped)];
  // Trips whatever the counts: people look at the first review of a tenant before anything is removed.
  return isFirstReview
    ? [...tripped, { name: "first-review", limit: 0, actual: countExpiries(items, nowMs) }]
    : tripped;
}
