import fc from "fast-check";
import { changeArbitrary, type Round, type Scenario, type SweepSeed, scenarioArbitrary } from "./scenario.ts";

const comesOrGoes = fc.record({ kind: fc.constantFrom("leaves" as const, "returns" as const), holder: fc.nat(31) });

const sweepSeed: fc.Arbitrary<SweepSeed> = fc.record({
  daysLater: fc.constantFrom(0, 1, 1, 3),
  changes: fc.array(fc.oneof({ weight: 3, arbitrary: comesOrGoes }, { weight: 1, arbitrary: changeArbitrary }), {
    maxLength: 4,
  }),
  isApproved: fc.boolean(),
  isSealed: fc.constantFrom(true, true, true, false),
});

/** The configuration refuses a rule that acts in sweeps and has a notice. */
const withoutNotice = (round: Round, leaver: number, rules: number): Round => {
  const { policyChange } = round;
  const isNotice = policyChange?.kind === "notice" && policyChange.rule % rules === leaver;
  return isNotice ? { ...round, policyChange: null } : round;
};

const sweptScenario = (scenario: Scenario, sweeps: readonly SweepSeed[], sweepMaxExpiries: number): Scenario => {
  const { rules, guard } = scenario.policy;
  const leaver = rules.findIndex(({ id }) => id === "leaver");
  let next = 0;
  const takeSweep = (): SweepSeed => sweeps[next++ % sweeps.length]!;
  return {
    ...scenario,
    policy: {
      rules: rules.map((rule, at) => (at === leaver ? { ...rule, noticeDays: 0, sweep: true } : rule)),
      guard: { ...guard, sweepMaxExpiries },
    },
    reviews: scenario.reviews.map((review) => ({
      ...review,
      sweepBefore: takeSweep(),
      rounds: review.rounds.map((round) => ({
        ...withoutNotice(round, leaver, rules.length),
        sweep: takeSweep(),
      })),
    })),
  };
};

/** Scenarios whose rule on leavers acts in sweeps too: beside each round of a review and before the next, while people leave and come back. */
export const sweptScenarioArbitrary: fc.Arbitrary<Scenario> = fc
  .tuple(scenarioArbitrary, fc.array(sweepSeed, { minLength: 1, maxLength: 4 }), fc.constantFrom(10, 60, 2))
  .map(([scenario, sweeps, sweepMaxExpiries]) => sweptScenario(scenario, sweeps, sweepMaxExpiries));
