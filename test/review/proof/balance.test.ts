import { describe, expect, it } from "vitest";
import { buildPlan } from "../../../functions/review/plan/build-plan.ts";
import type { PlanItem } from "../../../functions/review/plan/plan.ts";
import {
  type BalanceBasis,
  balanceFaults,
  balanceOf,
  fateOf,
  openRollCall,
  type RollCall,
} from "../../../functions/review/proof/balance.ts";
import { fault, sayFault } from "../../../functions/review/proof/faults.ts";
import type { Intent, Outcome, OutcomeKind } from "../../../functions/review/proof/receipt.ts";
import { inventCandidate, inventContext } from "../grants/invented-grants.ts";

const { grant } = inventCandidate();
const plan = buildPlan([inventCandidate()], inventContext());
const item = plan.items[0] as PlanItem;

const outcomeOf = (outcome: OutcomeKind, changes: Partial<Outcome> = {}): Outcome => ({
  formatVersion: 1,
  grantId: grant.id,
  planHash: plan.planHash,
  outcome,
  detail: null,
  requestId: null,
  at: item.notBefore,
  verifiedAt: item.notBefore,
  ...changes,
});

const intent: Intent = { formatVersion: 1, grantId: grant.id, planHash: plan.planHash, grant, at: item.notBefore };

describe("fateOf()", () => {
  const free = { item, outcome: null, brakeStops: false, mode: "enforce" as const };
  const held: PlanItem = { ...item, hold: { by: "canary", detail: "" } };

  it("is the outcome where there is one, whatever else", () => {
    expect(fateOf({ item: held, outcome: outcomeOf("already-gone"), brakeStops: true, mode: "report" })).toBe(
      "alreadyGone",
    );
    expect(fateOf({ ...free, item: null, outcome: outcomeOf("revoked") })).toBe("revoked");
  });

  it("is held by a hold, the brake or report mode, else pending", () => {
    expect(fateOf({ ...free, item: held })).toBe("held");
    expect(fateOf({ ...free, brakeStops: true })).toBe("held");
    expect(fateOf({ ...free, mode: "report" })).toBe("held");
    expect(fateOf(free)).toBe("pending");
  });

  it("is kept where nothing asked for the removal", () => {
    expect(fateOf({ item: null, outcome: null, brakeStops: true, mode: "report" })).toBe("kept");
  });
});

describe("balanceOf()", () => {
  it("counts every fate once", () => {
    const balance = balanceOf({ kept: 2, revoked: 1, held: 1 }, []);
    expect(balance).toMatchObject({ population: 4, kept: 2, revoked: 1, held: 1, pending: 0, balanced: true });
  });

  it("is not balanced with a fault", () => {
    expect(balanceOf({ kept: 1 }, [fault("grant-count")]).balanced).toBe(false);
  });
});

const calling = (...ids: string[]): RollCall => {
  const rollCall = openRollCall(new Set([grant.id]));
  for (const id of ids) rollCall.call(id);
  return rollCall;
};

describe("balanceFaults()", () => {
  const ledger: BalanceBasis = {
    rollCall: calling(grant.id),
    population: 1,
    plans: [plan],
    approvedPlans: new Set(),
    intents: [intent],
    outcomes: [outcomeOf("revoked")],
  };
  const faultsOf = (changes: Partial<BalanceBasis>) =>
    balanceFaults({ ...ledger, ...changes }).map((each) => sayFault(each));

  it("finds none where everything fits", () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ intents: [], outcomes: [] })).toEqual([]);
    expect(faultsOf({ intents: [], outcomes: [outcomeOf("changed", { verifiedAt: null })] })).toEqual([]);
  });

  it("names a grant that is listed twice, and a count that the manifest does not share", () => {
    expect(faultsOf({ rollCall: calling(grant.id, grant.id), population: 2 })).toEqual([
      `grant ${grant.id} is listed twice`,
    ]);
    expect(faultsOf({ population: 2 })).toEqual(["1 grants are listed, the snapshot says 2"]);
  });

  it("names a grant that is not in its place, where one listed twice could hide", () => {
    const unsorted = calling(grant.id, "ffffffffffffffff", grant.id);
    expect(faultsOf({ rollCall: unsorted, population: 3 })).toEqual([
      `grant ${grant.id} is listed after a greater id: one that comes twice could hide`,
    ]);
  });

  it("names an intent without an outcome, and a grant with two", () => {
    expect(faultsOf({ outcomes: [] })).toEqual([`grant ${grant.id} has an intent without an outcome`]);
    expect(faultsOf({ outcomes: [outcomeOf("revoked"), outcomeOf("revoked")] })).toEqual([
      `grant ${grant.id} has two outcomes`,
    ]);
  });

  it("names a revocation without an intent or without a read that confirms it", () => {
    expect(faultsOf({ intents: [] })).toEqual([`grant ${grant.id} is revoked without an intent`]);
    expect(faultsOf({ outcomes: [outcomeOf("revoked", { verifiedAt: null })] })).toEqual([
      `grant ${grant.id} is revoked, and no read confirmed it`,
    ]);
  });

  it("names receipts off the plan: of another plan, of no item, of a held item, of a plan that its brake stops", () => {
    const receiptsOf = (planHash: string) => ({
      intents: [{ ...intent, planHash }],
      outcomes: [outcomeOf("revoked", { planHash })],
    });
    const under = (other: typeof plan) => faultsOf({ plans: [other], ...receiptsOf(other.planHash) });
    expect(faultsOf(receiptsOf("other"))[0]).toContain("names no plan of this review");
    expect(under({ ...plan, items: [] })[0]).toContain("is off the plan");
    expect(under(buildPlan([inventCandidate()], inventContext({}, { protectedRoles: ["r1"] })))[0]).toContain(
      "protected-role",
    );
    const braked = buildPlan([inventCandidate()], inventContext({ isFirstReview: true }));
    expect(under(braked)[0]).toContain("its brake stops");
    const approved = { plans: [braked], approvedPlans: new Set([braked.planHash]), ...receiptsOf(braked.planHash) };
    expect(faultsOf(approved)).toEqual([]);
  });

  it("names receipts that came before their item was due", () => {
    const at = "2026-06-08T00:59:59.999Z";
    expect(faultsOf({ intents: [{ ...intent, at }] })).toEqual([
      `the intent of grant ${grant.id} came before its time, ${item.notBefore}`,
    ]);
    expect(faultsOf({ outcomes: [outcomeOf("revoked", { at })] })[0]).toContain("the outcome of grant");
  });

  it("names an outcome of a grant that the snapshot does not list", () => {
    expect(faultsOf({ rollCall: calling(), population: 0 })).toEqual([
      `grant ${grant.id} has an outcome, and the snapshot does not list it`,
    ]);
  });
});
