import fc from "fast-check";
import type { HolderStatus, Scopes } from "../../functions/review/grants/grant.ts";
import type { Guard, Rule } from "../../functions/review/rules/policy.ts";
import type { Temper } from "./company.ts";
import type { Shape } from "./fake-source.ts";

/** A grant to begin with or to be given later: holder and role by their number. */
export type GrantSeed = {
  holder: number;
  role: number;
  scopes: number[][] | null;
  ageDays: number | null;
  removable: boolean;
  restorable: boolean;
  temper: Temper;
  isDoubled: boolean;
};

/** What happens at the provider between two rounds; numbers are taken modulo what there is. */
export type Change =
  | { kind: "leaves" | "returns" | "vanishes" | "moves"; holder: number }
  | { kind: "given"; grant: GrantSeed }
  | { kind: "taken" | "anew" | "grows"; grant: number };

export type DecisionSeed = { grant: number; decision: "keep" | "revoke"; days: number; isOwn: boolean };

/** What the operator changes in today's configuration. */
export type PolicyChange =
  | { kind: "protect role" | "protect holder"; number: number }
  | { kind: "notice"; rule: number; days: number }
  | { kind: "drop rule" | "overridable"; rule: number }
  | { kind: "brake"; maxExpiries: number }
  | { kind: "report" | "enforce" | "keep the role" };

/** A sweep after so many days in which things happened, beside the open review or before the next. */
export type SweepSeed = { daysLater: number; changes: Change[]; isApproved: boolean; isSealed: boolean };

/** Assess, then expire, after so many days in which things happened. */
export type Round = {
  daysLater: number;
  changes: Change[];
  decisions: DecisionSeed[];
  policyChange: PolicyChange | null;
  /** Whether the configuration is changed only when the plan is made already. */
  isChangedLate: boolean;
  isApproved: boolean;
  isStopped: boolean;
  /** Whether the decisions come only when the plan is made already. */
  isDecidedLate: boolean;
  /** What somebody does to the plan or to what it was made from, before it is acted on; it is put right again afterwards. */
  tampering: Tampering | null;
  /** After the round; left out: none. */
  sweep?: SweepSeed;
};

export type Tampering =
  | "adds an item"
  | "lifts the holds"
  | "lifts the brake"
  | "touches the snapshot"
  | "touches the policy";

export type ReviewSeed = {
  changes: Change[];
  /** Whether the provider's proofs find the listing whole. */
  isWhole: boolean;
  rounds: Round[];
  isSealed: boolean;
  /** Whether somebody slips an outcome in that is off the plan, before it is sealed. */
  isForged: boolean;
  /** Whether its stages are invoked once more when it is sealed. */
  isRevisited: boolean;
  /** All that was revoked is put back, or every second one by name. */
  restore: "none" | "all" | "named";
  /** Before its snapshot; left out: none. */
  sweepBefore?: SweepSeed;
};

export type PolicySeed = {
  rules: Rule[];
  guard: Pick<
    Guard,
    | "maxExpiries"
    | "sweepMaxExpiries"
    | "maxRoleShare"
    | "keepLastHolder"
    | "minGrantAgeDays"
    | "allowUnrestorable"
    | "maxUnknownShare"
  > & {
    protectedRole: number | null;
    protectedHolder: number | null;
    canary: number | null;
  };
};

/** Rule `stale` becomes a flag, which expires what nobody decided on within these days, if there is the second key. */
export type SilenceSeed = { decideWithinDays: number; isAllowed: boolean };

/**
 * A rule that narrows: which of `keepers` says what stays, for how many days it gives notice, and a department that no longer exists
 * (by its number; null: all do).
 */
export type NarrowingSeed = { keeper: number; noticeDays: number; overridable: boolean; gone: number | null };

