import type { HoldBy, Plan } from "../../review/plan/plan.ts";
import type { Outcome, OutcomeKind } from "../../review/proof/receipt.ts";

/** A reason that holds back every item of a plan at once: the brake, or that report mode removes nothing. */
export type PlanStop = "brake" | "report-mode";

/** Where one grant stands in the review, the first that fits: an outcome, held, pending, else kept. */
export type Standing =
  | { kind: "outcome"; outcome: OutcomeKind }
  | { kind: "held"; by: HoldBy | PlanStop }
  | { kind: "pending"; ifUndecided?: true; isNarrowed?: true }
  | { kind: "kept" };

/** The part of a row that tells where its grant stands. */
export type Stands = {
  item: { hold: { by: HoldBy } | null; ifUndecided?: true; keep?: readonly unknown[] } | null;
  outcome: { outcome: OutcomeKind } | null;
};

/** Where a row stands, given what stops its whole plan (`null`: nothing does). */
export function standingOf({ item, outcome }: Stands, planStop: PlanStop | null): Standing {
  if (outcome) return { kind: "outcome", outcome: outcome.outcome };
  if (!item) return { kind: "kept" };
  const by = item.hold?.by ?? planStop;
  if (by) return { kind: "held", by };
  if (item.keep && item.keep.length > 0) return { kind: "pending", isNarrowed: true };
  return item.ifUndecided ? { kind: "pending", ifUndecided: true } : { kind: "pending" };
}

const unremovedOutcomes: ReadonlySet<OutcomeKind> = new Set(["refused", "unverified", "failed"]);

/** Whether a grant is still there although it should be gone: a removal was tried in vain, or the provider removes none. */
export function isUnremoved(standing: Standing): boolean {
  if (standing.kind === "outcome") return unremovedOutcomes.has(standing.outcome);
  return standing.kind === "held" && standing.by === "unremovable";
}

/** The groups of the list of grants. */
export type RowGroup = "unremoved" | "waiting" | "held" | "changed" | "removed" | "narrowed" | "kept";

/** The group of a grant that stands there. */
export function rowGroupOf(standing: Standing): RowGroup {
  if (isUnremoved(standing)) return "unremoved";
  if (standing.kind === "outcome") {
    return standing.outcome === "changed" || standing.outcome === "narrowed" ? standing.outcome : "removed";
  }
  return standing.kind === "pending" ? "waiting" : standing.kind;
}

/** The part of a review that tells whether its plan is stopped as a whole. */
export type Stoppable = {
  mode: "report" | "enforce";
  plan: Pick<Plan, "planHash"> & { brake: Pick<Plan["brake"], "tripped"> };
  approval?: object | null;
};

/** What stops the plan of a review as a whole. An outcome of this very plan proves that its brake was lifted. */
export function planStopOf(view: Stoppable, outcomes: Iterable<Pick<Outcome, "planHash">>): PlanStop | null {
  if (view.mode === "report") return "report-mode";
  if (!view.plan.brake.tripped || view.approval) return null;
  for (const { planHash } of outcomes) if (planHash === view.plan.planHash) return null;
  return "brake";
}
