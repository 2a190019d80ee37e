import fc from "fast-check";
import type { Holder, Scopes } from "../../functions/review/grants/grant.ts";
import { normalizeScopes, scopesWithout } from "../../functions/review/grants/grant-comparison.ts";
import type { Policy, Rule } from "../../functions/review/rules/policy.ts";
import { type NarrowingSeed, type Scenario, scenarioArbitrary } from "./scenario.ts";

type Keeper = { keepScope: string; stays(id: string, holder: Holder): boolean };

/** What stays, in the language of rules and in plain words. */
const keepers: readonly Keeper[] = [
  { keepScope: "scope.id == holder.departmentId", stays: (id, { departmentId }) => id === departmentId },
  { keepScope: 'scope.id != "d4"', stays: (id) => id !== "d4" },
  { keepScope: 'scope.id in ["d0", "d2"]', stays: (id) => id === "d0" || id === "d2" },
];

/** The id of the rule that narrows. */
export const narrowRuleId = "narrowed";

/** The rule that narrows; it is for everybody, so that it meets grants that other rules remove. */
export const narrowRule = ({ keeper, noticeDays, overridable }: NarrowingSeed): Rule => ({
  id: narrowRuleId,
  when: 'grant.scopes.exists(s, s.dimension == "department")',
  then: "narrow",
  keepScope: keepers[keeper]!.keepScope,
  noticeDays,
  reason: { en: narrowRuleId, zh: narrowRuleId },
  overridable,
});

/** What the rule that narrows leaves of some scopes, by the policy; null where there is no such rule, or it takes nothing away. */
export const keptOf = ({ rules }: Policy, held: Scopes | null, holder: Holder): Scopes | null => {
  const scopes = normalizeScopes(held) ?? [];
  const rule = rules.find(({ id }) => id === narrowRuleId);
  const keeper = rule && keepers.find(({ keepScope }) => keepScope === rule.keepScope);
  if (!keeper) return null;
  const stays = withoutSome(scopes, (id) => !keeper.stays(id, holder));
  return scopesWithout(scopes, stays).length > 0 ? stays : null;
};

/** Scopes without some of their departments. A combination that loses every department of a part goes whole. */
export const withoutSome = (scopes: Scopes, isOut: (id: string) => boolean): Scopes =>
  scopes
    .map((parts) =>
      parts.map((part) => {
        const ids = part.ids.filter((id) => !isOut(id));
        return { ...part, ids, names: ids.map(() => null) };
      }),
    )
    .filter((parts) => parts.every(({ ids }) => ids.length > 0));

const seed: fc.Arbitrary<NarrowingSeed> = fc.record({
  keeper: fc.nat(keepers.length - 1),
  noticeDays: fc.constantFrom(0, 0, 0, 3),
  overridable: fc.boolean(),
  gone: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(4) }),
});

/** More is narrowed than in any company: most people stay, and most grants hold for several departments. */
const widened = (scenario: Scenario, narrowing: NarrowingSeed): Scenario => ({
  ...scenario,
  narrowing,
  people: scenario.people.map((each, at) => (at % 3 === 0 ? each : "active")),
  grants: scenario.grants.map((grant, at) => ({
    ...grant,
    scopes: at % 5 === 0 || grant.scopes === null ? grant.scopes : [...grant.scopes, [0], [at % 5]],
  })),
});

/** Scenarios with a rule that narrows. */
export const narrowingScenarioArbitrary: fc.Arbitrary<Scenario> = fc
  .record({ scenario: scenarioArbitrary, narrowing: seed })
  .map(({ scenario, narrowing }) => widened(scenario, narrowing));
