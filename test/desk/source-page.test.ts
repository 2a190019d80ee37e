import { describe, expect, it } from "vitest";
import type { HeldPlanModel, PageContext, RefusalModel, SourceState } from "../../functions/desk/model.ts";
import { pageOf } from "../../functions/desk/pages/page-of.ts";
import { refusalsEn } from "../../functions/desk/pages/words/refusals-en.ts";

const state: SourceState = {
  source: "people-hq",
  provider: "feishu-corehr",
  review: "2026-10-01T020000Z",
  state: "deciding",
  nextEvent: { event: "window-ends", at: "2026-10-15T02:00:00Z" },
  stoppedAt: null,
  population: { grants: 900, holders: 300, roles: 24 },
  failedChecks: [],
  reviewers: [
    { id: "u-1", name: "王芳", grants: 40, toDecide: 14, decided: 5, told: "2026-10-02T02:00:00Z" },
    { id: "u-2", name: "Li Na", grants: 4, toDecide: 2, decided: 2, told: null },
    { id: null, name: null, grants: 3, toDecide: 3, decided: 0, told: null },
  ],
  holds: [
    {
      by: "role-share",
      grants: 12,
      grantIds: [],
      lifts: [{ code: "remove-by-hand", figures: { role: "会议室管理员", leavers: 5 } }],
    },
    {
      by: "too-new",
      grants: 2,
      grantIds: [],
      lifts: [{ code: "wait-until", figures: { until: "2026-10-08T02:00:00Z" } }],
    },
  ],
  heldPlan: null,
  badFiles: [{ file: "decisions/people-hq/wang.csv", fault: "no column `decision`" }],
  failedMessages: [],
  lastSealed: null,
  nextDue: "2027-01-01T02:00:00Z",
  nextSweep: null,
  counts: { items: 20, removed: 6, refused: 0, held: 3, waiting: 14 },
  sweep: null,
  narrowed: null,
};

const context: PageContext = {
  viewer: { name: "Ops", csrf: "token", isOperator: true, isApprover: false, isPerson: false },
  language: "en",
  timezone: "Asia/Shanghai",
  now: "2026-10-05T02:00:00Z",
  basePath: "",
  path: "/",
  requestId: "request",
  contact: null,
  sent: null,
  asked: { byPerson: false, asSuggested: false, allRows: false, done: null },
};

const pageWith = (more: Partial<SourceState> = {}, language: PageContext["language"] = "en"): string =>
  pageOf(
    { page: "home", model: { tasks: [], heldPlans: [], sources: [{ ...state, ...more }] } },
    { ...context, language },
  ).html;

