import { countExpiries } from "../review/brake.ts";
import type { BrakeLimit } from "../review/plan.ts";
import type { LoadedPlan } from "./loaded-plan.ts";
import type { Stage } from "./stage.ts";

/** The limits that stop a plan: those it tripped when it was made, and today's where they are narrower. */
export const brakeToday = (stage: Stage, { plan }: Pick<LoadedPlan, "plan">): BrakeLimit[] => {
  const { maxExpiries, maxShare } = stage.policy.guard;
  const expiries = countExpiries(plan.items, stage.clock.now());
  const share = plan.population.grants >= 100 ? expiries / plan.population.grants : 0;
  const today: BrakeLimit[] = [
    { name: "maxExpiries", limit: maxExpiries, actual: expiries },
    { name: "maxShare", limit: maxShare, actual: share },
  ];
  const known = new Set(plan.brake.limits.map(({ name }) => name));
  return [...plan.brake.limits, ...today.filter(({ name, limit, actual }) => actual > limit && !known.has(name))];
};
