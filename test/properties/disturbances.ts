import fc from "fast-check";
import type { Call, FaultKind, Faults } from "./gate.ts";

/** The nth call of this name, or the nth time that one write follows another (`A → B`), gets this fault. */
export type FaultSeed = { call: string; nth: number; kind: FaultKind };

/** The name of the moment between two writes of one invocation. */
export const between = (before: string, after: string): string => `${before} → ${after}`;

/** Everything that goes wrong in a life, and how the operator takes it. Lists are by invocation. */
export type Disturbances = {
  faults: FaultSeed[];
  /** How many looks at the clock an invocation has before its deadline; null: it has time enough. */
  deadlines: (number | null)[];
  /** Seeds of the interleaving with a second invocation that was started at the same time; null: there is none. */
  doubles: (number | null)[];
  /** Whether it is known that a killed invocation is gone, or only its lease runs out. */
  isGoneKnown: boolean;
  /** Whether a stage is invoked until it has ended, or given up after its first failure, for now. */
  isPatient: boolean;
  /** Whether who froze wakes while the next invocation is at work, or when it has ended. */
  isThawedLate: boolean;
};

const writeKinds = ["refused", "timed out before", "timed out after", "killed before", "killed after"] as const;
const readKinds = ["refused", "timed out before", "killed before", "slow"] as const;

/** Durable writes with how many of twenty lives make them at least once: what is rare is tried more often. */
const storeWrites: Record<string, number> = {
  "replace lease": 23,
  "create spool roles": 18,
  "create spool run": 15,
  "create spool reads": 17,
  "replace checkpoint snapshot.json": 20,
  "create part": 16,
  "create roles.jsonl.gz": 16,
  "create reads.jsonl.gz": 14,
  "create snapshot.json": 16,
  "replace checkpoint assess.json": 12,
  "create assessment policy.json": 11,
  "create assessment decisions.jsonl": 11,
  "create assessment findings.jsonl.gz": 11,
  "create assessment report.html": 11,
  "create assessment report.csv": 11,
  "create assessment plan.json": 11,
  "create approval": 9,
  "create intent.json": 9,
  "create outcome.json": 9,
  "replace checkpoint expire.json": 9,
  "replace checkpoint seal.json": 13,
  "create report.html": 10,
  "create report.csv": 9,
  "create evidence.json": 12,
  "create restored.json": 3,
};

const providerReads: Record<string, number> = {
  readRoles: 20,
  planListings: 20,
  "readPage first": 20,
  "readPage next": 10,
  readHolders: 20,
  nameScopes: 20,
  prove: 15,
  readGrants: 11,
  readTask: 5,
};

const providerWrites: Record<string, number> = { revoke: 8, restore: 3 };

const storeReads: Record<string, number> = {
  list: 20,
  "get lease": 20,
  "get stop.json": 12,
  "get snapshot.json": 20,
  "get part": 18,
  "get roles.jsonl.gz": 18,
  "get spool roles": 20,
  "get spool run": 20,
  "get checkpoint snapshot.json": 20,
  "get checkpoint assess.json": 16,
  "get checkpoint expire.json": 10,
  "get checkpoint seal.json": 20,
  "get assessment plan.json": 16,
  "get assessment policy.json": 16,
  "get assessment findings.jsonl.gz": 16,
  "get approval": 8,
  "get decisions": 8,
  "get intent.json": 8,
  "get outcome.json": 8,
  "get evidence.json": 20,
};

