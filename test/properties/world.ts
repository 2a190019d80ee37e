import { dayMs, isoInstant } from "../../functions/basics/time.ts";
import type { Holder, Role } from "../../functions/review/grants/grant.ts";
import { grantId } from "../../functions/review/grants/grant-comparison.ts";
import { defaultGuard, type Policy, type Rule } from "../../functions/review/rules/policy.ts";
import { type Company, type Given, keyOf, standingGrants } from "./company.ts";
import type { Objects } from "./fake-store.ts";
import { narrowRule } from "./narrowing-scenario.ts";
import {
  type Change,
  type GrantSeed,
  type PolicyChange,
  type Scenario,
  type SilenceSeed,
  scopesOf,
} from "./scenario.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";

export const sourceId = "people";
export const startMs = Date.UTC(2026, 9, 1, 1);

/** Everything that outlives an invocation. */
export type World = {
  scenario: Scenario;
  clock: VirtualClock;
  company: Company;
  objects: Objects;
  policy: Policy;
  mode: "report" | "enforce";
};

const hourMs = 60 * 60 * 1000;

const roleOf = (number: number, retiring: number | undefined): Role => ({
  id: `r${number}`,
  code: `code-${number}`,
  name: { zh: `角色 ${number}`, en: `Role ${number}` },
  description: { zh: null, en: null },
  kind: number % 2 === 0 ? "organisational" : "functional",
  status: number === retiring ? "retiring" : "active",
});

const personOf = (id: string, status: Holder["status"]): Holder => ({
  id,
  kind: "user",
  status,
  name: `Person ${id}`,
  email: `${id}@example.com`,
  departmentId: "d0",
  managerId: null,
  lastDay: null,
  employedAgain: status === "left" ? false : null,
});

/** Where two seeds name the same holder and role, the next pair that is free is meant. */
const freePair = (
  company: Company,
  scenario: Scenario,
  seed: GrantSeed,
): { holderId: string; roleId: string } | null => {
  const { length: people } = scenario.people;
  for (let step = 0; step < people * scenario.roles; step++) {
    const holderId = `h${(seed.holder + step) % people}`;
    const roleId = `r${(seed.role + Math.floor(step / people)) % scenario.roles}`;
    const standing = company.given.get(keyOf({ holderId, roleId }));
    if (!standing || standing.goneAtMs !== null) return { holderId, roleId };
  }
  return null;
};

const give = (company: Company, scenario: Scenario, { seed, nowMs }: { seed: GrantSeed; nowMs: number }): void => {
  const pair = freePair(company, scenario, seed);
  const role = pair && company.roles.find(({ id }) => id === pair.roleId);
  if (!role) return;
  const givenAtMs = nowMs - (seed.ageDays ?? 0) * dayMs;
  const given: Given = {
    ...pair,
    scopes: seed.scopes && scopesOf(seed.scopes),
    grantedAt: seed.ageDays === null ? null : isoInstant(givenAtMs),
    givenAtMs,
    removable: seed.removable,
    restorable: seed.restorable && seed.scopes !== null && role.status !== "retiring",
    temper: seed.temper,
    isDoubled: seed.isDoubled,
    goneAtMs: null,
  };
  company.given.set(keyOf(pair), given);
};

const foundCompany = (scenario: Scenario): Company => {
  const people = scenario.people.map((status, at) => personOf(`h${at}`, status));
  const hidden = new Set(scenario.unreadable.map((number) => `h${number % people.length}`));
  const company: Company = {
    roles: Array.from({ length: scenario.roles }, (_, number) => roleOf(number, scenario.retiring)),
    people: new Map(people.filter(({ id }) => !hidden.has(id)).map((person) => [person.id, person])),
    given: new Map(),
    tasks: new Map(),
    goneDepartments: new Set(scenario.narrowing?.gone == null ? [] : [`d${scenario.narrowing.gone}`]),
    departmentNames: new Map(["d0", "d1", "d2"].map((id) => [id, `Department ${id}`])),
    isWhole: true,
  };
  // An hour before the first review, so that no age is a whole number of days when it is judged.
  for (const seed of scenario.grants) give(company, scenario, { seed, nowMs: startMs - hourMs });
  return company;
};

/** A rule as it is where silence has a consequence. */
const askingRule = (rule: Rule, silence: SilenceSeed | null): Rule =>
  silence && rule.id === "stale" ? { ...rule, then: "flag", onNoDecision: "expire", overridable: true } : rule;

