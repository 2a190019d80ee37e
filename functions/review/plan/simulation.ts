import { type BrakeLimit, isNarrowing, type Plan, type PlanItem } from "./plan.ts";

/** What a plan does: items that go or are narrowed, items held by what holds them, and the limits that stop the plan. */
export type PlanFigures = {
  items: number;
  remove: number;
  narrow: number;
  held: number;
  holds: Record<string, number>;
  brake: { tripped: boolean; limits: BrakeLimit[] };
};

/** Findings of one rule: with the policy of the assessment, with the tried policy, and how many come and go. */
export type RuleDifference = { rule: string; was: number; would: number; added: number; gone: number };

/** How often a grant's item is new, is gone, or does something else. */
export type ItemDifference = { added: number; gone: number; changed: number };

/** One difference, named. `rule` is null for an item of the plan; `was` and `would` say what follows, null: nothing. */
export type NamedDifference = {
  change: "added" | "gone" | "changed";
  rule: string | null;
  grantId: string;
  holderId: string;
  roleId: string;
  was: string | null;
  would: string | null;
};

/** What a policy would do over a snapshot, beside what its newest assessment did; `was` is null where it has none. */
export type Simulation = {
  source: string;
  review: string;
  assessment: string | null;
  /** The instant at which the policy is tried: that of the assessment, else now. ISO 8601. */
  asOf: string;
  rules: RuleDifference[];
  was: PlanFigures | null;
  would: PlanFigures;
  plan: ItemDifference;
  /** In the order of the grants' ids; absent unless asked for. */
  list?: NamedDifference[];
};

/** What a plan comes to. */
export function figuresOf({ items, brake }: Plan): PlanFigures {
  const holds: Record<string, number> = {};
  for (const { hold } of items) if (hold) holds[hold.by] = (holds[hold.by] ?? 0) + 1;
  const acting = items.filter(({ hold }) => hold === null);
  const narrow = acting.filter(isNarrowing).length;
  const held = items.length - acting.length;
  return { items: items.length, remove: acting.length - narrow, narrow, held, holds, brake };
}

/** What becomes of an item: `remove`, `narrow`, or `held: <by>`. */
export function actOf(item: PlanItem): string {
  if (item.hold) return `held: ${item.hold.by}`;
  return isNarrowing(item) ? "narrow" : "remove";
}

/** Whether an item does the same, at the same time, to the same scopes. */
export function isSameItem(a: PlanItem, b: PlanItem): boolean {
  const said = (item: PlanItem): string => JSON.stringify([actOf(item), item.keep, item.notBefore, item.ifUndecided]);
  return said(a) === said(b);
}
