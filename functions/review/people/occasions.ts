import { dayMs, epochMs, isoInstant } from "../../basics/time.ts";
import type { BrakeLimit, Plan, PlanItem } from "../plan/plan.ts";

/** The time in which one can decide: until when, and how many grants that rules flag nobody has decided on. */
export type DecisionWindow = { endsAt: string; undecided: number };

/** What is told of a plan: the items of it that are still to be removed, and the window, where either is there. */
type ToldPlan = { plan: Plan; items: readonly PlanItem[]; window: DecisionWindow | null };

/**
 * An occasion that people are to be told of. `key` names it in its review: the same occasion, however often it is looked
 * at. A reminder's items and window are those that end on one day, the first of them at `endsAt`.
 */
export type DueOccasion =
  | (ToldPlan & { occasion: "plan"; key: string })
  | (ToldPlan & { occasion: "reminder"; key: string; endsAt: string })
  | (ToldPlan & { occasion: "held"; key: string; limits: BrakeLimit[] });

/** An open review as it stands. */
export type OpenReview = {
  /** Of every assessment, oldest first. */
  plans: readonly Plan[];
  mode: "report" | "enforce";
  /** What stops the newest plan; empty where nothing does, or somebody has approved it. */
  limits: BrakeLimit[];
  /** Ids of grants of which a receipt speaks already. */
  begun: ReadonlySet<string>;
  /** Null where there is none, or it has ended. */
  window: DecisionWindow | null;
  nowMs: number;
};

/** Days before the end of a notice, or of the window, at which people are reminded, once each. */
const reminderDays = [7, 3, 1];

/** What is to be told of an open review: nothing where nothing is to be removed and nothing to decide on. */
export function occasionsDue({ plans, mode, limits, begun, window: asked, nowMs }: OpenReview): DueOccasion[] {
  const plan = plans.at(-1);
  if (!plan) return [];
  const window = asked !== null && asked.undecided > 0 ? asked : null;
  const items = plan.items.filter((item) => isExpiring(item) && !begun.has(item.grantId));
  const isHeld = mode === "enforce" && limits.length > 0;
  const told = toldBy(plans);
  const telling = { plan, window, items: mode === "report" || isHeld ? [] : items };
  const reminders = remindersDue(telling, { told, openedAt: plans[0]!.createdAt, nowMs });
  // Even one without items: the review stays open until somebody approves it.
  if (isHeld) {
    return [{ ...telling, items, occasion: "held", key: `held-${plan.planHash.slice(0, 16)}`, limits }, ...reminders];
  }
  return [...planDue(telling, told, plans[0]!), ...reminders];
}

function isExpiring({ hold }: PlanItem): boolean {
  return hold === null;
}

/** By grant id, which assessment first told of a grant, and when. */
type Told = ReadonlyMap<string, { assessment: string; toldAt: string }>;

/** A later plan tells of a grant anew only if it is due earlier than was told. */
function toldBy(plans: readonly Plan[]): Told {
  const told = new Map<string, { due: string; assessment: string; toldAt: string }>();
  for (const { items, assessment, createdAt: toldAt } of plans) {
    for (const { grantId, notBefore: due } of items.filter(isExpiring)) {
      const known = told.get(grantId);
      if (!known || due < known.due) told.set(grantId, { due, assessment, toldAt });
    }
  }
  return told;
}

/** A plan that only takes items away is no news: the newest that told anything new names the occasion. */
function planDue(telling: ToldPlan, told: Told, first: Plan): DueOccasion[] {
  const { items, window } = telling;
  if (items.length === 0 && window === null) return [];
  let newest = first.assessment;
  for (const { grantId } of items) {
    const { assessment } = told.get(grantId)!;
    if (assessment > newest) newest = assessment;
  }
  return [{ ...telling, occasion: "plan", key: `plan-${newest}` }];
}

/** Something that ends: a grant's notice, or the window. */
type Ending = { endsMs: number; toldMs: number; item: PlanItem | null };

type Moment = { told: Told; openedAt: string; nowMs: number };

/** What ends on one UTC day is one ending: of notices that were given minutes apart people are told once. */
function remindersDue({ plan, items, window }: ToldPlan, { told, openedAt, nowMs }: Moment): DueOccasion[] {
  const notices = items.map(
    (item): Ending => ({
      endsMs: epochMs(item.notBefore),
      toldMs: epochMs(told.get(item.grantId)!.toldAt),
      item,
    }),
  );
  const windows = window ? [{ endsMs: epochMs(window.endsAt), toldMs: epochMs(openedAt), item: null }] : [];
  const endings = [...windows, ...notices].filter(({ endsMs }) => endsMs > nowMs);
  const byDay = Map.groupBy(endings, ({ endsMs }) => isoInstant(endsMs).slice(0, 10));
  return [...byDay].flatMap(([day, ofDay]): DueOccasion[] => {
    const endsMs = ofDay.reduce((least, ending) => Math.min(least, ending.endsMs), Number.POSITIVE_INFINITY);
    const toldMs = ofDay.reduce((most, ending) => Math.max(most, ending.toldMs), 0);
    const days = reminderReached({ endsMs, toldMs, nowMs });
    if (days === null) return [];
    const ending = {
      plan,
      items: ofDay.map(({ item }) => item).filter((item) => item !== null),
      window: ofDay.some(({ item }) => item === null) ? window : null,
    };
    const key = `reminder-${day.replaceAll("-", "")}-${days}`;
    return [{ ...ending, occasion: "reminder", key, endsAt: isoInstant(endsMs) }];
  });
}

type Notice = { endsMs: number; toldMs: number; nowMs: number };

/** The nearest of the reminders whose day has come; null where the plan told of it on that day or later. */
function reminderReached({ endsMs, toldMs, nowMs }: Notice): number | null {
  const reached = reminderDays.filter((days) => nowMs >= endsMs - days * dayMs).at(-1);
  return reached !== undefined && endsMs - reached * dayMs > toldMs ? reached : null;
}
