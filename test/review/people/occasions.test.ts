import { describe, expect, it } from "vitest";
import { dayMs, isoInstant } from "../../../functions/basics/time.ts";
import { type DueOccasion, type OpenReview, occasionsDue } from "../../../functions/review/people/occasions.ts";
import { buildPlan } from "../../../functions/review/plan/build-plan.ts";
import type { Plan, PlanItem } from "../../../functions/review/plan/plan.ts";
import { inventContext } from "../grants/invented-grants.ts";

const startMs = Date.UTC(2026, 9, 1, 2);

const item = (grantId: string, dueAfterDays: number, more: Partial<PlanItem> = {}): PlanItem => ({
  grantId,
  holderId: "h1",
  roleId: "r1",
  rules: ["stale"],
  seen: "0".repeat(64),
  noticeAt: isoInstant(startMs),
  notBefore: isoInstant(startMs + dueAfterDays * dayMs),
  notices: {},
  hold: null,
  ...more,
});

/** The plan of the assessment made so many days after the start. */
const planOf = (number: number, items: PlanItem[], afterDays = 0): Plan => ({
  ...buildPlan([], inventContext()),
  assessment: String(number).padStart(4, "0"),
  planHash: String(number).repeat(64),
  createdAt: isoInstant(startMs + afterDays * dayMs),
  items,
});

type Asked = Partial<Omit<OpenReview, "nowMs" | "begun">> & { plans: Plan[]; afterDays?: number; begun?: string[] };

const due = ({ afterDays = 0, begun = [], ...more }: Asked): DueOccasion[] =>
  occasionsDue({
    mode: "enforce",
    limits: [],
    held: null,
    window: null,
    begun: new Set(begun),
    nowMs: startMs + afterDays * dayMs,
    ...more,
  });

const keysOf = (asked: Asked): string[] => due(asked).map(({ key }) => key);

const limits = [{ name: "maxExpiries", limit: 20, actual: 25 }];

