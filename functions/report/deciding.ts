import { epochMs } from "../basics/time.ts";
import type { PlanItem } from "../review/plan/plan.ts";
import { asksForDecision, type Finding } from "../review/rules/finding.ts";
import type { ReviewView } from "./review-view.ts";

/** How far deciding has come, in a review that gives time to decide. `untilAt` is ISO 8601. */
export type Deciding<Row> = {
  untilAt: string;
  mode: ReviewView["mode"];
  /** Whether a decision can still be handed in and heeded. */
  isOpen: boolean;
  /** How many grants have a flag that asks for a decision, and no decision. */
  undecided: number;
  /** The grants that expire if nobody decides; in report mode the grants that would. */
  expiring: Row[];
  /** How many grants were kept because nobody decided in time. */
  keptUndecided: number;
};

type Decidable = {
  findings: Pick<Finding, "rule" | "then" | "suppressedBy">[];
  item: Pick<PlanItem, "ifUndecided" | "hold"> | null;
  outcome: object | null;
};

/** Whether a flag asks for a decision on the grant, and nobody has made one. */
export function isUndecided({ findings, outcome }: Pick<Decidable, "findings" | "outcome">): boolean {
  return outcome === null && findings.some(asksForDecision);
}

function isExpiring({ item, outcome }: Decidable): boolean {
  return item?.ifUndecided === true && item.hold === null && outcome === null;
}

function isKeptUndecided({ findings }: Decidable): boolean {
  return findings.some(({ suppressedBy }) => suppressedBy?.by === "no-decision");
}

/** How far deciding has come, over the review's notable rows; null where the policy waits for nobody. */
export function decidingOf<Row extends Decidable>(
  { windowEndsAt: untilAt, mode, sealed, asOf }: Pick<ReviewView, "windowEndsAt" | "mode" | "sealed" | "asOf">,
  rows: Iterable<Row>,
): Deciding<Row> | null {
  if (!untilAt || asOf === undefined) return null;
  const found = { undecided: 0, expiring: [] as Row[], keptUndecided: 0 };
  for (const row of rows) {
    if (isUndecided(row)) found.undecided += 1;
    if (isExpiring(row)) found.expiring.push(row);
    if (isKeptUndecided(row)) found.keptUndecided += 1;
  }
  return {
    untilAt,
    mode,
    isOpen: sealed === null && epochMs(asOf) < epochMs(untilAt),
    ...found,
  };
}
