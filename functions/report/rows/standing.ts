import type { HoldBy } from "../../review/plan/plan.ts";
import type { Outcome, OutcomeKind } from "../../review/proof/receipt.ts";
import type { ReviewView } from "../review-view.ts";

/** What holds every item of a plan back at once: the brake, or that report mode removes nothing. */
export type PlanStop = "brake" | "report-mode";

/** Where one grant stands in the review, the first that fits: an outcome, held, pending, else kept. */
export type Standing =
  | { kind: "outcome"; outcome: OutcomeKind }
  | { kind: "held"; by: HoldBy | PlanStop }
  | { kind: "pending"; ifUndecided?: true }
  | { kind: "kept" };

/** What tells where a grant stands. */
export type Stands = {
  item: { hold: { by: HoldBy } | null; ifUndecided?: true } | null;
  outcome: { outcome: OutcomeKind } | null;
};

/** Where a row stands, given what stops its whole plan (`null`: nothing does). */
export function standingOf({ item, outcome }: Stands, planStop: PlanStop | null): Standing {
  if (outcome) return { kind: "outcome", outcome: outcome.outcome };
  if (!item) return { kind: "kept" };
  const by = item.hold?.by ?? planStop;
  if (by) return { kind: "held", by };
  return item.ifUndecided ? { kind: "pending", ifUndecided: true } : { kind: "pending" };
}

const unremovedOutcomes: ReadonlySet<OutcomeKind> = new Set(["refused", "unverified", "failed"]);

/** Whether a grant is still there although it should be gone: a removal was tried in vain, or the provider takes none. */
export function isUnremoved(standing: Standing): boolean {
  if (standing.kind === "outcome") return unremovedOutcomes.has(standing.outcome);
  return standing.kind === "held" && standing.by === "unremovable";
}

/** The groups of the list of grants, the one that calls for a person first. */
export type RowGroup = "unremoved" | "waiting" | "held" | "changed" | "removed" | "kept";

/** Which group a grant stands in. */
export const rowGroupOf = (standing: Standing): RowGroup => {
  if (isUnremoved(standing)) return "unremoved";
  if (standing.kind === "outcome") return standing.outcome === "changed" ? "changed" : "removed";
  return standing.kind === "pending" ? "waiting" : standing.kind;
};

/** What stops the plan of a review as a whole. An outcome of this very plan proves that its brake was lifted. */
export function planStopOf(
  view: Pick<ReviewView, "mode" | "plan" | "approval">,
  outcomes: Iterable<Pick<Outcome, "planHash">>,
): PlanStop | null {
  if (view.mode === "report") return "report-mode";
  if (!view.plan.brake.tripped || view.approval) return null;
  for (const { planHash } of outcomes) if (planHash === view.plan.planHash) return null;
  return "brake";
}