/** Which write follows which in lives that nothing disturbs; a kill comes between each. */
const successionsByCommonness: Record<string, number> = {
  "replace lease → replace lease": 20,
  "replace lease → create spool roles": 20,
  "create spool roles → replace checkpoint snapshot.json": 20,
  "replace checkpoint snapshot.json → create spool run": 20,
  "create spool run → create spool reads": 20,
  "create spool reads → replace checkpoint snapshot.json": 20,
  "replace checkpoint snapshot.json → create spool reads": 0.2,
  "replace checkpoint snapshot.json → replace checkpoint snapshot.json": 20,
  "replace checkpoint snapshot.json → replace lease": 20,
  "replace lease → create part": 20,
  "create part → create roles.jsonl.gz": 20,
  "create roles.jsonl.gz → create reads.jsonl.gz": 20,
  "create reads.jsonl.gz → create snapshot.json": 20,
  "create snapshot.json → replace lease": 20,
  "replace lease → replace checkpoint seal.json": 19,
  "create evidence.json → replace lease": 19,
  "replace lease → replace checkpoint assess.json": 15,
  "replace checkpoint assess.json → create assessment policy.json": 15,
  "create assessment policy.json → create assessment decisions.jsonl": 15,
  "create assessment decisions.jsonl → create assessment findings.jsonl.gz": 15,
  "create assessment findings.jsonl.gz → create assessment report.csv": 15,
  "create assessment report.csv → create assessment report.html": 15,
  "create assessment report.html → create assessment plan.json": 15,
  "create assessment plan.json → replace lease": 15,
  "replace checkpoint seal.json → create report.csv": 14,
  "create report.csv → create report.html": 14,
  "create report.html → create evidence.json": 14,
  "replace checkpoint expire.json → replace lease": 12,
  "create intent.json → revoke": 12,
  "replace lease → create intent.json": 12,
  "revoke → create outcome.json": 7,
  "create outcome.json → replace checkpoint expire.json": 12,
  "replace lease → create approval": 10,
  "create approval → replace lease": 10,
  "create outcome.json → create outcome.json": 8,
  "create intent.json → create intent.json": 5,
  "replace checkpoint seal.json → create evidence.json": 6,
  "replace lease → restore": 3,
  "restore → create restored.json": 3,
  "create restored.json → replace lease": 3,
  "revoke → revoke": 5,
  "create outcome.json → create intent.json": 3,
  "replace lease → create outcome.json": 4,
  "create outcome.json → replace lease": 4,
  "create restored.json → restore": 3,
  "replace checkpoint assess.json → replace lease": 2,
  "revoke → create intent.json": 2,
  "revoke → replace checkpoint expire.json": 7,
  "replace checkpoint expire.json → create outcome.json": 6,
  "replace checkpoint expire.json → create intent.json": 3,
  "replace checkpoint expire.json → replace checkpoint expire.json": 3,
  "replace checkpoint expire.json → revoke": 1,
  "replace lease → revoke": 1,
  "replace lease → replace checkpoint expire.json": 0.4,
  "create outcome.json → revoke": 0.2,
};

export const successions: string[] = Object.keys(successionsByCommonness);

type Possible = { call: string; kind: FaultKind; weight: number };

const each = (calls: Record<string, number>, kinds: readonly FaultKind[], scale = 1): Possible[] =>
  Object.entries(calls).flatMap(([call, commonness]) =>
    kinds.map((kind) => ({ call, kind, weight: Math.round((scale * 240) / commonness) })),
  );

/** Faults at provider calls and at durable writes: each of these must be met often enough for the count to mean something. */
export const countedFaults: Possible[] = [
  ...each(storeWrites, writeKinds),
  ...each(providerReads, readKinds),
  ...each(providerWrites, writeKinds),
];

const furtherFaults: Possible[] = [
  ...each(storeReads, ["refused", "killed before", "frozen"], 0.1),
  ...each(storeWrites, ["frozen"], 0.2),
  ...each(providerReads, ["frozen", "killed after"], 0.2),
  ...each({ "readPage next": 20, readGrants: 11, readHolders: 20 }, ["stopped"], 0.5),
  { call: "readPage next", kind: "forgotten", weight: 15 },
];

const successionFaults: Possible[] = each(successionsByCommonness, ["killed before"], 0.25);

const nth = fc.oneof(
  { weight: 16, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.integer({ min: 2, max: 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: 5, max: 12 }) },
);

