import { epochMs } from "../../basics/time.ts";
import { isSweep } from "../keys.ts";
import type { Guard } from "../rules/policy.ts";
import type { BrakeLimit, Plan, PlanContext, PlanItem } from "./plan.ts";

/** The smallest population to which `maxShare` applies: of fewer grants, every removal is a large share. */
const shareFrom = 100;

/**
 * The share of grants that vanished since the previous snapshot, without our own verified removals; 0 if none vanished.
 */
function populationDrop({ review, population, previousPopulation }: PlanContext): number {
  // A sweep reads the holders whose status changed: that it reads fewer grants says nothing.
  if (isSweep(review)) return 0;
  const expected = previousPopulation ? previousPopulation.grants - previousPopulation.verifiedRemovals : 0;
  return expected > 0 ? Math.max(0, (expected - population.grants) / expected) : 0;
}

/** How many grants the source had at the previous review, where the plan is of a sweep. */
export function ofGrantsIn({ review, previousPopulation }: PlanContext): Pick<Plan, "ofGrants"> {
  return isSweep(review) && previousPopulation ? { ofGrants: previousPopulation.grants } : {};
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

/** How many grants a sweep removes at most where the policy does not say, as of an earlier version. */
const sweptAtMost = 10;

/** The limit on the number of items: a sweep has its own, as a mass leave is looked at before anything is removed. */
function expiryLimit(review: string, guard: Guard): Omit<BrakeLimit, "actual"> {
  return isSweep(review)
    ? { name: "sweepMaxExpiries", limit: guard.sweepMaxExpiries ?? sweptAtMost }
    : { name: "maxExpiries", limit: guard.maxExpiries };
}

/** The names of the limits on size. */
export const sizeLimitNames: ReadonlySet<string> = new Set(["maxExpiries", "sweepMaxExpiries", "maxShare"]);

/**
 * The limits on size that a plan trips. A share is one of the source's grants: of a sweep, which reads a few, of those that
 * the previous review read. `nowMs` is epoch milliseconds.
 */
export function sizeLimits({ review, items, population, ofGrants }: Sized, guard: Guard, nowMs: number): BrakeLimit[] {
  const expiries = countExpiries(items, nowMs);
  const grants = ofGrants ?? population.grants;
  const limits: BrakeLimit[] = [
    { ...expiryLimit(review, guard), actual: expiries },
    { name: "maxShare", limit: guard.maxShare, actual: grants >= shareFrom ? expiries / grants : 0 },
  ];
  return limits.filter(isTripped);
}

type Sized = Pick<Plan, "review" | "population" | "ofGrants"> & { items: readonly PlanItem[] };

/**
 * The limits that a plan trips: too many items, too few grants, or a first review. One tripped limit stops the whole
 * plan.
 */
export function brakeLimits(items: readonly PlanItem[], context: PlanContext): BrakeLimit[] {
  const { review, policy, population, createdAt, isFirstReview } = context;
  const drop = { name: "maxPopulationDrop", limit: policy.guard.maxPopulationDrop, actual: populationDrop(context) };
  const nowMs = epochMs(createdAt);
  const sized = { review, items, population, ...ofGrantsIn(context) };
  const tripped = [...sizeLimits(sized, policy.guard, nowMs), ...[drop].filter(isTripped)];
  // Trips whatever the counts: people look at the first review of a tenant before anything is removed.
  return isFirstReview
    ? [...tripped, { name: "first-review", limit: 0, actual: countExpiries(items, nowMs) }]
    : tripped;
}
