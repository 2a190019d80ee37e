import fc from "fast-check";
import { type Scenario, scenarioArbitrary } from "./scenario.ts";

/** Whoever is in it goes when asked to: so that roles are emptied often enough. */
const tamed = (scenario: Scenario): Scenario => ({
  ...scenario,
  people: scenario.people.map((each) => (each === "unknown" ? "active" : each)),
  unreadable: [],
  grants: scenario.grants.map((grant) => ({
    ...grant,
    scopes: grant.scopes ?? [[0]],
    removable: true,
    temper: grant.temper === "refusing" || grant.temper === "stubborn" ? "obedient" : grant.temper,
  })),
});

type Retiring = { retiring: number; grantsPerRevoke: number };

const retiringScenario = (scenario: Scenario, { retiring, grantsPerRevoke }: Retiring): Scenario => ({
  ...scenario,
  retiring,
  grants: scenario.grants.map((grant, at) => ({
    ...grant,
    role: at % 2 === 0 ? retiring : grant.role,
    temper: at % 3 === 0 && grant.temper === "obedient" ? "unheard" : grant.temper,
  })),
  shape: { ...scenario.shape, grantsPerRevoke, grantsPerRead: 100 },
});

/** The same, where the configuration thinks better of it once the plan is made; nobody need be in the role. */
const keptScenario = (scenario: Scenario, retiring: number): Scenario => ({
  ...scenario,
  retiring,
  reviews: scenario.reviews.map((each) => ({
    ...each,
    rounds: each.rounds.map((one) => ({ ...one, policyChange: { kind: "keep the role" }, isChangedLate: true })),
  })),
});

/**
 * Scenarios with a role that is to be retired and that many are in, with removals of up to a hundred in one call, and with
 * grants of whose removal the answer says nothing.
 */
export const retiringScenarioArbitrary: fc.Arbitrary<Scenario> = fc
  .record({
    scenario: fc.oneof(scenarioArbitrary.map(tamed), scenarioArbitrary),
    retiring: fc.nat(2),
    grantsPerRevoke: fc.constantFrom(3, 20, 100),
    isKept: fc.nat(9).map((each) => each === 0),
  })
  .map(({ scenario, isKept, ...rest }) =>
    isKept ? keptScenario(scenario, rest.retiring) : retiringScenario(scenario, rest),
  );
