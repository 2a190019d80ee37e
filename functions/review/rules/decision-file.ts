import { CsvError, type InfoRecord, parse } from "csv-parse/sync";
import type { Decision } from "./decision.ts";
import { type DecisionColumn, decisionColumns, decisionOf, plainCell } from "./decision-row.ts";

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