describe("occasionsDue()", () => {
  it("tells of a plan with something to remove, and never of an empty one", () => {
    expect(keysOf({ plans: [planOf(1, [item("a", 0), item("b", 14)])] })).toEqual(["plan-0001"]);
    expect(keysOf({ plans: [] })).toEqual([]);
    expect(keysOf({ plans: [planOf(1, [])] })).toEqual([]);
    const kept = item("a", 0, { hold: { by: "decision", detail: "kept" } });
    expect(keysOf({ plans: [planOf(1, [kept])] })).toEqual([]);
    expect(keysOf({ plans: [planOf(1, [item("a", 0)])], begun: ["a"] })).toEqual([]);
  });

  it("says nothing of removals in report mode, as there are none", () => {
    expect(keysOf({ plans: [planOf(1, [item("a", 14)])], mode: "report", afterDays: 13.5 })).toEqual([]);
  });

  it("tells anew of a later plan only if that removes more, or sooner", () => {
    const first = planOf(1, [item("a", 14), item("b", 14)]);
    const fewer = planOf(2, [item("a", 14)], 1);
    const later = planOf(2, [item("a", 20), item("b", 14)], 1);
    const more = planOf(2, [item("a", 14), item("c", 14)], 1);
    const sooner = planOf(2, [item("a", 3)], 1);
    const keyAfter = (plan: Plan): string | undefined => keysOf({ plans: [first, plan], afterDays: 1 })[0];
    expect([fewer, later, more, sooner].map(keyAfter)).toEqual(["plan-0001", "plan-0001", "plan-0002", "plan-0002"]);
  });

  it("tells of what the newest plan says, under the key of what was news", () => {
    const plans = [planOf(1, [item("a", 14), item("b", 14)]), planOf(2, [item("b", 14)], 1)];
    const [told] = due({ plans, afterDays: 1 });
    expect(told).toMatchObject({ occasion: "plan", key: "plan-0001", items: [{ grantId: "b" }] });
  });

  it("reminds 7, 3 and 1 days before a notice ends, each once and the nearest alone", () => {
    const plans = [planOf(1, [item("a", 14)])];
    const reminders = (afterDays: number): string[] =>
      keysOf({ plans, afterDays }).filter((key) => key !== "plan-0001");
    const on = "20261015";
    expect([0, 6.9, 7, 10.9, 11, 12.9, 13, 13.9, 14].map(reminders)).toEqual([
      [],
      [],
      [`reminder-${on}-7`],
      [`reminder-${on}-7`],
      [`reminder-${on}-3`],
      [`reminder-${on}-3`],
      [`reminder-${on}-1`],
      [`reminder-${on}-1`],
      [],
    ]);
  });

  it("does not remind of what the plan has just told", () => {
    expect(keysOf({ plans: [planOf(1, [item("a", 7)])] })).toEqual(["plan-0001"]);
    expect(keysOf({ plans: [planOf(1, [item("a", 2)])], afterDays: 0.5 })).toEqual(["plan-0001"]);
    expect(keysOf({ plans: [planOf(1, [item("a", 2)])], afterDays: 1 })).toEqual(["plan-0001", "reminder-20261003-1"]);
  });

  it("reminds once of all that ends on one day, with how many", () => {
    const plans = [planOf(1, [item("a", 14), item("b", 14.1), item("c", 20)])];
    const [, reminder, ...others] = due({ plans, afterDays: 13 });
    expect(reminder).toMatchObject({ key: "reminder-20261015-1", endsAt: isoInstant(startMs + 14 * dayMs) });
    expect(reminder?.items.map(({ grantId }) => grantId)).toEqual(["a", "b"]);
    expect(others).toMatchObject([{ key: "reminder-20261021-7" }]);
  });

  it("tells of a held plan under its hash, even of one without items, and reminds of none of them", () => {
    const held = due({ plans: [planOf(1, [item("a", 14)])], limits, afterDays: 13 });
    expect(held).toMatchObject([
      { occasion: "held", key: "held-1111111111111111", limits, items: [{ grantId: "a" }] },
      { occasion: "plan", isInvitation: true, items: [] },
    ]);
    expect(keysOf({ plans: [planOf(2, [])], limits })).toEqual(["held-2222222222222222"]);
  });

  it("reminds of a held plan after 1, 3 and 7 days, then every week, until it is too old", () => {
    const held = { heldSince: isoInstant(startMs), actUntil: isoInstant(startMs + 30 * dayMs) };
    const told = (afterDays: number): string[] =>
      keysOf({ plans: [planOf(1, [])], limits, held, afterDays }).map((key) => key.replace("1".repeat(16), "…"));
    expect([0, 0.99, 1, 2.9, 3, 6.9, 7, 13.9, 14, 27, 28, 30, 30.01].flatMap(told)).toEqual(
      ["", "", "-1", "-1", "-3", "-3", "-7", "-7", "-14", "-21", "-28", "-28"].map((day) => `held-…${day}`),
    );
  });

  it("tells of the plan once its brake is lifted", () => {
    expect(keysOf({ plans: [planOf(1, [item("a", 14)])], limits: [] })).toEqual(["plan-0001"]);
  });

  describe("with a window for deciding", () => {
    const endsAt = isoInstant(startMs + 14 * dayMs);
    const window = { endsAt, undecided: 3 };
    const plans = [planOf(1, [])];

    it("tells of it in either mode, and reminds until it ends", () => {
      for (const mode of ["report", "enforce"] as const) {
        expect(due({ plans, mode, window })).toMatchObject([{ key: "plan-0001", window, items: [] }]);
        expect(keysOf({ plans, mode, window, afterDays: 11 })).toEqual(["plan-0001", "reminder-20261015-3"]);
      }
    });

    it("says nothing once everything is decided", () => {
      expect(keysOf({ plans, window: { endsAt, undecided: 0 }, afterDays: 11 })).toEqual([]);
    });

    it("reminds of window and notices in one, where they end together, and of the window while the plan is held", () => {
      const both = [planOf(1, [item("a", 14, { ifUndecided: true })])];
      const [, reminder, ...others] = due({ plans: both, window, afterDays: 13 });
      expect(reminder).toMatchObject({ window, items: [{ grantId: "a" }] });
      expect(others).toEqual([]);
      const held = due({ plans: both, window, limits, afterDays: 13 });
      expect(held).toMatchObject([
        { occasion: "held" },
        { occasion: "plan", window, items: [] },
        { occasion: "reminder", window, items: [] },
      ]);
    });

    it("invites reviewers alone while the plan is held, by the key that the plan's message has once it goes on", () => {
      const both = [planOf(1, [item("a", 14, { ifUndecided: true })])];
      const [, invitation] = due({ plans: both, window, limits });
      expect(invitation).toMatchObject({ occasion: "plan", key: "plan-0001", isInvitation: true, items: [] });
      const [plan] = due({ plans: both, window });
      expect(plan).toMatchObject({ occasion: "plan", key: "plan-0001", items: [{ grantId: "a" }] });
      expect(plan).not.toHaveProperty("isInvitation");
    });
  });

  it("tells in whatever order it is looked at: never two keys for one thing", () => {
    const plans = [planOf(1, [item("a", 14)]), planOf(2, [item("a", 14), item("b", 14)], 2)];
    const keys = new Set<string>();
    for (let hours = 48; hours < 14 * 24; hours += 1) {
      for (const key of keysOf({ plans, afterDays: hours / 24 })) keys.add(key);
    }
    expect([...keys].sort()).toEqual([
      "plan-0002",
      "reminder-20261015-1",
      "reminder-20261015-3",
      "reminder-20261015-7",
    ]);
  });
});
