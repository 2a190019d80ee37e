import { sizeLimits } from "../review/plan/brake.ts";
import type { BrakeLimit } from "../review/plan/plan.ts";
import type { Stage } from "../review/stage.ts";
import type { LoadedPlan } from "./loaded-plan.ts";

/** The limits that stop a plan: those it tripped when it was made, and today's where they are narrower. */
export const brakeToday = (stage: Stage, { plan }: Pick<LoadedPlan, "plan">): BrakeLimit[] => {
  const known = new Set(plan.brake.limits.map(({ name }) => name));
  const today = sizeLimits(plan, stage.policy.guard, stage.clock.now());
  return [...plan.brake.limits, ...today.filter(({ name }) => !known.has(name))];
};
