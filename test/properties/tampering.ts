import type { Snapshot } from "../../functions/review/grants/snapshot.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { Plan } from "../../functions/review/plan/plan.ts";
import type { Policy } from "../../functions/review/rules/policy.ts";
import type { Objects } from "./fake-store.ts";
import type { Tampering } from "./scenario.ts";
import { newestPlanIn } from "./stored.ts";
import { sourceId } from "./world.ts";

const read = <T>(objects: Objects, key: string): T => JSON.parse(new TextDecoder().decode(objects.get(key))) as T;

const write = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** The ids of all grants that a review's snapshot shows. */
export const shownIds = (objects: Objects, review: string): { id: string; holderId: string; roleId: string }[] => {
  const { parts } = read<Snapshot>(objects, reviewKeys(sourceId, review).snapshot);
  const lines = parts.flatMap(({ key }) => new TextDecoder().decode(objects.get(key)).split("\n"));
  return lines
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { id: string; holder: { id: string }; role: { id: string } })
    .map(({ id, holder, role }) => ({ id, holderId: holder.id, roleId: role.id }));
};

const withItem = (objects: Objects, review: string, plan: Plan): Plan => {
  const planned = new Set(plan.items.map(({ grantId }) => grantId));
  const free = shownIds(objects, review).find(({ id }) => !planned.has(id));
  const [model] = plan.items;
  if (!free || !model) return { ...plan, items: plan.items.map((item) => ({ ...item, hold: null })).reverse() };
  const added = { ...model, grantId: free.id, holderId: free.holderId, roleId: free.roleId, hold: null };
  return { ...plan, items: [...plan.items, added].sort((a, b) => (a.grantId < b.grantId ? -1 : 1)) };
};

/** Tampers with what a plan rests on; gives what puts it right again, or null where there is no plan to tamper with. */
export const tamperBeforeExpiry = (objects: Objects, review: string, tampering: Tampering): (() => void) | null => {
  const plan = newestPlanIn(objects, review);
  if (!plan) return null;
  const keys = reviewKeys(sourceId, review);
  const { plan: planKey, policy: policyKey } = keys.assessment(plan.assessment);
  const changed = (): [string, unknown] => {
    if (tampering === "adds an item") return [planKey, withItem(objects, review, plan)];
    if (tampering === "lifts the brake")
      return [planKey, { ...plan, brake: { tripped: false, limits: [] }, planned: 1 }];
    if (tampering === "lifts the holds")
      return [planKey, { ...plan, items: plan.items.map((item) => ({ ...item, hold: null })), planned: 1 }];
    if (tampering === "touches the snapshot") {
      return [keys.snapshot, { ...read<Snapshot>(objects, keys.snapshot), toolVersion: "9.9.9" }];
    }
    const policy = read<Policy>(objects, policyKey);
    return [policyKey, { ...policy, guard: { ...policy.guard, maxExpiries: policy.guard.maxExpiries + 1 } }];
  };
  const [key, value] = changed();
  const before = objects.get(key)!;
  objects.set(key, write(value));
  return () => objects.set(key, before);
};

/** Slips in the outcome of a grant that no plan of the review names; gives what takes it out again, or null where there is none. */
export const forgeOutcome = (objects: Objects, review: string): (() => void) | null => {
  const keys = reviewKeys(sourceId, review);
  if (!objects.has(keys.snapshot)) return null;
  const plan = newestPlanIn(objects, review);
  const free = shownIds(objects, review).find(
    ({ id }) => !objects.has(keys.outcome(id)) && !objects.has(keys.intent(id)),
  );
  if (!free) return null;
  const outcome = { formatVersion: 1, grantId: free.id, planHash: plan ? "0".repeat(64) : "", outcome: "already-gone" };
  const at = "2026-10-01T00:00:00Z";
  objects.set(keys.outcome(free.id), write({ ...outcome, detail: null, requestId: null, at, verifiedAt: at }));
  return () => objects.delete(keys.outcome(free.id));
};
