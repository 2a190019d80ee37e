import { CsvError, type InfoRecord, parse } from "csv-parse/sync";
import { endOfDay, instantAt, isCalendarDate, isoInstant, parseInstant } from "../../basics/time.ts";
import { isReviewId } from "../keys.ts";
import type { Decision } from "./decision.ts";
import {
  type DecisionFault,
  decisionFaults,
  faultText,
  mostCellCharacters,
  mostFileBytes,
  mostLines,
} from "./decision-faults.ts";
import { isNumberCell, isRoundedNumber } from "./grant-id-cell.ts";

// Above 300 lines: reading a decisions file, from bytes to decisions, is one idea, and no other file needs a
// part of it.

/**
 * The content of a decisions CSV: the decisions of valid lines, the line number of each decision, and every fault of
 * invalid lines. The `grantId` of a decision may still be a number that a spreadsheet made of the id (see
 * grant-id-cell.ts).
 */
export type DecisionFile = {
  decisions: Decision[];
  lineNumbers: number[];
  faults: string[];
  /** The grant ids of all lines, valid or not, as written in the file. Empty if no line can be read. */
  grantIds: string[];
  /** The encoding of the file. */
  encoding: Encoding;
};

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "gb18030";

/** The columns of a decisions CSV. A file has each column exactly once, in any order. */
export const decisionColumns = ["review", "grant_id", "decision", "until", "reviewer", "reason", "decided_at"] as const;

export type DecisionColumn = (typeof decisionColumns)[number];

/** The file's name for faults, the time zone in which dates end, and the language of faults. */
type FileReading = { fileName: string; timezone: string; language: "zh" | "en" };

/**
 * Reads a decisions CSV, including files that a spreadsheet has saved again. A fault is `<file>:<line>: …`, and quotes
 * no cell. A calendar date in `until` is good until its end in the given time zone.
 */
export function parseDecisions(
  content: string | Uint8Array,
  fileName: string,
  timezone: string,
  language: "zh" | "en" = "en",
): DecisionFile {
  const isTooLarge = Buffer.byteLength(content) > mostFileBytes;
  const decoded: Decoded = isTooLarge
    ? { fault: decisionFaults.tooLarge(mostFileBytes) }
    : typeof content === "string"
      ? { text: content, encoding: "utf-8" }
      : decode(content);
  if (!("text" in decoded)) {
    const faults = [`${fileName}:1: ${faultText(decoded.fault, language)}`];
    return { decisions: [], lineNumbers: [], faults, grantIds: [], encoding: "utf-8" };
  }
  const read = parseText(decoded.text, { fileName, timezone, language });
  if (typeof content !== "string" && decoded.encoding === "gb18030" && isBig5(content, decoded.text))
    read.faults.unshift(`${fileName}:1: ${faultText(decisionFaults.big5, language)}`);
  return { ...read, encoding: decoded.encoding };
}

type Decoded = { text: string; encoding: Encoding } | { fault: DecisionFault };

/**
 * The text of a file: UTF-8, UTF-16 with or without a byte order mark, else GBK (a part of GB18030), which a Chinese
 * Excel writes.
 */
function decode(bytes: Uint8Array): Decoded {
  if (isWorkbook(bytes)) return { fault: decisionFaults.workbook };
  const said = saidEncoding(bytes);
  for (const encoding of said ? [said] : (["utf-8", "gb18030"] as const)) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      if (!text.includes("\0")) return { text, encoding };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return { fault: decisionFaults.notText };
}

const privateUse = /\p{Co}/u;

/**
 * Whether bytes that decode as GB18030 are rather Big5. Every pair of bytes of Big5 is one of GB18030 too, and many of the most
 * frequent characters are private-use characters there. A text of a few other characters cannot be told from GBK.
 */
function isBig5(bytes: Uint8Array, asGb18030: string): boolean {
  if (!privateUse.test(asGb18030)) return false;
  try {
    return !privateUse.test(new TextDecoder("big5", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Whether bytes are a workbook: `.xlsx` and `.ods` are zip archives, `.xls` and `.et` are compound files. */
function isWorkbook(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]) || startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0]);
}

/**
 * The encoding by the byte order mark, or by zero bytes beside the first letters, which are ASCII; null if neither
 * tells.
 */
function saidEncoding(bytes: Uint8Array): Encoding | null {
  if (startsWith(bytes, [0xef, 0xbb, 0xbf])) return "utf-8";
  if (startsWith(bytes, [0xff, 0xfe])) return "utf-16le";
  if (startsWith(bytes, [0xfe, 0xff])) return "utf-16be";
  const [first, second, third, fourth] = bytes;
  if (first && third && second === 0 && fourth === 0) return "utf-16le";
  return first === 0 && third === 0 && second && fourth ? "utf-16be" : null;
}