const foundPolicy = (
  { policy: { rules, guard }, people, roles, silence, narrowing }: Scenario,
  company: Company,
): Policy => {
  const { protectedRole, protectedHolder, canary, ...limits } = guard;
  const standing = standingGrants(company, startMs);
  const known = canary === null ? [] : standing.slice(canary % standing.length).slice(0, 1);
  const held = standing.filter(
    ({ holderId }) => protectedHolder !== null && holderId === `h${protectedHolder % people.length}`,
  );
  return {
    formatVersion: 1,
    timezone: "UTC",
    decideWithinDays: silence?.decideWithinDays ?? 0,
    rules: [...(narrowing ? [narrowRule(narrowing)] : []), ...rules.map((rule) => askingRule(rule, silence))],
    guard: {
      ...defaultGuard,
      allowExpireUndecided: silence?.isAllowed ?? false,
      ...limits,
      maxPopulationDrop: 1,
      maxShare: 1,
      expectLeavers: false,
      protectedRoles: protectedRole === null ? [] : [`code-${protectedRole % roles}`],
      protectedHolders: held.slice(0, 1).map(({ holderId }) => holderId),
      canaries: known.map(({ holderId, roleId }) => ({ holder: holderId, role: roleId })),
    },
  };
};

export const foundWorld = (scenario: Scenario): World => {
  const company = foundCompany(scenario);
  return {
    scenario,
    clock: createVirtualClock(startMs),
    company,
    objects: new Map(),
    policy: foundPolicy(scenario, company),
    mode: "enforce",
  };
};

const withStatus = (person: Holder, status: Holder["status"]): Holder => ({
  ...person,
  status,
  employedAgain: status === "left" ? false : null,
});

/** Lets something happen at the provider. */
export const applyChange = ({ company, scenario, clock }: World, change: Change): void => {
  const nowMs = clock.now();
  if (change.kind === "given") {
    const { grant } = change;
    give(company, scenario, { seed: { ...grant, ageDays: grant.ageDays === null ? null : 0 }, nowMs });
    return;
  }
  if ("holder" in change) {
    const id = `h${change.holder % scenario.people.length}`;
    const person = company.people.get(id) ?? null;
    if (change.kind === "vanishes") company.people.delete(id);
    else if (person && change.kind === "moves")
      company.people.set(id, { ...person, departmentId: `d${1 + (change.holder % 3)}` });
    else if (person) company.people.set(id, withStatus(person, change.kind === "leaves" ? "left" : "active"));
    return;
  }
  const standing = standingGrants(company, nowMs);
  const given = standing[change.grant % Math.max(1, standing.length)];
  if (!given) return;
  if (change.kind === "taken") given.goneAtMs = nowMs;
  if (change.kind === "anew")
    Object.assign(given, { grantedAt: given.grantedAt && isoInstant(nowMs), givenAtMs: nowMs });
  if (change.kind === "grows")
    given.scopes = [...(given.scopes ?? []), ...scopesOf([[10 + (given.scopes?.length ?? 0)]])];
};

/** Changes today's configuration. */
export const applyPolicyChange = (world: World, change: PolicyChange): void => {
  const { rules, guard } = world.policy;
  const withGuard = (changes: Partial<Policy["guard"]>): void => {
    world.policy = { ...world.policy, guard: { ...guard, ...changes } };
  };
  const withRule = (at: number, changes: Partial<Policy["rules"][number]>): void => {
    world.policy = {
      ...world.policy,
      rules: rules.map((each, index) => (index === at % rules.length ? { ...each, ...changes } : each)),
    };
  };
  if (change.kind === "report" || change.kind === "enforce") world.mode = change.kind;
  if (change.kind === "keep the role")
    world.company.roles = world.company.roles.map((role) => ({ ...role, status: "active" }));
  if (change.kind === "protect role")
    withGuard({ protectedRoles: [...guard.protectedRoles, `r${change.number % world.scenario.roles}`] });
  if (change.kind === "protect holder")
    withGuard({ protectedHolders: [...guard.protectedHolders, `h${change.number % world.scenario.people.length}`] });
  if (change.kind === "brake") withGuard({ maxExpiries: change.maxExpiries });
  if (change.kind === "notice") withRule(change.rule, { noticeDays: change.days });
  if (change.kind === "overridable") withRule(change.rule, { overridable: true });
  if (change.kind === "drop rule")
    world.policy = { ...world.policy, rules: rules.filter((_, at) => at !== change.rule) };
};

/** The id of what stands between a holder and a role. */
export const idOf = ({ holderId, roleId }: { holderId: string; roleId: string }): string =>
  grantId(sourceId, holderId, roleId);
