import type { Snapshot } from "../review/grants/snapshot.ts";
import type { Plan } from "../review/plan/plan.ts";
import type { Store } from "../review/ports.ts";
import { balanceFaults, balanceOf, type Fate, fateOf, openRollCall } from "../review/proof/balance.ts";
import type { Balance } from "../review/proof/evidence.ts";
import type { Receipts } from "./receipts.ts";
import { grantIdsOf } from "./stored-grants.ts";

/** What the fates of a review's grants follow from; `plans` oldest first. */
export type Reviewed = {
  snapshot: Snapshot;
  plans: Plan[];
  approvedPlans: ReadonlySet<string>;
  receipts: Receipts;
  mode: "report" | "enforce";
};

/** What became of every grant of a snapshot, counted as they pass by, and every fault that keeps it from closing. */
export const balanceGrants = async (
  store: Store,
  { snapshot, plans, approvedPlans, receipts, mode }: Reviewed,
): Promise<{ balance: Balance; faults: string[] }> => {
  const plan = plans.at(-1);
  const items = new Map(plan?.items.map((item) => [item.grantId, item]));
  const brakeStops = plan?.brake.tripped === true && !approvedPlans.has(plan.planHash);
  const { intents, outcomes } = receipts;
  const rollCall = openRollCall(new Set(outcomes.keys()));
  const counts: Partial<Record<Fate, number>> = {};
  for await (const ids of grantIdsOf(store, snapshot)) {
    for (const id of ids) {
      rollCall.call(id);
      const fate = fateOf({ item: items.get(id) ?? null, outcome: outcomes.get(id) ?? null, brakeStops, mode });
      counts[fate] = (counts[fate] ?? 0) + 1;
    }
  }
  const faults = balanceFaults({
    rollCall,
    population: snapshot.population.grants,
    plans,
    approvedPlans,
    intents: [...intents.values()],
    outcomes: [...outcomes.values()],
  });
  return { balance: balanceOf(counts, faults), faults };
};