/** A company, a policy, and what happens in up to two reviews. */
export type Scenario = {
  roles: number;
  /** The role that is to be emptied and deleted, by its number; none where it is absent. */
  retiring?: number;
  people: HolderStatus[];
  unreadable: number[];
  grants: GrantSeed[];
  shape: Shape;
  policy: PolicySeed;
  reviews: ReviewSeed[];
  /** Null: nobody is waited for, and `stale` expires whatever anybody decides. */
  silence: SilenceSeed | null;
  /** Absent: nothing is narrowed. */
  narrowing?: NarrowingSeed;
};

const days = (max: number) => fc.integer({ min: 0, max });
const usually = fc.constantFrom(true, true, true, true, true, true, true, true, true, false);
const seldom = usually.map((is) => !is);

const temper: fc.Arbitrary<Temper> = fc.constantFrom(
  "obedient",
  "obedient",
  "obedient",
  "obedient",
  "obedient",
  "obedient",
  "slow",
  "refusing",
  "stubborn",
);

const grantSeed: fc.Arbitrary<GrantSeed> = fc.record({
  holder: fc.nat(31),
  role: fc.nat(7),
  scopes: fc.oneof(
    {
      weight: 12,
      arbitrary: fc.array(fc.array(fc.nat(4), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
    },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  ageDays: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 500 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  removable: usually,
  restorable: usually,
  temper,
  isDoubled: seldom,
});

/** Anything that may happen at the provider. */
export const changeArbitrary: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      "leaves" as const,
      "leaves" as const,
      "returns" as const,
      "vanishes" as const,
      "moves" as const,
    ),
    holder: fc.nat(31),
  }),
  fc.record({ kind: fc.constant("given" as const), grant: grantSeed }),
  fc.record({ kind: fc.constantFrom("taken" as const, "anew" as const, "grows" as const), grant: fc.nat(59) }),
);

const decision: fc.Arbitrary<DecisionSeed> = fc.record({
  grant: fc.nat(59),
  decision: fc.constantFrom("keep" as const, "keep" as const, "revoke" as const),
  days: days(40),
  isOwn: seldom,
});

const policyChange: fc.Arbitrary<PolicyChange> = fc.oneof(
  fc.record({ kind: fc.constantFrom("protect role" as const, "protect holder" as const), number: fc.nat(31) }),
  fc.record({ kind: fc.constant("notice" as const), rule: fc.nat(3), days: days(12) }),
  fc.record({ kind: fc.constantFrom("drop rule" as const, "overridable" as const), rule: fc.nat(3) }),
  fc.record({ kind: fc.constant("brake" as const), maxExpiries: fc.nat(20) }),
  fc.record({ kind: fc.constantFrom("report" as const, "enforce" as const) }),
);

