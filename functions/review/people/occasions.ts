import { dayMs, epochMs, isoInstant } from "../../basics/time.ts";
import type { BrakeLimit, Plan, PlanItem } from "../plan/plan.ts";
import type { HeldTimes } from "../stage.ts";
import { heldReminderDay } from "./message.ts";

/** The window for decisions. `undecided`: how many flagged grants nobody has decided on. */
export type DecisionWindow = { endsAt: string; undecided: number };

/**
 * The content of a message about a plan: the items still to be removed, and the window for decisions, if there is one.
 */
type ToldPlan = { plan: Plan; items: readonly PlanItem[]; window: DecisionWindow | null };

/**
 * An occasion on which people get a message. `key` identifies the occasion within its review, so the same occasion is
 * found again and sent once. A reminder's items and window end on one day, the first of them at `endsAt`. An invitation
 * is for reviewers alone: everybody else is told that the plan is held. Where
 * the last reminder before the window ends got no answer, managers of reviewers and operators are told. `held` of a held
 * plan is null where nobody can let the plan go on any more.
 */
export type DueOccasion =
  | (ToldPlan & { occasion: "plan"; key: string; isInvitation?: true })
  | (ToldPlan & { occasion: "reminder"; key: string; endsAt: string; isLast?: true })
  | (ToldPlan & { occasion: "held"; key: string; limits: BrakeLimit[]; held: HeldTimes | null });

/** The state of an open review. */
export type OpenReview = {
  /** The plans of all assessments, oldest first. */
  plans: readonly Plan[];
  mode: "report" | "enforce";
  /** The limits that stop the newest plan; empty if no limit tripped, or if the plan was approved. */
  limits: BrakeLimit[];
  /** Since when the newest plan is held, if it is, and until when somebody may approve it; null where somebody refused it. */
  held: HeldTimes | null;
  /** Ids of grants that have a receipt. */
  begun: ReadonlySet<string>;
  /** Null if there is no window, or if the window has ended. */
  window: DecisionWindow | null;
  nowMs: number;
};

/** How many days before the end of a notice or window people are reminded: once at each of these. */
const reminderDays = [7, 3, 1];

/** The occasions of an open review. None if nothing is to be removed and nothing to be decided. */
export function occasionsDue({ plans, mode, limits, held, begun, window: asked, nowMs }: OpenReview): DueOccasion[] {
  const plan = plans.at(-1);
  if (!plan) return [];
  const window = asked !== null && asked.undecided > 0 ? asked : null;
  const items = plan.items.filter((item) => isExpiring(item) && !begun.has(item.grantId));
  const isHeld = mode === "enforce" && limits.length > 0;
  const told = toldBy(plans);
  const telling = { plan, window, items: mode === "report" || isHeld ? [] : items };
  const reminders = remindersDue(telling, { told, openedAt: plans[0]!.createdAt, nowMs });
  // A held plan without items is an occasion too: the review stays open until somebody approves the plan.
  if (isHeld) {
    // By the key of the plan's own message, as nobody is invited again once the plan goes on.
    const invitations = planDue({ ...telling, items }, told, plans[0]!).map(
      (due): DueOccasion => ({ ...due, items: [], isInvitation: true }),
    );
    return [...heldDue({ ...telling, items }, { limits, held, nowMs }), ...invitations, ...reminders];
  }
  return [...planDue(telling, told, plans[0]!), ...reminders];
}

/** The occasion of a held plan, or the latest reminder of it. None once the plan is too old: it is sealed with its review. */
function heldDue(
  telling: ToldPlan,
  { limits, held, nowMs }: Pick<OpenReview, "limits" | "held" | "nowMs">,
): DueOccasion[] {
  if (held && nowMs > epochMs(held.actUntil)) return [];
  const days = held ? heldReminderDay(held, nowMs) : 0;
  const key = `held-${telling.plan.planHash.slice(0, 16)}${days > 0 ? `-${days}` : ""}`;
  return [{ ...telling, occasion: "held", key, limits, held }];
}

function isExpiring({ hold }: PlanItem): boolean {
  return hold === null;
}

/** By grant id: the assessment whose plan first announced the grant's removal, and when. */
type Told = ReadonlyMap<string, { assessment: string; toldAt: string }>;

/** A later plan counts as a new announcement of a grant only if the removal is due earlier than announced before. */
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

/**
 * The occasion "plan". Its key is that of the newest assessment that announced a removal, so a plan that only drops
 * items sends no message.
 */
function planDue(telling: ToldPlan, told: Told, first: Plan): Extract<DueOccasion, { occasion: "plan" }>[] {
  const { items, window } = telling;
  if (items.length === 0 && window === null) return [];
  let newest = first.assessment;
  for (const { grantId } of items) {
    const { assessment } = told.get(grantId)!;
    if (assessment > newest) newest = assessment;
  }
  return [{ ...telling, occasion: "plan", key: `plan-${newest}` }];
}

/** The end of a grant's notice, or of the window for decisions (`item` is null). */
type Ending = { endsMs: number; toldMs: number; item: PlanItem | null };

type Moment = { told: Told; openedAt: string; nowMs: number };

/**
 * The reminders that are due. Notices that end on one UTC day share a reminder, so notices given minutes apart send one
 * message.
 */
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
    const isLast = ending.window !== null && days === reminderDays.at(-1) ? { isLast: true as const } : {};
    return [{ ...ending, occasion: "reminder", key, endsAt: isoInstant(endsMs), ...isLast }];
  });
}

type Notice = { endsMs: number; toldMs: number; nowMs: number };

/**
 * How many days before the end the latest reminder was due; null if none was, or if the plan's own message came at that
 * time or later.
 */
function reminderReached({ endsMs, toldMs, nowMs }: Notice): number | null {
  const reached = reminderDays.filter((days) => nowMs >= endsMs - days * dayMs).at(-1);
  return reached !== undefined && endsMs - reached * dayMs > toldMs ? reached : null;
}
