import fc from "fast-check";
import { faultsAfter } from "./always.ts";
import { type Disturbances, disturbancesArbitrary, undisturbed } from "./disturbances.ts";
import { differenceOf, endStateOf } from "./end-state.ts";
import { type Lived, live } from "./life-of-a-review.ts";
import { type Scenario, scenarioArbitrary } from "./scenario.ts";
import type { StagesUnderTest } from "./stages-under-test.ts";

/** One run: what there is, what happens, what goes wrong, and where the evidence is tampered with afterwards. */
export type Run = { scenario: Scenario; disturbances: Disturbances; tamperSeed: number };

export const runArbitrary: fc.Arbitrary<Run> = fc.record({
  scenario: scenarioArbitrary,
  disturbances: disturbancesArbitrary,
  tamperSeed: fc.nat(),
});

const isDisturbed = ({ faults, deadlines, doubles }: Disturbances): boolean =>
  faults.length > 0 || [...deadlines, ...doubles].some((each) => each !== null);

/** Lives a disturbed life and an undisturbed one; gives what must not be, and both for counting. */
export const faultsOf = async (run: Run, stages: StagesUnderTest): Promise<{ faults: string[]; lived: Lived }> => {
  const { scenario, disturbances, tamperSeed } = run;
  const lived = await live(scenario, disturbances, stages);
  const faults = await faultsAfter(lived, stages, tamperSeed);
  if (faults.length > 0 || !disturbances.isPatient || !isDisturbed(disturbances)) return { faults, lived };
  const difference = differenceOf(endStateOf(lived), endStateOf(await live(scenario, undisturbed, stages)));
  return { faults: difference === null ? [] : [difference], lived };
};
