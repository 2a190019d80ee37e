import { openIdSet } from "../../basics/id-set.ts";
import { epochMs } from "../../basics/time.ts";
import { type Grant, worksHere } from "../grants/grant.ts";
import { grantId, isNamedAs, seenHash } from "../grants/grant-comparison.ts";
import { holdsToday } from "../plan/guard.ts";
import type { Hold } from "../plan/plan.ts";
import { openBalance } from "./balance.ts";
import { type Census, type Contents, type GrantSeen, type Keyed, rulesOfItem, type Some } from "./pack.ts";

/** Of a role that its grants name in many ways, so many are told apart. */
const mostNames = 10;

/** What the grants of a snapshot are held against. */
export type CensusBasis = Pick<
  Contents,
  "source" | "snapshot" | "evidence" | "plans" | "intents" | "outcomes" | "approvals"
>;

/** Counts every grant of a snapshot once, in the order of ids. Memory keeps ids of holders, and of grants what is asked about. */
export function openCensus(basis: CensusBasis): { count(grants: readonly Grant[]): void; close(): Census } {
  const { source, snapshot, evidence, plans, intents, outcomes, approvals } = basis;
  const asked = askedGrants(basis);
  const guards = openGuards(basis);
  const balance = openBalance({
    snapshot,
    plans: plans.map(({ plan }) => plan),
    approvedPlans: new Set(approvals.map(({ value }) => String(value?.planHash))),
    receipts: { intents: byName(intents), outcomes: byName(outcomes) },
    mode: evidence.mode,
  });
  const holders = openIdSet();
  const groups = openIdSet();
  const byRole = new Map<string, Census["byRole"] extends ReadonlyMap<string, infer Counted> ? Counted : never>();
  const seen = new Map<string, GrantSeen>();
  const wrongIds: Some = { count: 0, first: "" };
  const elsewhere: Some = { count: 0, first: "" };
  const seenLater: Some = { count: 0, first: "" };
  const takenMs = epochMs(snapshot.takenAt);
  let total = 0;
  const count = (grant: Grant): void => {
    const { id, holder, role } = grant;
    total++;
    balance.call(id);
    holders.add(holder.id);
    if (holder.kind !== "user") groups.add(holder.id);
    const counted = byRole.get(role.id) ?? { all: 0, active: 0, named: [] };
    if (counted.named.length < mostNames && !counted.named.some((named) => isNamedAs(role, named)))
      counted.named.push({ code: role.code, name: role.name });
    counted.all++;
    if (worksHere(holder)) counted.active++;
    byRole.set(role.id, counted);
    if (grantId(source, holder.id, role.id) !== id) note(wrongIds, id);
    if (grant.source !== source || grant.provider !== snapshot.provider) note(elsewhere, id);
    if (epochMs(grant.firstSeenAt) > takenMs) note(seenLater, id);
    if (!asked.has(id)) return;
    const isActive = worksHere(holder);
    seen.set(id, { holderId: holder.id, roleId: role.id, seen: seenHash(grant), isActive, holds: guards(grant) });
  };
  return {
    count: (grants) => grants.forEach(count),
    close() {
      const { balance: figures, faults: balanceFaults } = balance.close();
      const counts = { grants: total, holders: holders.size, users: holders.size - groups.size, byRole };
      return { ...counts, wrongIds, elsewhere, seenLater, seen, balance: figures, balanceFaults };
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

/** Gives, by assessment, what holds the grant's item by itself; nothing where the policy of the plan lacks one of its rules. */
function openGuards({ plans, snapshot }: CensusBasis): (grant: Grant) => Map<string, Hold | null> {
  const planned = plans.map((found) => ({
    found,
    items: new Map(found.plan.items.map((item) => [item.grantId, item])),
  }));
  return (grant) => {
    const holds = new Map<string, Hold | null>();
    for (const { found, items } of planned) {
      const item = items.get(grant.id);
      const rules = item && rulesOfItem(found, item);
      if (!rules || !found.policy) continue;
      const judged = { rules, ...(item.keep ? { keep: item.keep } : {}) };
      holds.set(found.plan.assessment, holdsToday(judged, grant, found.policy.guard, snapshot.takenAt));
    }
    return holds;
  };
}

/** Receipts by the grant that their file is named after. */
function byName<T>(receipts: readonly Keyed<T>[]): Map<string, T> {
  return new Map(receipts.map(({ key, value }) => [key.slice(key.lastIndexOf("/") + 1).split(".")[0]!, value]));
}

function note(some: Some, id: string): void {
  if (some.count === 0) some.first = id;
  some.count++;
}
