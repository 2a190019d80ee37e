import { grantIdsOf, type StoredSnapshot } from "../../ledger/grants.ts";
import { approvedPlansOf } from "../../ledger/plans.ts";
import { type Receipts, readReceipts, readRetirements } from "../../ledger/receipts.ts";
import type { Plan } from "../../review/plan/plan.ts";
import { retirementFaults } from "../../review/plan/retirement.ts";
import type { ReviewPlace } from "../../review/ports.ts";
import { openBalance } from "../../review/proof/balance.ts";
import type { Balance } from "../../review/proof/evidence.ts";
import { sayFault } from "../../review/proof/faults.ts";

/** The balance of a review, every fault that keeps it from closing, and the outcomes that it follows from. The outcomes alone: intents hold a whole grant each. */
export type Balanced = { balance: Balance; faults: string[]; outcomes: Receipts["outcomes"] };

/** `modeOf`: the mode that the review is sealed in, by whether it removed anything or tried to. */
type Basis = Pick<StoredSnapshot, "snapshot"> & { plans: Plan[]; modeOf(hasActed: boolean): "report" | "enforce" };

/** Counts the fate of every grant of a review, and names every fault where the fates do not add up. */
export async function balanceReview(
  place: ReviewPlace,
  { snapshot, plans, modeOf }: Basis,
): Promise<Balanced & { mode: "report" | "enforce" }> {
  const receipts = await readReceipts(place);
  const { intents, outcomes } = receipts;
  const retired = await readRetirements(place);
  const mode = modeOf([intents, outcomes, retired.intents, retired.outcomes].some(({ size }) => size > 0));
  const approvedPlans = await approvedPlansOf(place, plans);
  const open = openBalance({ snapshot, plans, approvedPlans, receipts, mode });
  for await (const ids of grantIdsOf(place.store, snapshot)) for (const id of ids) open.call(id);
  const { balance, faults } = open.close();
  const retirements = { intents: [...retired.intents.values()], outcomes: [...retired.outcomes.values()] };
  faults.push(...retirementFaults(retirements, { plans, grantOutcomes: outcomes }));
  const said = faults.map((fault) => sayFault(fault)).sort();
  return { balance: { ...balance, balanced: faults.length === 0 }, faults: said, outcomes, mode };
}
