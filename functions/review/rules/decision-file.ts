import { CsvError, type InfoRecord, parse } from "csv-parse/sync";
import { endOfDay, isCalendarDate, isoInstant, parseInstant } from "../../basics/time.ts";
import { isReviewId } from "../keys.ts";
import type { Decision } from "./decision.ts";

/** What a decisions CSV holds: the good lines' decisions, the line each begins on, and every fault of the others. */
export type DecisionFile = { decisions: Decision[]; lineNumbers: number[]; faults: string[] };

type CsvLine = { cells: string[]; lineNumber: number };

/** The records before the first place where quoting breaks, and that place. */
function readCsv(text: string): { lines: CsvLine[]; brokenAt: number | null } {
  const lines: CsvLine[] = [];
  let lastLineRead = 0;
  const onRecord = (cells: string[], info: InfoRecord): null => {
    const lineBreaks = cells.join("").split("\n").length - 1;
    lines.push({ cells: cells.map(plainCell), lineNumber: info.lines - lineBreaks });
    lastLineRead = info.lines;
    return null;
  };
  try {
    // One kind of line end, as the parser counts CRLF inside quotes twice.
    const unified = text.replace(/\r\n?/g, "\n");
    parse(unified, { bom: true, relax_column_count: true, skip_empty_lines: true, on_record: onRecord });
    return { lines, brokenAt: null };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { lines, brokenAt: lastLineRead + 1 };
  }
}

function headerFaults(header: string[]): string[] {
  const faults: string[] = [];
  const isKnown = (name: string) => decisionColumns.some((column) => column === name);
  header.forEach((name, at) => {
    if (!isKnown(name)) faults.push(`column ${at + 1} is unknown`);
    else if (header.indexOf(name) !== at) faults.push(`column ${name} comes twice`);
  });
  for (const column of decisionColumns) if (!header.includes(column)) faults.push(`column ${column} is missing`);
  return faults;
}

function readRow(header: string[], cells: string[], timezone: string): Decision | string[] {
  if (cells.length !== header.length) return [`${cells.length} cells instead of ${header.length}`];
  const cellOf = (column: DecisionColumn) => cells[header.indexOf(column)] ?? "";
  return decisionOf(
    {
      review: cellOf("review"),
      grant_id: cellOf("grant_id"),
      decision: cellOf("decision"),
      until: cellOf("until"),
      reviewer: cellOf("reviewer"),
      reason: cellOf("reason"),
      decided_at: cellOf("decided_at"),
    },
    timezone,
  );
}

/** Reads a decisions CSV. Every fault is `<file>:<line>: …` and repeats no cell; a calendar date in `until` ends in the given time zone. */
export function parseDecisions(text: string, fileName: string, timezone: string): DecisionFile {
  const file: DecisionFile = { decisions: [], lineNumbers: [], faults: [] };
  const blame = (lineNumber: number, faults: string[]) => {
    for (const fault of faults) file.faults.push(`${fileName}:${lineNumber}: ${fault}`);
  };
  if (text.includes("\uFFFD")) blame(1, ["the file is not UTF-8"]);
  const { lines, brokenAt } = readCsv(text);
  const [header, ...rows] = lines;
  if (!header && brokenAt === null) blame(1, ["the file has no header"]);
  const badColumns = header ? headerFaults(header.cells) : [];
  blame(header?.lineNumber ?? 1, badColumns);
  for (const { cells, lineNumber } of badColumns.length > 0 ? [] : rows) {
    const read = readRow(header?.cells ?? [], cells, timezone);
    if (Array.isArray(read)) blame(lineNumber, read);
    else {
      file.decisions.push(read);
      file.lineNumbers.push(lineNumber);
    }
  }
  if (brokenAt !== null) blame(brokenAt, ["a quote is misplaced or never closed"]);
  return file;
}

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