function startsWith(bytes: Uint8Array, start: number[]): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}

type Read = Omit<DecisionFile, "encoding">;

function parseText(text: string, { fileName, timezone, language }: FileReading): Read {
  const file: Read = { decisions: [], lineNumbers: [], faults: [], grantIds: [] };
  const blame = (lineNumber: number, faults: DecisionFault[]) => {
    for (const fault of faults) file.faults.push(`${fileName}:${lineNumber}: ${faultText(fault, language)}`);
  };
  if (text.includes("\uFFFD")) blame(1, [decisionFaults.damagedText]);
  const reader: RowReader = { clock: clockOf(timezone), same: openSame() };
  let names: string[] | null = null;
  let isReadable = false;
  let rows = 0;
  const brokenAt = readCsv(text, (cells, lineNumber) => {
    if (names === null) {
      names = cells.map(columnName);
      const badColumns = headerFaults(names);
      blame(lineNumber, badColumns);
      isReadable = badColumns.length === 0;
      return;
    }
    rows += 1;
    if (!isReadable || rows > mostLines) return;
    const { grantId, read } = readRow(names, cells, reader);
    if (grantId !== null) file.grantIds.push(grantId);
    if (Array.isArray(read)) blame(lineNumber, read);
    else {
      file.decisions.push(read);
      file.lineNumbers.push(lineNumber);
    }
  });
  if (names === null && brokenAt === null) blame(1, [decisionFaults.noHeader]);
  if (rows > mostLines) {
    const tooMany = `${fileName}:1: ${faultText(decisionFaults.tooManyLines(mostLines), language)}`;
    return { decisions: [], lineNumbers: [], faults: [tooMany], grantIds: file.grantIds };
  }
  if (brokenAt !== null) {
    blame(brokenAt, [decisionFaults.brokenQuote]);
    // The text after the broken quote cannot be divided into lines. Grant ids found in this text may be meant.
    if (file.grantIds.length > 0) file.grantIds.push(...(text.match(/(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])/g) ?? []));
  }
  return file;
}

/**
 * Gives the records before the first broken quote, with the line on which each begins, to `onLine`, and returns the line of
 * the broken quote. Records without any text are left out.
 */
function readCsv(text: string, onLine: (cells: string[], lineNumber: number) => void): number | null {
  let lastLineRead = 0;
  const onRecord = (cells: string[], info: InfoRecord): null => {
    const lineBreaks = cells.join("").split("\n").length - 1;
    const plain = cells.map(plainCell);
    if (plain.some((cell) => cell !== "")) onLine(plain, info.lines - lineBreaks);
    lastLineRead = info.lines;
    return null;
  };
  // Line ends are unified, as the parser counts a CRLF inside quotes twice. Excel's own first line, `sep=;`, is no
  // header.
  const unified = text
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n")
    .replace(/^sep=.\n/i, "\n");
  try {
    parse(unified, {
      delimiter: separatorOf(unified),
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: onRecord,
    });
    return null;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return lastLineRead + 1;
  }
}

const separators = [",", ";", "\t"];

/** The separator of cells: the character that divides the header into the most known columns. */
function separatorOf(text: string): string {
  const header = text.split("\n").find((line) => /[\p{L}\p{N}]/u.test(line)) ?? "";
  const columnsBy = (separator: string): number =>
    header.split(separator).filter((cell) => isColumn(columnName(cell.replaceAll('"', "")))).length;
  return separators.reduce((best, separator) => (columnsBy(separator) > columnsBy(best) ? separator : best));
}

// The report's CSVs put these guards before their cells. A line copied from a report is read back without them.
const guardedFormula = /^'(?=[\s\p{Cc}\p{Cf}\p{Z}]*[=+\-@＝＋－＠﹦﹢﹣﹫−])/u;
const guardedNumber = /^'(?=\d+(?:e\d+)?$)/i;

/** Of characters that nobody sees alone, as pages put them between cells that are copied. */
const blank = /^[\s\p{Cf}]*$/u;

/**
 * The text of a cell, trimmed, and without the `'` that keeps a spreadsheet from reading the cell as a formula or a
 * number.
 */
export function plainCell(cell: string): string {
  return (blank.test(cell) ? "" : cell.trim()).replace(guardedFormula, "").replace(guardedNumber, "").trim();
}

