import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EndedOccasion, type TextContext, textOf } from "../../functions/messages/occasion-text.ts";
import { reviewerTextOf } from "../../functions/messages/reviewer-text.ts";
import type { DueOccasion } from "../../functions/review/people/occasions.ts";
import { buildPlan } from "../../functions/review/plan/build-plan.ts";
import type { PlanItem } from "../../functions/review/plan/plan.ts";
import { defaultGuard, type Policy } from "../../functions/review/rules/policy.ts";
import { inventContext, inventRule } from "../review/grants/invented-grants.ts";

const reasons = { en: "The holder is disabled", zh: "持有人已停用" };
const policy: Policy = {
  formatVersion: 1,
  timezone: "Asia/Shanghai",
  guard: defaultGuard,
  rules: [
    inventRule({ id: "disabled", reason: reasons }),
    inventRule({ id: "leaver", overridable: false, reason: { en: "The holder has left", zh: "持有人已离职" } }),
  ],
};

const contextIn = (language: "zh" | "en", more: Partial<TextContext> = {}): TextContext => ({
  source: "people",
  review: "2026-10-01T020000Z",
  language,
  policy,
  reportUrl: null,
  reportPlace: "s3://bucket/report.html",
  deskUrl: null,
  silentReviewers: 0,
  approveCommands: ["approve it"],
  nowMs: Date.UTC(2026, 9, 1, 2),
  ...more,
});

const inventItem = (more: Partial<PlanItem> = {}): PlanItem => ({
  grantId: "0123456789abcdef",
  holderId: "6967000110000000037",
  roleId: "r1",
  rules: ["disabled"],
  seen: "0".repeat(64),
  noticeAt: "2026-10-01T02:00:00Z",
  notBefore: "2026-10-08T02:00:00Z",
  notices: {},
  hold: null,
  ...more,
});

const planWith = (items: PlanItem[]) => ({ ...buildPlan([], inventContext()), items });
const limits = [{ name: "maxShare", limit: 0.05, actual: 0.0731 }];
const window = { endsAt: "2026-10-15T02:00:00Z", undecided: 3 };

const held = { heldSince: "2026-10-01T02:00:00.000Z", actUntil: "2026-10-31T02:00:00.000Z" };

const planDue = (items: PlanItem[], open = items): Extract<DueOccasion, { occasion: "plan" }> => ({
  occasion: "plan",
  key: "plan-0001",
  plan: planWith(items),
  items: open,
  window,
});

const everyOccasion = (items: PlanItem[]): DueOccasion[] => {
  const told = planDue(items);
  return [
    told,
    { ...told, occasion: "reminder", key: "reminder-20261008-3", endsAt: "2026-10-08T02:00:00Z" },
    { ...told, occasion: "held", key: "held-0123456789abcdef", limits, held },
  ];
};

