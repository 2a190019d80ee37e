import fc from "fast-check";
import { faultsAfter } from "./always.ts";
import {
  type Disturbances,
  disturbancesArbitrary,
  narrowingDisturbancesArbitrary,
  retiringDisturbancesArbitrary,
  undisturbed,
} from "./disturbances.ts";
import { differenceOf, endStateOf } from "./end-state.ts";
import { live } from "./life-of-a-review.ts";
import { narrowingScenarioArbitrary } from "./narrowing-scenario.ts";
import { retiringScenarioArbitrary } from "./retiring-scenario.ts";
import type { LifeRecord } from "./run-stage.ts";
import { type Scenario, scenarioArbitrary } from "./scenario.ts";
import type { StagesUnderTest } from "./stages-under-test.ts";
import { sweptScenarioArbitrary } from "./swept-scenario.ts";

/** One run: what there is, what happens, what goes wrong, and where the evidence is tampered with afterwards. */
export type Run = { scenario: Scenario; disturbances: Disturbances; tamperSeed: number };

/** What the lives of a job are about. */
export type LifeKind = "removals" | "retirement" | "narrowing" | "sweeps";

const runOf = (scenario: fc.Arbitrary<Scenario>, disturbances: fc.Arbitrary<Disturbances>): fc.Arbitrary<Run> =>
  fc.record({ scenario, disturbances, tamperSeed: fc.nat() });

/** Runs by what they are about: with a role to be retired, removals go by the batch. */
export const runsOf: Readonly<Record<LifeKind, fc.Arbitrary<Run>>> = {
  removals: runOf(scenarioArbitrary, disturbancesArbitrary),
  retirement: runOf(retiringScenarioArbitrary, retiringDisturbancesArbitrary),
  narrowing: runOf(narrowingScenarioArbitrary, narrowingDisturbancesArbitrary),
  sweeps: runOf(sweptScenarioArbitrary, disturbancesArbitrary),
};

/** What must not be and is, of a run; the life that was disturbed, and the calm one that it was compared with. */
export type Judged = { faults: string[]; record: LifeRecord; calm: LifeRecord | null };

/** Lives a disturbed life, and, where a patient operator got through all that was met, an undisturbed one that must end the same. */
export const faultsOf = async (run: Run, stages: StagesUnderTest): Promise<Judged> => {
  const { scenario, disturbances, tamperSeed } = run;
  const record = await live(scenario, disturbances, stages);
  const faults = await faultsAfter(record, stages, tamperSeed);
  if (faults.length > 0 || !disturbances.isPatient || record.disturbed === 0) return { faults, record, calm: null };
  const calm = await live(scenario, undisturbed, stages);
  const difference = differenceOf(endStateOf(record), endStateOf(calm));
  return { faults: difference === null ? [] : [difference], record, calm };
};
