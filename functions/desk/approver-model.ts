import { openLedger, readEvidence, withLedger } from "../ledger/ledger.ts";
import { brakeToday, newestPlan, verdictsOn } from "../ledger/plans.ts";
import { readOutcomes } from "../ledger/receipts.ts";
import type { ReportRow } from "../report/review-view.ts";
import type { Stage } from "../review/stage.ts";
import { readReportRows } from "../stages/show/review-report.ts";
import type { HeldItem, HeldPlanModel, Viewer } from "./model.ts";
import type { ReviewState } from "./review-state.ts";

const shownRoles = 50;

/** Who looks at a plan. */
type PlanReader = { viewer: Pick<Viewer, "isApprover">; reader: { subject: string } };

/** A plan that the brake stops, as an approver decides on it. */
export async function heldPlanModel(
  stage: Stage,
  state: ReviewState,
  { viewer, reader }: PlanReader,
): Promise<HeldPlanModel> {
  const { plan, policy, approval, stored } = state;
  const [rows, { approvedBy, refusedBy }, last] = await Promise.all([
    rowsOf(stage, state),
    verdictsOn(stage, plan.planHash),
    lastReviewOf(stage, state),
  ]);
  const going = new Set(
    plan.items.filter((item) => item.hold === null && (item.keep ?? []).length === 0).map(({ grantId }) => grantId),
  );
  const path = `/reviews/${stage.sourceId}/${stage.review}`;
  return {
    source: stage.sourceId,
    review: stage.review,
    planHash: plan.planHash,
    createdAt: plan.createdAt,
    limits: brakeToday(stage, { plan }).map((limit) => ({ ...limit, lastTime: last?.figures[limit.name] ?? null })),
    items: rows.items,
    lastReview: last?.review ?? null,
    remaining: { ...rows.remaining(going), grants: stored.snapshot.population.grants - going.size },
    approvalsNeeded: policy.guard.approvals ?? 1,
    approvedBy: approvedBy.map(({ by, at, reason, provenBy }) => ({
      by,
      at,
      reason,
      provenBy,
      isMine: provenBy?.subject === reader.subject,
    })),
    refusedBy: refusedBy && { by: refusedBy.by, at: refusedBy.at, reason: refusedBy.reason },
    mayApprove: viewer.isApprover && approval === null && refusedBy === null && state.planStop === "brake",
    approvePath: `${path}/approve`,
    reportPath: `${path}/report`,
  };
}

type RoleCount = { role: ReportRow["grant"]["role"]; holders: number; ids: string[] };

/** The items of the plan with their grants, and how many hold each role that it touches. */
async function rowsOf(stage: Stage, { plan, policy, mode }: ReviewState) {
  const items: HeldItem[] = [];
  const roles = new Map<string, RoleCount>();
  const holders = new Map<string, string[]>();
  const { departmentNames } = await readReportRows(
    withLedger(stage),
    { plan, policy, mode },
    ({ grant, findings, item }) => {
      const { holder, role } = grant;
      const count = roles.get(role.id) ?? { role, holders: 0, ids: [] };
      roles.set(role.id, { ...count, holders: count.holders + 1, ids: item ? [...count.ids, grant.id] : count.ids });
      holders.set(holder.id, [...(holders.get(holder.id) ?? []), grant.id]);
      if (!item) return;
      items.push({
        grantId: grant.id,
        holder: {
          id: holder.id,
          name: holder.name,
          status: holder.status,
          departmentId: holder.departmentId,
          departmentName: null,
        },
        role,
        scopes: grant.scopes,
        reasons: findings
          .filter(({ then }) => then !== "flag")
          .map(({ rule, then, reason, suppressedBy, keep }) => ({
            rule,
            then,
            reason,
            settled: suppressedBy,
            ...(keep ? { keep } : {}),
          })),
        notBefore: item.notBefore,
        hold: item.hold?.by ?? null,
        ...(item.keep ? { keep: item.keep } : {}),
      });
    },
  );
  const nameOf = (id: string | null): string | null => (id === null ? null : (departmentNames.get(id) ?? null));
  return {
    items: items.map((item) => ({
      ...item,
      holder: { ...item.holder, departmentName: nameOf(item.holder.departmentId) },
    })),
    remaining: (going: ReadonlySet<string>) => ({
      holders: [...holders.values()].filter((grants) => grants.some((id) => !going.has(id))).length,
      roles: [...roles.values()]
        .map(({ role, holders: before, ids }) => ({
          role,
          holders: before,
          after: before - ids.filter((id) => going.has(id)).length,
        }))
        .filter((each) => each.after < each.holders)
        .sort((a, b) => b.holders - b.after - (a.holders - a.after))
        .slice(0, shownRoles),
    }),
  };
}

/** What the review before came to, and the figures that the limits look at. */
async function lastReviewOf(stage: Stage, { stored }: ReviewState) {
  const before = await openLedger(stage.store, stage.sourceId).snapshotBefore(stage.review, stored.snapshot.origin);
  if (!before) return null;
  const place = { ...stage, review: before.review };
  const [plan, outcomes, sealed] = await Promise.all([newestPlan(place), readOutcomes(place), readEvidence(place)]);
  if (!plan || !sealed) return null;
  const items = plan.items.filter(({ hold }) => hold === null).length;
  const { grants } = before.population;
  const figures: Record<string, number | undefined> = { maxExpiries: items, maxShare: grants > 0 ? items / grants : 0 };
  const removed = [...outcomes.values()].filter(({ outcome }) => outcome === "revoked").length;
  return { figures, review: { review: before.review, grants, removed, sealedAt: sealed.evidence.sealedAt } };
}