const maybe = <T>(arbitrary: fc.Arbitrary<T>, weight = 3): fc.Arbitrary<T | null> =>
  fc.oneof({ weight, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const round: fc.Arbitrary<Round> = fc.record({
  daysLater: fc.constantFrom(0, 1, 3, 7, 8, 14, 30),
  changes: fc.array(changeArbitrary, { maxLength: 3 }),
  decisions: fc.array(decision, { maxLength: 4 }),
  policyChange: maybe(policyChange),
  isChangedLate: fc.boolean(),
  isApproved: fc.constantFrom(true, true, false),
  isStopped: seldom,
  isDecidedLate: fc.boolean(),
  tampering: maybe(
    fc.constantFrom(
      "adds an item" as const,
      "lifts the holds" as const,
      "lifts the brake" as const,
      "touches the snapshot" as const,
      "touches the policy" as const,
    ),
    15,
  ),
});

const review: fc.Arbitrary<ReviewSeed> = fc.record({
  changes: fc.array(changeArbitrary, { maxLength: 4 }),
  isWhole: usually,
  rounds: fc.oneof(
    { weight: 5, arbitrary: fc.tuple(round) },
    { weight: 4, arbitrary: fc.tuple(round, round) },
    { weight: 1, arbitrary: fc.tuple(round, round, round) },
  ),
  isSealed: usually,
  isForged: seldom,
  isRevisited: seldom,
  restore: fc.constantFrom("none" as const, "none" as const, "all" as const, "named" as const),
});

const rule = (id: string, when: string, noticeDays: fc.Arbitrary<number>): fc.Arbitrary<Rule> =>
  fc.record({
    id: fc.constant(id),
    when: fc.constant(when),
    then: fc.constant("expire" as const),
    noticeDays,
    reason: fc.constant({ en: id, zh: id }),
    overridable: fc.boolean(),
  });

/** How old a grant is when rule `stale` matches it. */
export const staleDays = 200;

const rules: fc.Arbitrary<Rule[]> = fc
  .tuple(
    rule("leaver", 'holder.status == "left"', fc.constantFrom(0, 0, 0, 7)),
    rule("revoke", "decision.revoke", fc.constantFrom(0, 1)),
    rule("returned", "has(previous.revokedAt)", fc.constantFrom(0, 7)),
    rule("stale", `grant.grantedAt < now - days(${staleDays})`, fc.constantFrom(0, 3, 7)),
  )
  .map((all) => [
    ...all,
    {
      id: "moved",
      when: "previous.exists && previous.departmentId != holder.departmentId",
      then: "flag",
      noticeDays: 0,
      reason: { en: "moved", zh: "moved" },
      overridable: true,
    },
  ]);

const policy: fc.Arbitrary<PolicySeed> = fc.record({
  rules,
  guard: fc.record({
    maxExpiries: fc.constantFrom(60, 60, 60, 10, 3),
    maxRoleShare: fc.constantFrom(1, 1, 0.5),
    keepLastHolder: seldom,
    minGrantAgeDays: fc.constantFrom(0, 0, 14),
    allowUnrestorable: fc.boolean(),
    maxUnknownShare: fc.constantFrom(1, 1, 1, 1, 0.05),
    protectedRole: maybe(fc.nat(7)),
    protectedHolder: maybe(fc.nat(31)),
    canary: maybe(fc.nat(59)),
  }),
});

const shape: fc.Arbitrary<Shape> = fc.record({
  pageSize: fc.constantFrom(2, 5, 20),
  listings: fc.integer({ min: 1, max: 3 }),
  holdersPerRead: fc.constantFrom(2, 10, 100),
  grantsPerRead: fc.constantFrom(1, 1, 3, 20),
  grantsPerRevoke: fc.constantFrom(1, 1, 3),
  revokePaceMs: fc.constantFrom(0, 0, 3_000),
  taskMs: fc.constantFrom(null, null, 2_500, 8_000),
});

const status: fc.Arbitrary<HolderStatus> = fc.constantFrom(
  "active",
  "active",
  "active",
  "left",
  "left",
  "leaving",
  "disabled",
  "unknown",
);

/** Any company of 5 to 60 grants, and what may happen to it in one or two reviews. */
export const scenarioArbitrary: fc.Arbitrary<Scenario> = fc.record({
  roles: fc.integer({ min: 3, max: 8 }),
  people: fc.array(status, { minLength: 8, maxLength: 24 }),
  unreadable: fc.array(fc.nat(31), { maxLength: 2 }),
  grants: fc.array(grantSeed, { minLength: 5, maxLength: 60 }),
  shape,
  policy,
  reviews: fc.oneof({ weight: 2, arbitrary: fc.tuple(review) }, { weight: 1, arbitrary: fc.tuple(review, review) }),
  silence: maybe(fc.record({ decideWithinDays: fc.constantFrom(1, 3, 8), isAllowed: usually })),
});

/** The scopes that a seed stands for: departments by number, two of them as "and". */
export const scopesOf = (seed: number[][]): Scopes =>
  seed.map((parts) => parts.map((department) => ({ dimension: "department", ids: [`d${department}`], names: [null] })));
