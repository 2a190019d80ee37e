import type { Grant, Holder } from "../../../functions/review/grants/grant.ts";
import { grantId } from "../../../functions/review/grants/grant-comparison.ts";
import { buildPlan } from "../../../functions/review/plan/build-plan.ts";
import type { Candidate, Plan, PlanContext } from "../../../functions/review/plan/plan.ts";
import type { Decision } from "../../../functions/review/rules/decision.ts";
import { defaultGuard, type Guard, type Rule } from "../../../functions/review/rules/policy.ts";

/** When the invented snapshot was taken. */
export const takenAt = "2026-06-01T00:00:00Z";

type Changes = Partial<Omit<Grant, "holder" | "role">> & { holder?: Partial<Holder>; role?: Partial<Grant["role"]> };

/** An old grant of an active holder that nothing holds, but for the changes. */
export function inventGrant(changes: Changes = {}): Grant {
  const holder: Holder = {
    id: "h1",
    kind: "user",
    status: "active",
    name: "Invented Person",
    email: "person@example.com",
    departmentId: "d1",
    managerId: null,
    lastDay: null,
    employedAgain: false,
    ...changes.holder,
  };
  const names = { zh: "角色", en: "Role" };
  const role = {
    id: "r1",
    code: "code-1",
    name: names,
    description: names,
    kind: "org",
    status: "active",
    ...changes.role,
  };
  return {
    id: grantId("people", holder.id, role.id),
    source: "people",
    provider: "feishu-corehr",
    scopes: [[{ dimension: "department", ids: ["d1"], names: ["One"] }]],
    removable: true,
    unremovableReason: null,
    restorable: true,
    grantedAt: "2025-01-01T00:00:00Z",
    firstSeenAt: "2025-02-01T00:00:00Z",
    ...changes,
    holder,
    role,
  };
}

/** An overridable expire rule of 7 days' notice, but for the changes. */
export const inventRule = (changes: Partial<Rule> = {}): Rule => ({
  id: "stale",
  when: "true",
  then: "expire",
  noticeDays: 7,
  reason: { en: "stale", zh: "过期" },
  overridable: true,
  ...changes,
});

/** A keep of the grant until 2027, but for the changes. */
export const inventKeep = (grant: Grant, changes: Partial<Decision> = {}): Decision => ({
  review: "2026-03-01T000000Z",
  grantId: grant.id,
  decision: "keep",
  until: "2027-01-01T00:00:00Z",
  reviewer: "reviewer-1",
  reason: "needed",
  decidedAt: "2026-03-05T00:00:00Z",
  provenBy: null,
  ...changes,
});

/** A grant that the given rules match, `stale` if none is given. */
export const inventCandidate = (changes: Changes = {}, matched: Rule[] = [inventRule()]): Candidate => ({
  grant: inventGrant(changes),
  matched,
  keep: null,
});

/** A context under which no role is small and no brake trips, but for the changes. */
export function inventContext(changes: Partial<PlanContext> = {}, guard: Partial<Guard> = {}): PlanContext {
  return {
    source: "people",
    review: "2026-06-01T000000Z",
    assessment: "0001",
    createdAt: "2026-06-01T01:00:00Z",
    now: takenAt,
    firstPlannedAt: takenAt,
    snapshotSha256: "a".repeat(64),
    policySha256: "b".repeat(64),
    decisionsSha256: "c".repeat(64),
    population: { grants: 1000, holders: 800, roles: 40 },
    previousNotices: new Map(),
    roleHolders: new Map(["r1", "r2"].map((id) => [id, { holders: 1000, active: 900 }])),
    policy: { formatVersion: 1, timezone: "Asia/Shanghai", rules: [], guard: { ...defaultGuard, ...guard } },
    previousPopulation: { grants: 1000, verifiedRemovals: 0 },
    isFirstReview: false,
    ...changes,
  };
}

/** What holds each item of a plan, in the candidates' order. */
export function holdsOf(candidates: Candidate[], context: PlanContext): (string | null)[] {
  const plan: Plan = buildPlan(candidates, context);
  return candidates.map(({ grant }) => plan.items.find((item) => item.grantId === grant.id)?.hold?.by ?? null);
}
