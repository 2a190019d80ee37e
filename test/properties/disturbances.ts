import fc from "fast-check";
import type { Call, FaultKind, Faults } from "./gate.ts";

/** The nth call of this name gets this fault. */
export type FaultSeed = { call: string; nth: number; kind: FaultKind };

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

const writeFaults = [
  "refused",
  "timed out before",
  "timed out after",
  "killed before",
  "killed after",
  "frozen",
] as const;
const readFaults = ["refused", "killed before", "frozen"] as const;

const storeWrites = [
  "replace lease",
  "create spool roles",
  "create spool run",
  "create spool reads",
  "replace checkpoint snapshot.json",
  "create part",
  "create roles.jsonl.gz",
  "create reads.jsonl.gz",
  "create snapshot.json",
  "replace checkpoint assess.json",
  "create assessment policy.json",
  "create assessment decisions.jsonl",
  "create assessment findings.jsonl.gz",
  "create assessment report.html",
  "create assessment report.csv",
  "create assessment plan.json",
  "create approval",
  "create intent.json",
  "create outcome.json",
  "replace checkpoint expire.json",
  "replace checkpoint seal.json",
  "create report.html",
  "create report.csv",
  "create evidence.json",
  "create restored.json",
] as const;

const storeReads = [
  "list",
  "get lease",
  "get stop.json",
  "get snapshot.json",
  "get part",
  "get roles.jsonl.gz",
  "get spool roles",
  "get spool run",
  "get checkpoint snapshot.json",
  "get checkpoint assess.json",
  "get checkpoint expire.json",
  "get checkpoint seal.json",
  "get assessment plan.json",
  "get assessment policy.json",
  "get assessment findings.jsonl.gz",
  "get approval",
  "get decisions",
  "get intent.json",
  "get outcome.json",
  "get evidence.json",
] as const;

const providerReads = [
  "readRoles",
  "planListings",
  "readPage first",
  "readPage next",
  "readHolders",
  "nameScopes",
  "prove",
  "readGrants",
] as const;

const pairs = (calls: readonly string[], kinds: readonly FaultKind[]) =>
  calls.flatMap((call) => kinds.map((kind) => ({ call, kind })));

/** What can happen to which call, with how often it is tried: calls that few lives have need more tries. */
export const faultTable: { call: string; kind: FaultKind; weight: number }[] = [
  ...pairs(storeWrites, writeFaults).map((pair) => ({ ...pair, weight: 6 })),
  ...pairs(storeReads, readFaults).map((pair) => ({ ...pair, weight: 2 })),
  ...pairs(providerReads, ["refused", "timed out after", "slow", "killed before", "killed after", "frozen"]).map(
    (pair) => ({ ...pair, weight: 4 }),
  ),
  { call: "readPage next", kind: "forgotten", weight: 6 },
  ...pairs(["readGrants", "readHolders"], ["stopped"]).map((pair) => ({ ...pair, weight: 8 })),
  ...pairs(
    ["revoke", "restore"],
    ["refused", "timed out before", "timed out after", "killed before", "killed after"],
  ).map((pair) => ({ ...pair, weight: 16 })),
];

const rareCalls = new Set(["create restored.json", "create approval", "restore"]);

const faultSeed: fc.Arbitrary<FaultSeed> = fc
  .tuple(
    fc.oneof(
      ...faultTable.map(({ call, kind, weight }) => ({
        weight: rareCalls.has(call) ? weight * 4 : weight,
        arbitrary: fc.constant({ call, kind }),
      })),
    ),
    fc.constantFrom(1, 1, 1, 1, 2, 2, 3, 5, 8),
  )
  .map(([pair, nth]) => ({ ...pair, nth }));

const seldom = <T>(arbitrary: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T | null> =>
  fc.oneof({ weight, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

export const disturbancesArbitrary: fc.Arbitrary<Disturbances> = fc.record({
  faults: fc.array(faultSeed, { maxLength: 6, size: "max" }),
  deadlines: fc.array(seldom(fc.integer({ min: 4, max: 12 }), 2), { maxLength: 10 }),
  doubles: fc.array(seldom(fc.nat(), 5), { maxLength: 10 }),
  isGoneKnown: fc.boolean(),
  isPatient: fc.constantFrom(true, true, true, false),
  isThawedLate: fc.boolean(),
});

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
  const countByCall = new Map<string, number>();
  return {
    next({ name }: Call) {
      const nth = (countByCall.get(name) ?? 0) + 1;
      countByCall.set(name, nth);
      const met = seeds.find((seed) => seed.call === name && seed.nth === nth);
      if (!met) return null;
      fired(met);
      return met.kind;
    },
  };
};
