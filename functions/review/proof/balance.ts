import { epochMs } from "../../basics/time.ts";
import type { ReasonCode } from "../because.ts";
import type { Snapshot } from "../grants/snapshot.ts";
import { itemOf, type Plan, type PlanItem } from "../plan/plan.ts";
import type { Balance } from "./evidence.ts";
import { type Fault, fault } from "./faults.ts";
import type { Intent, Outcome, OutcomeKind } from "./receipt.ts";

/** What happened to one grant of the snapshot. */
export type Fate = Exclude<keyof Balance, "population" | "balanced">;

const fateByOutcome: Record<OutcomeKind, Fate> = {
  revoked: "revoked",
  narrowed: "narrowed",
  "already-gone": "alreadyGone",
  changed: "changed",
  refused: "refused",
  unverified: "unverified",
  failed: "failed",
};

/**
 * The fate of a grant. An outcome decides first, then the plan's item; `item` and `outcome` are null if there is none.
 * `brakeStops`: the plan's brake tripped, and nobody lifted the brake.
 */
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
  narrowed: 0,
  alreadyGone: 0,
  changed: 0,
  refused: 0,
  failed: 0,
  unverified: 0,
  held: 0,
  pending: 0,
};

/**
 * The balance of a snapshot, from how many grants have each fate. `faults` are those of `balanceFaults`: any fault
 * leaves the balance unbalanced.
 */
export function balanceOf(counts: Partial<Record<Fate, number>>, faults: readonly Fault[]): Balance {
  const fates = { ...nobody, ...counts };
  const population = Object.values(fates).reduce((sum, count) => sum + count, 0);
  return { population, ...fates, balanced: faults.length === 0 };
}

/** Everything that a balance is checked against: the grants, plans and receipts of one review. */
export type BalanceBasis = {
  /** The roll call of every grant in the snapshot's parts; keeps the ids of grants with an outcome. */
  rollCall: RollCall;
  /** How many grants there are by the snapshot's manifest. */
  population: number;
  plans: readonly Plan[];
  /** Hashes of the plans whose brake a person has lifted. */
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

/**
 * Why a receipt is not covered by a plan; null if its plan was free to act and had the grant as an item that was not
 * held and was due.
 */
function offPlan(word: string, receipt: Intent | Outcome, { plans, approvedPlans }: BalanceBasis): Fault | null {
  const { grantId: grant } = receipt;
  const plan = plans.find(({ planHash }) => planHash === receipt.planHash);
  if (!plan) return fault("no-plan", { word, grant });
  const item = itemOf(plan, grant);
  if (!item) return fault("off-plan", { word, grant });
  // A sweep removed it by a plan of its own: this plan removed nothing, whatever holds the item or however long its notice runs.
  if ("outcome" in receipt && isSwept(receipt)) return null;
  if (item.hold) return fault("off-plan-held", { word, grant, by: item.hold.by });
  const { notBefore } = item;
  if (epochMs(receipt.at) < epochMs(notBefore)) return fault("off-plan-early", { word, grant, notBefore });
  const isBraked = plan.brake.tripped && !approvedPlans.has(plan.planHash);
  return isBraked ? fault("off-plan-braked", { word, grant }) : null;
}

function isSwept({ outcome, because }: Outcome): boolean {
  const code: ReasonCode = "removed-by-sweep";
  return outcome === "already-gone" && because?.code === code;
}

const needsIntent: ReadonlySet<OutcomeKind> = new Set(["revoked", "narrowed", "refused", "unverified"]);

function receiptFaults(ledger: BalanceBasis): Fault[] {
  const faults: Fault[] = [];
  const intended = duplicatesIn(ledger.intents.map(({ grantId }) => grantId));
  const settled = duplicatesIn(ledger.outcomes.map(({ grantId }) => grantId));
  for (const grant of settled.duplicates) faults.push(fault("two-outcomes", { grant }));
  for (const grant of intended.unique) if (!settled.unique.has(grant)) faults.push(fault("no-outcome", { grant }));
  for (const { grantId: grant, outcome, verifiedAt } of ledger.outcomes) {
    if (!ledger.rollCall.isListed(grant)) faults.push(fault("outcome-unlisted", { grant }));
    if (needsIntent.has(outcome) && !intended.unique.has(grant)) {
      faults.push(fault("outcome-unannounced", { grant, outcome }));
    }
    if ((outcome === "revoked" || outcome === "narrowed") && verifiedAt === null) {
      faults.push(fault("revoked-unread", { grant, outcome }));
    }
  }
  for (const [word, receipts] of [
    ["intent", ledger.intents],
    ["outcome", ledger.outcomes],
  ] as const) {
    for (const receipt of receipts) {
      const found = offPlan(word, receipt, ledger);
      if (found) faults.push(found);
    }
  }
  return faults;
}

/** Every fault that leaves a review's balance unbalanced, each with its grant's id; empty if the review balances. */
export function balanceFaults(ledger: BalanceBasis): Fault[] {
  const { twice, outOfOrder, count } = ledger.rollCall;
  const faults = twice.map((grant) => fault("listed-grant-twice", { grant }));
  if (outOfOrder !== null) faults.push(fault("grant-order", { grant: outOfOrder }));
  if (count !== ledger.population) faults.push(fault("grant-count", { count, said: ledger.population }));
  return [...faults, ...receiptFaults(ledger)];
}

/** The input for the fates of a review's grants. `plans` are sorted oldest first; receipts are by grant id. */
export type Reviewed = {
  snapshot: Snapshot;
  plans: readonly Plan[];
  approvedPlans: ReadonlySet<string>;
  receipts: { intents: ReadonlyMap<string, Intent>; outcomes: ReadonlyMap<string, Outcome> };
  mode: "report" | "enforce";
};

/**
 * Counts the fates of a snapshot's grants. `call` takes the ids of all grants in order; `close` gives the balance and
 * its faults.
 */
export function openBalance({ snapshot, plans, approvedPlans, receipts: { intents, outcomes }, mode }: Reviewed): {
  call(id: string): void;
  close(): { balance: Balance; faults: Fault[] };
} {
  const plan = plans.at(-1);
  const items = new Map(plan?.items.map((item) => [item.grantId, item]));
  const brakeStops = plan?.brake.tripped === true && !approvedPlans.has(plan.planHash);
  const rollCall = openRollCall(new Set(outcomes.keys()));
  const counts: Partial<Record<Fate, number>> = {};
  return {
    call(id) {
      rollCall.call(id);
      const fate = fateOf({ item: items.get(id) ?? null, outcome: outcomes.get(id) ?? null, brakeStops, mode });
      counts[fate] = (counts[fate] ?? 0) + 1;
    },
    close() {
      const faults = balanceFaults({
        rollCall,
        population: snapshot.population.grants,
        plans,
        approvedPlans,
        intents: [...intents.values()],
        outcomes: [...outcomes.values()],
      });
      return { balance: balanceOf(counts, faults), faults };
    },
  };
}

/** What a balance needs to know of the grants in a snapshot's parts. */
export type RollCall = {
  readonly count: number;
  /** Ids that were listed twice. */
  readonly twice: readonly string[];
  /** The first id that was listed after a greater id. Out of order, a repeated id would not be noticed. */
  readonly outOfOrder: string | null;
  /** Whether an id was listed. Only for ids in `asked`. */
  isListed(id: string): boolean;
};

/** An empty roll call. `call` takes the ids of all grants in order. Memory keeps only the ids in `asked`. */
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