describe("textOf()", () => {
  it("says of a plan how many, when, why, and what one can do about it", () => {
    const leaver = inventItem({ rules: ["leaver"], notBefore: "2026-10-01T02:00:00Z" });
    const held = inventItem({ hold: { by: "too-new", detail: "" } });
    const text = textOf(planDue([leaver, inventItem(), held], [leaver, inventItem()]), contextIn("en"));
    expect(text.title).toBe("people: 2 grants to be removed");
    expect(text.lists).toEqual([
      { title: "When", rows: ["at once: 1", "2026-10-08 10:00 (Asia/Shanghai): 1"] },
      { title: "Why", rows: ["The holder has left: 1", "The holder is disabled: 1"] },
    ]);
    expect(text.paragraphs).toEqual([
      expect.stringContaining("2026-10-01T020000Z"),
      "Nobody has decided on 3 grants yet. One can decide until 2026-10-15 10:00 (Asia/Shanghai).",
      expect.stringContaining("To object (possible for 1)"),
      "Held back by a guard or a decision: 1 grant more.",
      "Report: s3://bucket/report.html",
    ]);
  });

  it("says so where no decision can keep anything", () => {
    const text = textOf(planDue([inventItem({ rules: ["leaver"] })]), contextIn("zh"));
    expect(text.paragraphs).toContain("这些授权按规则必须收回，决定不能保留。");
  });

  it("says of a held plan which limits stopped it, as people read shares, and how to let it go on", () => {
    const [, , held] = everyOccasion([inventItem()]);
    const text = textOf(held!, contextIn("en"));
    expect(text).toMatchObject({ isUrgent: true, commands: [{ label: "To let it go on", command: "approve it" }] });
    expect(text.lists[0]).toEqual({ title: "What stopped it", rows: ["maxShare: 7.3 %, allowed 5 %"] });
  });

  it.each([
    ["en", 0, "people: the plan is held and needs an approval", "Time to approve: 30 days, until 2026-10-31 10:00"],
    ["en", 3.5, "people: the plan is still held and needs an approval, 26 days left", "Reminder: held for 3 days."],
    ["en", 29.5, "people: the plan is still held and needs an approval, less than a day left", "held for 29 days."],
    ["zh", 0, "people：计划已熔断，等待批准", "批准的期限：还剩 30 天，到 2026-10-31 10:00"],
    ["zh", 29, "people：计划仍在等待批准，还剩 1 天", "提醒：已等待 29 天。"],
  ] as const)("says of a held plan, in %s after %d days, how long it is held and what time is left", (...row) => {
    const [language, days, title, line] = row;
    const [, , due] = everyOccasion([inventItem()]);
    const text = textOf(due!, contextIn(language, { nowMs: Date.parse(held.heldSince) + days * 86_400_000 }));
    expect(text.title).toBe(title);
    expect(text.paragraphs.join("\n")).toContain(line);
  });

  it("says no time of a held plan that somebody refused", () => {
    const [, , due] = everyOccasion([inventItem()]);
    const refused = { ...due, held: null } as DueOccasion;
    const text = textOf(refused, contextIn("en", { nowMs: Date.parse(held.actUntil) }));
    expect(text.title).toBe("people: the plan is held and needs an approval");
    expect(text.paragraphs.join("\n")).not.toContain("Time to approve");
  });

  it("says of the end what became of the grants, and the evidence's hash", () => {
    const balance = {
      ...{ population: 9, kept: 5, revoked: 2, alreadyGone: 0, changed: 0, refused: 1, failed: 0, unverified: 0 },
      ...{ held: 1, pending: 0, balanced: true },
    };
    const ended = { occasion: "ended", key: "ended", evidence: { balance, mode: "enforce" }, sha256: "a".repeat(64) };
    const text = textOf(ended as EndedOccasion, contextIn("zh", { policy: null, reportUrl: "https://example.com/r" }));
    expect(text.title).toBe("people：复核已结束，收回 2 项授权");
    expect(text.isUrgent).toBe(true);
    expect(text.lists).toEqual([{ title: "授权的去向", rows: ["已收回：2", "被系统拒绝：1", "暂缓：1", "保留：5"] }]);
    expect(text.paragraphs.join("\n")).toContain("a".repeat(64));
    expect(text.link).toEqual({ label: "打开报告", url: "https://example.com/r" });
  });

  it("never says whose grants, or which, whatever the ids", () => {
    const anyId = fc.stringMatching(/^[a-z0-9]{8,19}$/);
    const anyItem = fc.record({ grantId: anyId, holderId: anyId, roleId: anyId }).map((ids) => inventItem(ids));
    fc.assert(
      fc.property(fc.array(anyItem, { minLength: 1, maxLength: 5 }), fc.constantFrom("zh", "en"), (items, language) => {
        const said = everyOccasion(items).map((due) => JSON.stringify(textOf(due, contextIn(language))));
        // A plan's own hash may hold any letters, and is not said here but in commands.
        const ids = items.flatMap(({ grantId, holderId, roleId }) => [grantId, holderId, roleId]);
        return ids.every((id) => !said.join("\n").includes(id));
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe("reviewerTextOf()", () => {
  it("says how much is theirs, until when, and leads to their part of the report", () => {
    const share = { id: "u1", grants: 30, undecided: 4, decided: 0 };
    const text = reviewerTextOf(
      { due: planDue([inventItem()]) },
      share,
      contextIn("en", { reportUrl: "https://example.com/r" }),
    );
    expect(text.title).toBe("people: 4 grants to decide on");
    expect(text.paragraphs.slice(1)).toEqual([
      "Yours to review: 30 grants. Waiting for your decision: 4.",
      "Please decide in the report, and hand in the decisions file before 2026-10-08 10:00 (Asia/Shanghai).",
    ]);
    expect(text.link?.url).toBe("https://example.com/r#reviewer=u1");
  });
});
