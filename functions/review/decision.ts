import { CsvError, type InfoRecord, parse } from "csv-parse/sync";
import { endOfDay } from "./calendar.ts";
import { type DecisionColumn, decisionColumns, decisionOf, plainCell } from "./decision-row.ts";
import { type DecisionFacts, noDecision } from "./facts.ts";
import type { Grant } from "./grant.ts";
import { isGivenAnew, scopesGrew } from "./grant-identity.ts";
import { dayMs, epochMs } from "./instant.ts";
import { isOwnGrant } from "./own-grant.ts";

/** A reviewer's keep or revoke of one grant, as `review`'s snapshot showed it. `until` and `decidedAt` are UTC instants. */
export type Decision = {
  review: string;
  grantId: string;
  decision: "keep" | "revoke";
  /** The last moment of a keep; a revoke may have none. */
  until: string | null;
  reviewer: string;
  reason: string;
  decidedAt: string;
};

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

/** What a decision is checked against: the grant as its review showed it, null if there is no such review or it shows none. `now` is ISO 8601. */
export type DecisionCheck = {
  grant: Grant | null;
  now: string;
  maxKeepDays: number;
  timezone: string;
};

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** The calendar date of an instant where the policy lives. Making a format costs a hundred times what using it does. */
function localDate(atMs: number, timezone: string): string {
  const known = dateFormats.get(timezone);
  if (known) return known.format(atMs);
  const parts = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: timezone, ...parts });
  dateFormats.set(timezone, format);
  return format.format(atMs);
}

/** Why a decision cannot stand, in a sentence without personal data; null if it can. */
export function checkDecision(decision: Decision, check: DecisionCheck): string | null {
  const { grant, timezone } = check;
  if (!grant || grant.id !== decision.grantId)
    return "there is no such review of this source, or it shows no such grant";
  if (isOwnGrant(grant.holder, decision.reviewer))
    return "the reviewer holds this grant, and nobody decides on their own";
  const decidedAtMs = epochMs(decision.decidedAt);
  if (decidedAtMs > epochMs(check.now)) return "decided_at is in the future";
  if (decision.until === null) return null;
  const untilAtMs = epochMs(decision.until);
  if (untilAtMs < decidedAtMs) return "until is before decided_at";
  const furthestAtMs = endOfDay(localDate(decidedAtMs + check.maxKeepDays * dayMs, timezone), timezone);
  const isTooFar = decision.decision === "keep" && untilAtMs > furthestAtMs;
  return isTooFar ? `until is more than ${check.maxKeepDays} days after decided_at (maxKeepDays)` : null;
}

/** The decision that counts for each grant: the newest, and of two at one instant the later in order. */
export function newestByGrant(decisions: Iterable<Decision>): Map<string, Decision> {
  const newest = new Map<string, Decision>();
  for (const decision of decisions) {
    const held = newest.get(decision.grantId);
    if (!held || epochMs(decision.decidedAt) >= epochMs(held.decidedAt)) newest.set(decision.grantId, decision);
  }
  return newest;
}

/** Whether a decision no longer speaks of the grant: it is another one, was given anew, or its scopes grew since. */
export function lapses(decision: Decision, grantThen: Grant, grantNow: Grant): boolean {
  if (decision.grantId !== grantThen.id || decision.grantId !== grantNow.id) return true;
  return isGivenAnew(grantThen, grantNow) || scopesGrew(grantThen.scopes, grantNow.scopes);
}

const revokeIsGoodForDays = 90;

/** What rules see of a grant's newest decision; none where it lapsed, or is a revoke of more than 90 days ago. A keep that is over still shows. */
export function decisionFacts(
  decision: Decision | undefined,
  context: { grantThen: Grant | null; grantNow: Grant; now: string },
): DecisionFacts {
  const { grantThen, grantNow, now } = context;
  if (!decision || !grantThen || lapses(decision, grantThen, grantNow)) return noDecision;
  const ageMs = epochMs(now) - epochMs(decision.decidedAt);
  if (decision.decision === "revoke" && ageMs > revokeIsGoodForDays * dayMs) return noDecision;
  return {
    made: true,
    keep: decision.decision === "keep",
    revoke: decision.decision === "revoke",
    reviewer: decision.reviewer,
    until: decision.until,
    decidedAt: decision.decidedAt,
  };
}

/** Whether a decision is a keep whose last moment is not over at `now` (ISO 8601). */
export const isKeepInForce = (decision: Pick<Decision, "decision" | "until">, now: string): boolean =>
  decision.decision === "keep" && decision.until !== null && epochMs(now) <= epochMs(decision.until);