/** The text of a cell with a code, date or id: full-width letters and digits become ASCII. */
function codeCell(cell: string): string {
  return cell.normalize("NFKC").trim();
}

/** "" too for the name that a spreadsheet gives to a spare column of a table: `Column8`, `列1`; `Unnamed: 7`. */
function columnName(cell: string): string {
  const name = codeCell(plainCell(cell)).toLowerCase();
  return /^(column|field|unnamed:|列|字段) ?\d+$/.test(name) ? "" : name;
}

function isColumn(name: string): boolean {
  return decisionColumns.some((column) => column === name);
}

/**
 * Unknown, repeated and missing columns. A column without a name is allowed: a line with a cell in such a column has
 * the fault.
 */
function headerFaults(names: string[]): DecisionFault[] {
  const faults: DecisionFault[] = [];
  names.forEach((name, at) => {
    if (name === "") return;
    if (!isColumn(name)) faults.push(decisionFaults.unknownColumn(at + 1));
    else if (names.indexOf(name) !== at) faults.push(decisionFaults.doubledColumn(name));
  });
  for (const column of decisionColumns) if (!names.includes(column)) faults.push(decisionFaults.missingColumn(column));
  return faults;
}

type Row = { grantId: string | null; read: Decision | DecisionFault[] };

/** How the rows of one file are read: its dates, and its texts, each of which is kept once. */
type RowReader = { clock: CellClock; same: (text: string) => string };

/** Reads `until` and `decided_at` (`untilMs`, `decidedAtMs`). */
type CellClock = { untilMs(text: string): number | null; decidedAtMs(text: string): number | null };

/** Most lines of a file have the same few dates: to find the end of a day in a time zone takes a while. */
function clockOf(timezone: string): CellClock {
  return {
    untilMs: remembering((text) => untilMs(text, timezone)),
    decidedAtMs: remembering((text) => decidedAtMs(text, timezone)),
  };
}

const mostRemembered = 10_000;

function remembering<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (known.has(text)) return known.get(text)!;
    const value = read(text);
    if (known.size < mostRemembered) known.set(text, value);
    return value;
  };
}

/** Gives one string for equal texts, so that a name that stands in every line takes memory once. */
function openSame(): (text: string) => string {
  return remembering((text) => text);
}

function readRow(names: string[], cells: string[], { clock, same }: RowReader): Row {
  const isSpare = cells.every((cell, at) => cell === "" || isColumn(names[at] ?? ""));
  // A spreadsheet leaves out empty cells at the end of a line. Only `until` may be empty.
  const isShort = names.slice(cells.length).some((name) => isColumn(name) && name !== "until");
  const cellOf = (column: DecisionColumn) => cells[names.indexOf(column)] ?? "";
  const grantId = codeCell(cellOf("grant_id")).toLowerCase();
  const legible = isGrantId(grantId) ? grantId : null;
  if (cells.some((cell) => cell.length > mostCellCharacters))
    return { grantId: legible, read: [decisionFaults.longCell(mostCellCharacters)] };
  const hidden = decisionColumns.filter((column) => /^#{2,}$/.test(cellOf(column)));
  if (hidden.length > 0) return { grantId: legible, read: hidden.map(decisionFaults.narrowColumn) };
  if (!isSpare || isShort) {
    const columns = names.findLastIndex(isColumn) + 1;
    return { grantId: legible, read: [decisionFaults.cellCount(cells.length, columns)] };
  }
  const read = decisionOf(
    {
      review: same(codeCell(cellOf("review"))),
      grant_id: grantId,
      decision: codeCell(cellOf("decision")).toLowerCase(),
      until: codeCell(cellOf("until")),
      reviewer: same(cellOf("reviewer")),
      reason: same(cellOf("reason")),
      decided_at: codeCell(cellOf("decided_at")),
    },
    clock,
    same,
  );
  return { grantId: legible, read };
}

/** Whether a text is a grant id, or a number that a spreadsheet may have made of a grant id. */
function isGrantId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text) || isNumberCell(text);
}

// Only dates with the year first are read: with the year last, nobody can tell the day from the month.
// Some spreadsheets write a space after each part, a dot after the day, or the day of the week.
const yearFirst =
  /^(\d{4})(?:([-/.]) ?(\d{1,2})\2 ?(\d{1,2})\.?|年 ?(\d{1,2})月 ?(\d{1,2})[日号])(?: ?(?:星期|周)[一二三四五六日天])?$/;
const yearLast = /^\d{1,2}[-/.]\d{1,2}[-/.](\d{1,2}|\d{4})(?!\d)/;

