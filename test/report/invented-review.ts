import type { ReportRow, ReviewView } from "../../functions/report/review-view.ts";
import { planStopOf } from "../../functions/report/rows/standing.ts";
import { summarizeReview } from "../../functions/report/summary.ts";
import type { Grant, Holder } from "../../functions/review/grants/grant.ts";
import type { HoldBy, PlanItem } from "../../functions/review/plan/plan.ts";
import type { Outcome, OutcomeKind } from "../../functions/review/proof/receipt.ts";
import type { Finding } from "../../functions/review/rules/finding.ts";
import { defaultGuard } from "../../functions/review/rules/policy.ts";

export const planHash = "5f".repeat(32);

const hexOf = (figure: number): string => figure.toString(16).padStart(16, "0");

export const inventedGrant = (figure: number, holder: Partial<Holder> = {}): Grant => ({
  id: hexOf(figure),
  source: "people-hq",
  provider: "feishu-corehr",
  holder: {
    id: `70000000000000${figure}`,
    kind: "user",
    status: "left",
    name: `林晓${figure}`,
    email: "lin@example.com",
    departmentId: "od-77",
    managerId: null,
    lastDay: "2026-08-31",
    employedAgain: false,
    ...holder,
  },
  role: {
    id: "6967639606963471118",
    code: "hrbp",
    kind: "organizational",
    status: "active",
    name: { zh: "人力资源业务伙伴", en: "HR business partner" },
    description: { zh: null, en: null },
  },
  scopes: [[{ dimension: "department", ids: ["od-1", "od-2"], names: ["华东销售部", null] }]],
  removable: true,
  unremovableReason: null,
  restorable: true,
  grantedAt: "2025-03-04T01:00:00Z",
  firstSeenAt: "2026-01-01T02:00:00Z",
});

export const leaver = (grant: Grant): Finding => ({
  grantId: grant.id,
  rule: "leaver",
  then: "expire",
  reason: { en: "The holder has left the company", zh: "持有人已离职" },
  suppressedBy: null,
});

const itemOf = (grant: Grant, hold: PlanItem["hold"] = null): PlanItem => ({
  grantId: grant.id,
  holderId: grant.holder.id,
  roleId: grant.role.id,
  rules: ["leaver"],
  seen: "ab".repeat(32),
  noticeAt: "2026-10-01T02:10:00Z",
  notBefore: "2026-10-15T02:10:00Z",
  notices: { leaver: "2026-10-01T02:10:00Z" },
  hold,
});

const outcomeOf = (grant: Grant, outcome: OutcomeKind, detail: string | null): Outcome => ({
  formatVersion: 1,
  grantId: grant.id,
  planHash,
  outcome,
  detail,
  requestId: "req-20261001",
  at: "2026-10-01T02:20:00Z",
  verifiedAt: outcome === "revoked" ? "2026-10-01T02:20:03Z" : null,
});

/** Rows whose grants stand in different places; the figure makes the grant. */
export const silentRow = (figure: number): ReportRow => ({
  grant: inventedGrant(figure, { status: "active", lastDay: null }),
  findings: [],
  item: null,
  outcome: null,
});

export const flaggedRow = (figure: number, holder: Partial<Holder> = {}): ReportRow => {
  const grant = inventedGrant(figure, holder);
  return { grant, findings: [leaver(grant)], item: null, outcome: null };
};

export const waitingRow = (figure: number): ReportRow => {
  const row = flaggedRow(figure);
  return { ...row, item: itemOf(row.grant) };
};

export const heldRow = (figure: number, by: HoldBy, detail = "detail of the hold"): ReportRow => {
  const row = flaggedRow(figure);
  return { ...row, item: itemOf(row.grant, { by, detail }) };
};

export const outcomeRow = (figure: number, outcome: OutcomeKind, detail: string | null = null): ReportRow => {
  const row = waitingRow(figure);
  return { ...row, outcome: outcomeOf(row.grant, outcome, detail) };
};

const population = { grants: 912, holders: 640, roles: 40 };

const invented = (): Omit<ReviewView, "summary" | "planStop"> => ({
  mode: "enforce",
  language: "en",
  sealed: null,
  snapshot: {
    formatVersion: 1,
    source: "people-hq",
    provider: "feishu-corehr",
    origin: { host: "open.feishu.cn", account: "cli_a1b2" },
    review: "2026-10-01T020000Z",
    startedAt: "2026-10-01T02:00:00Z",
    takenAt: "2026-10-01T02:10:00Z",
    toolVersion: "0.1.0",
    listing: { way: "by-role", why: "fewest calls: 24 against 310" },
    complete: true,
    population,
    parts: [],
    reads: [],
    checks: [
      { name: "listings-ended", passed: true, detail: "24 listings, 24 ended" },
      { name: "canaries", passed: true, detail: "1 of 1 seen" },
    ],
  },
  policy: {
    formatVersion: 1,
    timezone: "Asia/Shanghai",
    guard: defaultGuard,
    rules: [
      {
        id: "leaver",
        when: 'holder.status == "left"',
        then: "expire",
        noticeDays: 0,
        overridable: false,
        reason: { en: "The holder has left the company", zh: "持有人已离职" },
      },
    ],
  },
  plan: {
    formatVersion: 1,
    planHash,
    source: "people-hq",
    review: "2026-10-01T020000Z",
    assessment: "0001",
    createdAt: "2026-10-01T02:11:00Z",
    snapshotSha256: "1a".repeat(32),
    policySha256: "2b".repeat(32),
    decisionsSha256: "3c".repeat(32),
    population,
    items: [],
    brake: { tripped: false, limits: [] },
  },
  changesSincePrevious: { previousReview: null, removedByPrevious: [], appeared: 0, vanished: 0 },
});

/** A review of an invented company, of which the rows and some parts are given. */
export function inventedView(rows: ReportRow[], parts: Partial<ReviewView> = {}): ReviewView {
  const view = { ...invented(), ...parts };
  const outcomes = rows.flatMap(({ outcome }) => outcome ?? []);
  const planStop = planStopOf(view, outcomes);
  return { ...view, planStop, summary: parts.summary ?? summarizeReview(population, rows, planStop) };
}
