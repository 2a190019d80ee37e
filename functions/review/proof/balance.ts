import { epochMs } from "../../basics/time.ts";
import { itemOf, type Plan, type PlanItem } from "../plan/plan.ts";
import type { Balance } from "./evidence.ts";
import type { Intent, Outcome, OutcomeKind } from "./receipt.ts";

/** What became of one grant of the snapshot. */
export type Fate = Exclude<keyof Balance, "population" | "balanced">;

const fateByOutcome: Record<OutcomeKind, Fate> = {
  revoked: "revoked",
  "already-gone": "alreadyGone",
  changed: "changed",
  refused: "refused",
  unverified: "unverified",
  failed: "failed",
};

/** The one fate of a grant, the first that fits; `item` and `outcome` are null where there is none. `brakeStops`: tripped, and not lifted. */
export function fateOf(grant: {
  item: PlanItem | null;
  outcome: Outcome | null;
  brakeStops: boolean;
  mode: "report" | "enforce";
}): Fate {
  if (grant.outcome) return fateByOutcome[grant.outcome.outcome];
  if (!grant.item) return "kept";
  return grant.item.hold || grant.brakeStops || grant.mode === "report" ? "held" : "pending";
}

const nobody: Record<Fate, number> = {
  kept: 0,
  revoked: 0,
  alreadyGone: 0,
  changed: 0,
  refused: 0,
  failed: 0,
  unverified: 0,
  held: 0,
  pending: 0,
};

/** The balance of a snapshot whose grants have these fates, one each; any fault of `balanceFaults` leaves it unbalanced. */
export function balanceOf(counts: Partial<Record<Fate, number>>, faults: readonly string[]): Balance {
  const fates = { ...nobody, ...counts };
  const population = Object.values(fates).reduce((sum, count) => sum + count, 0);
  return { population, ...fates, balanced: faults.length === 0 };
}

/** What a balance is checked over: all grants, plans and receipts of one review. */
export type Ledger = {
  /** Of every grant that the snapshot's parts list; asked about are those with an outcome. */
  rollCall: RollCall;
  /** How many grants the manifest says there are. */
  population: number;
  plans: readonly Plan[];
  /** Hashes of the plans whose brake a person lifted. */
  approvedPlans: ReadonlySet<string>;
  intents: readonly Intent[];
  outcomes: readonly Outcome[];
};

function duplicatesIn(ids: Iterable<string>): { duplicates: Set<string>; unique: Set<string> } {
  const unique = new Set<string>();
  const duplicates = new Set<string>();
  for (const id of ids) {
    if (unique.has(id)) duplicates.add(id);
    unique.add(id);
  }
  return { duplicates, unique };
}

/** Why a receipt is off plan: null if its plan could act and named the grant, unheld and due. */
function offPlan(receipt: Intent | Outcome, { plans, approvedPlans }: Ledger): string | null {
  const plan = plans.find(({ planHash }) => planHash === receipt.planHash);
  if (!plan) return "names no plan of this review";
  const item = itemOf(plan, receipt.grantId);
  if (!item) return "is off the plan";
  if (item.hold) return `is of an item that the plan holds (${item.hold.by})`;
  if (epochMs(receipt.at) < epochMs(item.notBefore)) return `came before its time, ${item.notBefore}`;
  return plan.brake.tripped && !approvedPlans.has(plan.planHash) ? "is of a plan that its brake stops" : null;
}

const needsIntent: ReadonlySet<OutcomeKind> = new Set(["revoked", "refused", "unverified"]);

function receiptFaults(ledger: Ledger): string[] {
  const faults: string[] = [];
  const intended = duplicatesIn(ledger.intents.map(({ grantId }) => grantId));
  const settled = duplicatesIn(ledger.outcomes.map(({ grantId }) => grantId));
  for (const id of settled.duplicates) faults.push(`grant ${id} has two outcomes`);
  for (const id of intended.unique)
    if (!settled.unique.has(id)) faults.push(`grant ${id} has an intent without an outcome`);
  for (const { grantId, outcome, verifiedAt } of ledger.outcomes) {
    if (!ledger.rollCall.isListed(grantId))
      faults.push(`grant ${grantId} has an outcome, and the snapshot does not list it`);
    if (needsIntent.has(outcome) && !intended.unique.has(grantId)) {
      faults.push(`grant ${grantId} is ${outcome} without an intent`);
    }
    if (outcome === "revoked" && verifiedAt === null)
      faults.push(`grant ${grantId} is revoked, and no read confirmed it`);
  }
  for (const [word, receipts] of [
    ["intent", ledger.intents],
    ["outcome", ledger.outcomes],
  ] as const) {
    for (const receipt of receipts) {
      const fault = offPlan(receipt, ledger);
      if (fault) faults.push(`the ${word} of grant ${receipt.grantId} ${fault}`);
    }
  }
  return faults;
}

/** Everything that keeps a review's balance from closing, each naming its grant; none if it closes. */
export function balanceFaults(ledger: Ledger): string[] {
  const { twice, outOfOrder, count } = ledger.rollCall;
  const faults = twice.map((id) => `grant ${id} is listed twice`);
  if (outOfOrder !== null)
    faults.push(`grant ${outOfOrder} is listed after a greater id: one that comes twice could hide`);
  if (count !== ledger.population) faults.push(`${count} grants are listed, the snapshot says ${ledger.population}`);
  return [...faults, ...receiptFaults(ledger)];
}

/** What a balance has to know of the grants that a snapshot's parts list. */
export type RollCall = {
  readonly count: number;
  /** Ids that were called twice. */
  readonly twice: readonly string[];
  /** The first id that came after a greater one; among those two that are alike could hide. */
  readonly outOfOrder: string | null;
  /** Of an id that was asked about: whether it was called. */
  isListed(id: string): boolean;
};

/** Listens to the ids of all grants, in their order, and keeps none but those it is asked about. */
export function openRollCall(asked: ReadonlySet<string>): RollCall & { call(id: string): void } {
  const listed = new Set<string>();
  const twice: string[] = [];
  let outOfOrder: string | null = null;
  let count = 0;
  let last = "";
  return {
    get count() {
      return count;
    },
    twice,
    get outOfOrder() {
      return outOfOrder;
    },
    isListed: (id) => listed.has(id),
    call(id) {
      count++;
      if (id === last && twice.at(-1) !== id) twice.push(id);
      if (id < last) outOfOrder ??= id;
      if (asked.has(id)) listed.add(id);
      last = id;
    },
  };
}