/** The calendar date `YYYY-MM-DD` of a date as spreadsheets write it; null if the text is no date, or is ambiguous. */
function calendarDate(text: string): string | null {
  const [, year, , dashedMonth, dashedDay, month = dashedMonth, day = dashedDay] = yearFirst.exec(text) ?? [];
  if (!year || !month || !day) return null;
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return isCalendarDate(date) ? date : null;
}

/**
 * Epoch milliseconds of `until`: the end of a calendar date in the policy's time zone, or an instant. Null if the text
 * is neither.
 */
function untilMs(text: string, timezone: string): number | null {
  const date = calendarDate(text);
  const atMs = date === null ? parseInstant(text) : endOfDay(date, timezone);
  // ISO 8601 ends with the year 9999, and the last day of 9999 ends in the year 10000.
  return atMs !== null && atMs < Date.UTC(10_000, 0) ? atMs : null;
}

/**
 * The local time, `YYYY-MM-DDTHH:MM:SS`, that a spreadsheet made of an instant; null if the text is no such time. The
 * time zone is lost, so the policy's counts.
 */
function spreadsheetTime(text: string): string | null {
  const [, day = "", before = "", hour = "", minute, second = "00", after = before] =
    /^(\S.*?) +(?:(上午|下午|am|pm) ?)?(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.0{1,3})?(?: ?(am|pm))?$/i.exec(text) ?? [];
  const date = calendarDate(day);
  const hours = hoursOf(hour, after.toLowerCase());
  return date && hours !== null ? `${date}T${hours}:${minute}:${second}` : null;
}

/** The hour of 24, with two digits, of an hour that may be of 12; null where there is no such hour of 12. */
function hoursOf(hour: string, half: string): string | null {
  if (half === "") return hour.padStart(2, "0");
  const ofTwelve = Number(hour);
  if (ofTwelve < 1 || ofTwelve > 12) return null;
  return String((ofTwelve % 12) + (half === "pm" || half === "下午" ? 12 : 0)).padStart(2, "0");
}

function decidedAtMs(text: string, timezone: string): number | null {
  const time = spreadsheetTime(text);
  return time === null ? parseInstant(text) : instantAt(time, timezone);
}

type Cells = Record<DecisionColumn, string>;

function untilFault({ until, decision }: Cells, clock: CellClock): DecisionFault | null {
  if (until === "") return decision === "keep" ? decisionFaults.noUntil : null;
  if (clock.untilMs(until) !== null) return null;
  return yearLast.test(until) ? decisionFaults.untilOrder : decisionFaults.until;
}

function decidedAtFault({ decided_at: text }: Cells, clock: CellClock): DecisionFault | null {
  if (clock.decidedAtMs(text) !== null) return null;
  const time = spreadsheetTime(text);
  if (time !== null && parseInstant(`${time}Z`) !== null) return decisionFaults.decidedAtZone;
  return yearLast.test(text) ? decisionFaults.decidedAtOrder : decisionFaults.decidedAt;
}

function reviewerFault({ reviewer }: Cells): DecisionFault | null {
  if (reviewer === "") return decisionFaults.noReviewer;
  // With a rounded id nobody can tell whether the reviewer holds the grant.
  return isRoundedNumber(reviewer) ? decisionFaults.reviewerNumber : null;
}

function cellFaults(cells: Cells, clock: CellClock): DecisionFault[] {
  const faults = [
    isReviewId(cells.review) ? null : decisionFaults.review,
    isGrantId(cells.grant_id) ? null : decisionFaults.grantId,
    cells.decision === "keep" || cells.decision === "revoke" ? null : decisionFaults.decision,
    untilFault(cells, clock),
    reviewerFault(cells),
    cells.reason === "" ? decisionFaults.noReason : null,
    decidedAtFault(cells, clock),
  ];
  return faults.filter((fault) => fault !== null);
}

/** The decision of one line, or every fault of the line. */
function decisionOf(cells: Cells, clock: CellClock, same: RowReader["same"]): Decision | DecisionFault[] {
  const faults = cellFaults(cells, clock);
  if (faults.length > 0) return faults;
  const [until, decidedAt] = [clock.untilMs(cells.until), clock.decidedAtMs(cells.decided_at)];
  return {
    review: cells.review,
    grantId: cells.grant_id,
    decision: cells.decision === "keep" ? "keep" : "revoke",
    until: until === null ? null : same(isoInstant(until)),
    reviewer: cells.reviewer,
    reason: cells.reason,
    decidedAt: decidedAt === null ? cells.decided_at : same(isoInstant(decidedAt)),
    provenBy: null,
  };
}
