import { endOfDay } from "../../basics/calendar.ts";
import { isCalendarDate, isoInstant, parseInstant } from "../../basics/instant.ts";
import { isReviewId } from "../review-id.ts";
import type { Decision } from "./decision.ts";

/** The columns of a decisions CSV, in any order, each exactly once. */
export const decisionColumns = ["review", "grant_id", "decision", "until", "reviewer", "reason", "decided_at"] as const;

export type DecisionColumn = (typeof decisionColumns)[number];

// As the report's CSV guards its cells, so a line copied from there is read back as it was meant.
const guardedFormula = /^'(?=[\s\p{Cc}\p{Cf}\p{Z}]*[=+\-@＝＋－＠﹦﹢﹣﹫−])/u;

/** A cell's text without blanks around it, and without the `'` that keeps a spreadsheet from taking it for a formula. */
export const plainCell = (cell: string): string => cell.trim().replace(guardedFormula, "").trim();

/** A calendar date is good until its end where the policy lives; an instant is taken as it is. Null if it is neither. */
function untilMs(text: string, timezone: string): number | null {
  const atMs = isCalendarDate(text) ? endOfDay(text, timezone) : parseInstant(text);
  // ISO 8601 ends with the year 9999; the last day of it ends after.
  return atMs !== null && atMs < Date.UTC(10_000, 0) ? atMs : null;
}

type Cells = Record<DecisionColumn, string>;

// No fault repeats a cell: where columns have shifted, any of them may hold a name.
const cellFaults = (cells: Cells, timezone: string): string[] => {
  const faults: string[] = [];
  const require = (isGood: boolean, fault: string) => {
    if (!isGood) faults.push(fault);
  };
  require(isReviewId(cells.review), "review is no review id");
  require(/^[0-9a-f]{16}$/.test(cells.grant_id), "grant_id is not 16 lowercase hex digits");
  require(cells.decision === "keep" || cells.decision === "revoke", "decision is neither keep nor revoke");
  if (cells.until === "") require(cells.decision !== "keep", "until is empty, and a keep needs one");
  else
    require(untilMs(cells.until, timezone) !== null, "until is no date (YYYY-MM-DD) nor an instant with its time zone");
  require(cells.reviewer !== "", "reviewer is empty");
  require(cells.reason !== "", "reason is empty");
  require(parseInstant(cells.decided_at) !== null, "decided_at is no ISO 8601 instant with its time zone");
  return faults;
};

const isoOrNull = (atMs: number | null): string | null => (atMs === null ? null : isoInstant(atMs));

/** One line's decision, or everything that is wrong with the line. Dates of `until` end in the given time zone. */
export function decisionOf(cells: Cells, timezone: string): Decision | string[] {
  const faults = cellFaults(cells, timezone);
  if (faults.length > 0) return faults;
  return {
    review: cells.review,
    grantId: cells.grant_id,
    decision: cells.decision === "keep" ? "keep" : "revoke",
    until: isoOrNull(untilMs(cells.until, timezone)),
    reviewer: cells.reviewer,
    reason: cells.reason,
    decidedAt: isoOrNull(parseInstant(cells.decided_at)) ?? cells.decided_at,
  };
}
