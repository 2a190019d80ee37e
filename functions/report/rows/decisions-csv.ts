import { idCell, neutralCell } from "./csv-cell.ts";
import type { Marked } from "./decision-log.ts";

const columns = ["review", "grant_id", "decision", "until", "reviewer", "reason", "decided_at"] as const;

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const cell = (text: string): string => quoted(neutralCell(text.trim()));

const id = (text: string): string => quoted(idCell(text.trim()));

/** A decisions CSV as `decide` takes it, a line a mark; no cell can start a formula, and each is read back as it was meant. */
export function decisionsCsv(review: string, marks: ReadonlyMap<string, Marked>): string {
  const lines = [...marks].map(([grantId, { decision, until, reviewer, reason, decidedAt }]) => {
    const cells = [
      cell(review),
      id(grantId),
      cell(decision),
      cell(until ?? ""),
      id(reviewer),
      cell(reason),
      cell(decidedAt),
    ];
    return `${cells.join(",")}\r\n`;
  });
  // The mark tells Excel that the file is UTF-8.
  return `\ufeff${columns.join(",")}\r\n${lines.join("")}`;
}

/** What the file is called: after its source and review. */
export const decisionsFileName = ({ source, review }: { source: string; review: string }): string =>
  `decisions-${source}-${review}.csv`;
