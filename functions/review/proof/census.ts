import { openIdSet } from "../../basics/id-set.ts";
import { type Grant, worksHere } from "../grants/grant.ts";
import { grantId, seenHash } from "../grants/grant-comparison.ts";
import { openBalance } from "./balance.ts";
import type { Census, Contents, GrantSeen, Keyed, Some } from "./pack.ts";

/** What the grants of a snapshot are held against. */
export type CensusBasis = Pick<
  Contents,
  "source" | "snapshot" | "evidence" | "plans" | "intents" | "outcomes" | "approvals"
>;

/** Counts every grant of a snapshot once, in the order of ids. Memory keeps ids of holders, and of grants what is asked about. */
export function openCensus(basis: CensusBasis): { count(grants: readonly Grant[]): void; close(): Census } {
  const { source, snapshot, evidence, plans, intents, outcomes, approvals } = basis;
  const asked = askedGrants(basis);
  const balance = openBalance({
    snapshot,
    plans: plans.map(({ plan }) => plan),
    approvedPlans: new Set(approvals.map(({ value }) => String(value?.planHash))),
    receipts: { intents: byName(intents), outcomes: byName(outcomes) },
    mode: evidence.mode,
  });
  const holders = openIdSet();
  const byRole = new Map<string, { all: number; active: number }>();
  const seen = new Map<string, GrantSeen>();
  const wrongIds: Some = { count: 0, first: "" };
  const elsewhere: Some = { count: 0, first: "" };
  let total = 0;
  const count = (grant: Grant): void => {
    const { id, holder, role } = grant;
    total++;
    balance.call(id);
    holders.add(holder.id);
    const counted = byRole.get(role.id) ?? { all: 0, active: 0 };
    counted.all++;
    if (worksHere(holder)) counted.active++;
    byRole.set(role.id, counted);
    if (grantId(source, holder.id, role.id) !== id) note(wrongIds, id);
    if (grant.source !== source || grant.provider !== snapshot.provider) note(elsewhere, id);
    if (asked.has(id)) seen.set(id, { holderId: holder.id, roleId: role.id, seen: seenHash(grant) });
  };
  return {
    count: (grants) => grants.forEach(count),
    close() {
      const { balance: figures, faults: balanceFaults } = balance.close();
      const counts = { grants: total, holders: holders.size, byRole };
      return { ...counts, wrongIds, elsewhere, seen, balance: figures, balanceFaults };
    },
  };
}

/** The grants that items, findings and receipts speak of. */
function askedGrants({ plans, intents, outcomes }: CensusBasis): Set<string> {
  return new Set([
    ...plans.flatMap(({ plan }) => plan.items.map((item) => item.grantId)),
    ...intents.map(({ value }) => value.grant.id),
    ...outcomes.map(({ value }) => value.grantId),
  ]);
}

/** Receipts by the grant that their file is named after. */
function byName<T>(receipts: readonly Keyed<T>[]): Map<string, T> {
  return new Map(receipts.map(({ key, value }) => [key.slice(key.lastIndexOf("/") + 1).split(".")[0]!, value]));
}

function note(some: Some, id: string): void {
  if (some.count === 0) some.first = id;
  some.count++;
}