describe("an operator's page", () => {
  it("counts what was removed, what waits and what is held", () => {
    const said = (language: "zh" | "en"): string =>
      pageOf({ page: "home", model: { tasks: [], heldPlans: [], sources: [state] } }, { ...context, language }).html;
    expect(said("en")).toContain("6 of 20 removed, 14 wait, 3 held");
    expect(said("zh")).toContain("暂缓 3 项");
  });

  it("says of each source its stage, what comes next, when it was sealed last and is due next", () => {
    const page = pageWith();
    expect(page).toMatch(/people-hq <span class="badge wait">people decide/);
    expect(page).toContain("2026-10-15 10:00: the time to decide ends");
    expect(page).toMatch(/Last sealed<\/dt><dd>never[\s\S]*Next review<\/dt><dd>2027-01-01 10:00/);
  });

  it("tells of the newest sweep, where to approve one that is held, and when the next begins", () => {
    const sweep: NonNullable<SourceState["sweep"]> = {
      sweep: "2026-10-04T223000Z-sweep",
      state: "sealed",
      population: { grants: 9, holders: 3, roles: 4 },
      counts: { items: 7, removed: 6, refused: 1, held: 0, waiting: 0 },
      failedChecks: [],
      longestHours: 19,
    };
    const due = {
      nextSweep: "2026-10-05T22:30:00Z",
      nextEvent: { event: "sweep", at: "2026-10-05T22:30:00Z" },
    } as const;
    const [page, chinese] = [pageWith({ sweep, ...due }), pageWith({ sweep, ...due }, "zh")];
    expect(page).toMatch(
      /Newest sweep<\/dt><dd>2026-10-05 06:30 <span class="badge good">sealed<\/span> 3 people looked at/,
    );
    expect(page).toContain("6 of 7 removed, a leaver kept something for 19 hours at most");
    expect(page).toContain('href="/reviews/people-hq/2026-10-04T223000Z-sweep/report"');
    expect(page).toMatch(
      /Next<\/dt><dd>2026-10-06 06:30: the next sweep begins[\s\S]*Next sweep<\/dt><dd>2026-10-06 06:30/,
    );
    expect(chinese).toContain("查看 3 人，已移除 6 / 7 项，离职后最长保留 19 小时");
    expect(chinese).toMatch(/下次清理<\/dt><dd>2026-10-06 06:30/);
    const held = pageWith({ sweep: { ...sweep, state: "held", longestHours: null } });
    expect(held).toContain('href="/reviews/people-hq/2026-10-04T223000Z-sweep/approve"');
    const failedChecks = [{ name: "known-leavers-shown", detail: "2 of 5 leavers missing" }];
    const incomplete = pageWith({ sweep: { ...sweep, state: "incomplete", longestHours: null, failedChecks } });
    expect(incomplete).toContain("known-leavers-shown: 2 of 5 leavers missing");
    expect(incomplete).not.toContain("-sweep/report");
  });

  it("lists who has not answered, and reminds one or all of them by a form", () => {
    const page = pageWith();
    expect(page).toMatch(/王芳[\s\S]*9 of 14[\s\S]*name="reviewer" value="u-1"/);
    expect(page).not.toContain("Li Na");
    expect(page).toContain("nobody: no reviewer was found");
    expect(page).toMatch(
      /action="\/reviews\/people-hq\/2026-10-01T020000Z\/remind"[\s\S]*value=""[\s\S]*Remind everybody/,
    );
  });

  it("says what is held back and what lifts it, in both languages", () => {
    expect(pageWith()).toMatch(
      /12 grants[\s\S]*Whoever of 会议室管理员 has to go: remove them by hand[^<(]*<[\s\S]*Wait until 2026-10-08 10:00\./,
    );
    expect(pageWith({}, "zh")).toMatch(/12 项[\s\S]*等到 2026-10-08 10:00。/);
  });

  it("offers to stop, and once it is stopped to resume, each with a reason", () => {
    expect(pageWith()).toMatch(/action="\/sources\/people-hq\/stop"[\s\S]*name="reason"[^>]*required/);
    const stopped = pageWith({ stoppedAt: "2026-10-04T02:00:00Z" });
    expect(stopped).toContain("Stopped since 2026-10-04 10:00");
    expect(stopped).toContain('action="/sources/people-hq/resume"');
  });

  it("says that the app sees less than before, since when, what ends that, and who acknowledged it", () => {
    const acknowledged = { by: "Lin", reason: "the branch was sold", at: "2026-10-04T02:00:00Z" };
    const range = { since: "2026-10-03T02:00:00Z", removed: { departments: 1, users: 20, groups: 0 } };
    const narrowed = { ...range, acknowledged: null };
    expect(pageWith({ narrowed })).toMatch(
      /Since 2026-10-03 10:00 the app sees less of the company \(gone: 1 departments, 20 people, 0 groups\)/,
    );
    expect(pageWith({ narrowed }, "zh")).toContain("自 2026-10-03 10:00 起应用可见范围缩小");
    expect(pageWith()).not.toContain("sees less");
    expect(pageWith({ narrowed })).toContain('class="notice grave"');
    const known = pageWith({ narrowed: { ...range, acknowledged } });
    expect(known).toContain("Acknowledged by Lin at 2026-10-04 10:00: the branch was sold");
    expect(known).not.toContain('class="notice grave"');
    expect(pageWith({ narrowed: { ...range, acknowledged } }, "zh")).toContain("Lin 已于 2026-10-04 10:00 确认");
  });

  it("names what went wrong", () => {
    expect(pageWith()).toContain("decisions/people-hq/wang.csv: no column `decision`");
  });
});

describe("the first page of an approver", () => {
  it("lists the plan that waits for them, and does not say that nothing does", () => {
    const plan = { source: "people-hq", review: "2026-10-01T020000Z", items: [{ hold: null }, { hold: "brake" }] };
    const heldPlans = [plan as unknown as HeldPlanModel];
    const { html } = pageOf({ page: "home", model: { tasks: [], heldPlans, sources: null } }, context);
    expect(html).toContain("people-hq: 1 grant to be removed");
    expect(html).toContain('href="/reviews/people-hq/2026-10-01T020000Z/approve"');
    expect(html).not.toContain("Nothing waits for you");
    const nothing = { tasks: [], heldPlans: [], sources: null };
    expect(pageOf({ page: "home", model: nothing }, context).html).toContain("Nothing waits for you");
  });
});

describe("a refusal's page", () => {
  const refusals = Object.keys(refusalsEn.refusals) as RefusalModel["code"][];
  const textOf = (html: string): string => /<section class="request refusal[\s\S]*?<\/section>/.exec(html)![0];

  it.each(refusals)("says what happened and what to do now, in either language: %s", (code) => {
    const figures = { subject: "on_1", provider: "feishu", most: 5_000, mostBytes: 4_194_304, endedAt: context.now };
    const model: RefusalModel = { status: 403, code, figures, faults: [], signInPath: null };
    const [en, zh] = (["en", "zh"] as const).map((language) =>
      textOf(pageOf({ page: "refused", model }, { ...context, language }).html),
    );
    expect(en).not.toMatch(/[\u4e00-\u9fff]|[{}]|undefined/);
    expect(zh).toMatch(/<h1>[^<]*[\u4e00-\u9fff]/);
    expect(zh).not.toMatch(/[{}]|undefined/);
  });
});
