import { windowEndOf } from "../review/decision-window.ts";
import { asksForDecision } from "../review/finding.ts";
import { epochMs } from "../review/instant.ts";
import type { ReportRow, ReviewView } from "./review-view.ts";

/** A review that gives time to decide. `untilAt` is ISO 8601. */
export type Deciding = {
  untilAt: string;
  mode: ReviewView["mode"];
  /** Whether a decision can still be handed in and heeded. */
  isOpen: boolean;
  /** How many grants a flag asks to be decided on, and nobody has. */
  undecided: number;
  /** Those that expire if nobody decides; in report mode those that would. */
  expiring: ReportRow[];
  /** How many were kept as nobody decided in time. */
  keptUndecided: number;
};

/** Whether a flag asks for a decision on the grant, and nobody has made one. */
export const isUndecided = ({ findings, outcome }: Pick<ReportRow, "findings" | "outcome">): boolean =>
  outcome === null && findings.some(asksForDecision);

const isExpiring = ({ item, outcome }: ReportRow): boolean =>
  item?.ifUndecided === true && item.hold === null && outcome === null;

/** How far deciding has come, over the review's notable rows; null where the policy waits for nobody. */
export function decidingOf(
  { policy, snapshot, mode, sealed, asOf }: Pick<ReviewView, "policy" | "snapshot" | "mode" | "sealed" | "asOf">,
  rows: readonly ReportRow[],
): Deciding | null {
  const untilAt = windowEndOf(policy, snapshot.takenAt);
  if (untilAt === null || asOf === undefined) return null;
  const isKeptUndecided = ({ findings }: ReportRow): boolean =>
    findings.some(({ suppressedBy }) => suppressedBy?.by === "no-decision");
  return {
    untilAt,
    mode,
    isOpen: sealed === null && epochMs(asOf) < epochMs(untilAt),
    undecided: rows.filter(isUndecided).length,
    expiring: rows.filter(isExpiring),
    keptUndecided: rows.filter(isKeptUndecided).length,
  };
}