const faultSeed: fc.Arbitrary<FaultSeed> = fc
  .tuple(
    fc.oneof(
      ...[...countedFaults, ...furtherFaults, ...successionFaults].map(({ call, kind, weight }) => ({
        weight,
        arbitrary: fc.constant({ call, kind }),
      })),
    ),
    nth,
  )
  .map(([what, which]) => ({ ...what, nth: which }));

const seldom = <T>(arbitrary: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T | null> =>
  fc.oneof({ weight, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

export const disturbancesArbitrary: fc.Arbitrary<Disturbances> = fc.record({
  faults: fc.array(faultSeed, { maxLength: 17, size: "max" }),
  deadlines: fc.array(seldom(fc.integer({ min: 1, max: 9 }), 1), { maxLength: 8, size: "max" }),
  doubles: fc.array(seldom(fc.nat(), 9), { maxLength: 10 }),
  isGoneKnown: fc.boolean(),
  isPatient: fc.constantFrom(true, true, false),
  isThawedLate: fc.boolean(),
});

const retirementFaults: FaultSeed[] = each(
  { deleteRole: 1, "create retired intent.json": 1, "create retired outcome.json": 1 },
  writeKinds,
)
  .concat(each({ hasRole: 1 }, readKinds))
  .map(({ call, kind }) => ({ call, kind, nth: 1 }));

/** The same, and more that goes wrong while a role is retired. */
export const retiringDisturbancesArbitrary: fc.Arbitrary<Disturbances> = fc
  .tuple(disturbancesArbitrary, fc.array(fc.constantFrom(...retirementFaults), { maxLength: 6, size: "max" }))
  .map(([disturbances, more]) => ({ ...disturbances, faults: [...disturbances.faults, ...more] }));

/** Which write follows which where grants are narrowed; a kill comes between each. */
export const narrowingSuccessions = [
  between("create intent.json", "setScopes"),
  between("setScopes", "replace checkpoint expire.json"),
  between("replace checkpoint expire.json", "create outcome.json"),
  between("create outcome.json", "create intent.json"),
  between("setScopes", "create restored.json"),
];

const narrowingFaults: FaultSeed[] = each({ setScopes: 1 }, writeKinds)
  .concat(
    each({ withoutGone: 1 }, readKinds),
    each(Object.fromEntries(narrowingSuccessions.map((name) => [name, 1])), ["killed before"]),
  )
  .map(({ call, kind }) => ({ call, kind, nth: 1 }));

/** The same, and more that goes wrong while grants are narrowed. */
export const narrowingDisturbancesArbitrary: fc.Arbitrary<Disturbances> = fc
  .tuple(
    disturbancesArbitrary,
    fc.array(fc.tuple(fc.constantFrom(...narrowingFaults), nth), { maxLength: 6, size: "max" }),
  )
  .map(([disturbances, more]) => ({
    ...disturbances,
    faults: [...disturbances.faults, ...more.map(([seed, which]) => ({ ...seed, nth: which }))],
  }));

/** No disturbance at all. */
export const undisturbed: Disturbances = {
  faults: [],
  deadlines: [],
  doubles: [],
  isGoneKnown: true,
  isPatient: true,
  isThawedLate: false,
};

/** Decides call by call; `fired` is told of every fault that is met. */
export const openFaults = (seeds: FaultSeed[], fired: (seed: FaultSeed) => void): Faults => {
  const countByName = new Map<string, number>();
  const meet = (name: string): FaultSeed | undefined => {
    const nth = (countByName.get(name) ?? 0) + 1;
    countByName.set(name, nth);
    return seeds.find((seed) => seed.call === name && seed.nth === nth);
  };
  return {
    next({ name, isWrite }: Call, lastWrite) {
      const atSuccession = isWrite && lastWrite !== null ? meet(between(lastWrite, name)) : undefined;
      const met = meet(name) ?? atSuccession;
      if (!met) return null;
      fired(met);
      return met.kind;
    },
  };
};
