import { lastDayOf } from "../basics/time.ts";
import type { Scopes } from "../review/grants/grant.ts";
import type { Finding } from "../review/rules/finding.ts";
import type { csvColumns } from "./csv-report.ts";
import type { PastDecision, ReportRow } from "./review-view.ts";
import { localText, phrasesOf } from "./words/words.ts";

/** The cells of one row of `report.csv`, by column: those of the report's own header. */
export type CsvRow = Partial<Record<string, string>>;

/** It is not written as `report.csv` is written. */
export class NoReportError extends Error {
  override readonly name = "NoReportError";
}

/** A row that is longer than this is none of ours. */
const longestRow = 16 * 1024 * 1024;

/** The rows of a `report.csv`, some at a time. Throws NoReportError where it ends within a row, or is written otherwise. */
export async function* csvReportRows(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow[]> {
  let columns: string[] | null = null;
  let rest = "";
  for await (const text of decoded(chunks)) {
    const { records, length } = recordsIn(rest + text);
    rest = (rest + text).slice(length);
    if (rest.length > longestRow) throw new NoReportError("a row has no end");
    columns ??= records.shift() ?? null;
    const named = columns;
    if (named) yield records.map((cells) => rowOf(named, cells));
  }
  if (rest !== "" || !columns?.includes("grant_id")) throw new NoReportError("it does not end with a row");
}

async function* decoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new NoReportError("it is not UTF-8");
    throw error;
  }
}

const cellThenSign = /(?:"([^"]*(?:""[^"]*)*)"|([^",\n]*))([,\n])/y;

/** The whole records at the beginning of a text, and how far they reach. */
function recordsIn(text: string): { records: string[][]; length: number } {
  const records: string[][] = [];
  let cells: string[] = [];
  let length = 0;
  cellThenSign.lastIndex = 0;
  for (let found = cellThenSign.exec(text); found; found = cellThenSign.exec(text)) {
    const [, quoted, plain = "", sign] = found;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (sign === ",") continue;
    records.push(cells);
    cells = [];
    length = cellThenSign.lastIndex;
  }
  return { records, length };
}

function rowOf(columns: readonly string[], cells: readonly string[]): CsvRow {
  if (cells.length !== columns.length) throw new NoReportError("a row has another number of cells");
  return Object.fromEntries(columns.map((column, at) => [column, cells[at]!]));
}

/** What a row is written from, as far as a pack has it: who reviews is not computed again. */
export type CsvBasis = Pick<ReportRow, "grant" | "findings" | "item" | "outcome"> & {
  /** The decision that counts for the grant; null where nobody decided. */
  decided: Omit<PastDecision, "fault" | "review"> | null;
  timezone: string;
};

type Column = (typeof csvColumns)[number];

/**
 * The first column in which a row says something else than what it is written from; null where it says the same. The words of a
 * language or of a version make no difference, and a column that an earlier version did not have neither.
 */
export function differingColumn(row: CsvRow, basis: CsvBasis): Column | null {
  const { grant, item, outcome, decided } = basis;
  const { holder, role } = grant;
  const exact: [Column, string | null | undefined][] = [
    ["grant_id", grant.id],
    ["holder_id", holder.id],
    ["holder_name", holder.name],
    ["holder_email", holder.email],
    ["holder_status", holder.status],
    ["department_id", holder.departmentId],
    ["last_day", holder.lastDay],
    ["role_id", role.id],
    ["role_code", role.code],
    ["granted_at", grant.grantedAt],
    ["first_seen_at", grant.firstSeenAt],
    ["due_at", item?.notBefore],
    ["hold", item?.hold?.by],
    ["outcome", outcome?.outcome],
    ["outcome_at", outcome?.at],
    ["detail", outcome?.detail ?? item?.hold?.detail],
    ["if_undecided", item?.ifUndecided ? "yes" : null],
    ["decision", decided?.decision],
    ["decider", decided?.reviewer],
    ["proven_by", decided?.provenBy],
    ["reason", decided?.reason],
    ["decided_at", decided?.decidedAt],
  ];
  for (const [column, value] of exact) if (!isCell(row[column], [value])) return column;
  const names = (["zh", "en"] as const).map((language) => localText(role.name, language));
  if (!isCell(row.role_name, names)) return "role_name";
  // Until the day, an earlier version wrote the instant.
  const until = decided?.until ?? null;
  if (!isCell(row.until, [until && lastDayOf(until, basis.timezone), until])) return "until";
  if (!saysScopes(row.scopes, grant.scopes)) return "scopes";
  return saysFindings(row.findings, basis.findings) ? null : "findings";
}

/** Whether a cell holds one of the values. A value that a spreadsheet could take for a formula or a number has an apostrophe before it. */
function isCell(cell: string | undefined, values: readonly (string | null | undefined)[]): boolean {
  return cell === undefined || values.some((value) => cell === (value ?? "") || cell === `'${value}`);
}

/** Each object by its name, else by its id where no word stands for it. */
function saysScopes(cell: string | undefined, scopes: Scopes | null): boolean {
  if (cell === undefined) return true;
  if ((cell === "") !== ((scopes ?? []).length === 0)) return false;
  const { scopeWords } = phrasesOf("en");
  return (scopes ?? [])
    .flat()
    .every(({ ids, names }) =>
      ids.every((id, at) => cell.includes(names[at] || (Object.hasOwn(scopeWords, id) ? "" : id))),
    );
}

/** Each finding by its rule and its reason, in their order, whatever else is said of it; and nothing where there is none. */
function saysFindings(cell: string | undefined, findings: readonly Finding[]): boolean {
  if (cell === undefined) return true;
  if ((cell === "") !== (findings.length === 0)) return false;
  return (["zh", "en"] as const).some((language) => {
    let from = cell.startsWith("'") ? 1 : 0;
    return findings.every(({ rule, reason, suppressedBy }, place) => {
      const text = `${rule}: ${reason[language]}`;
      const at = cell.indexOf(text, from);
      if (at < 0 || (place === 0 && at !== from)) return false;
      from = at + text.length;
      const answer = suppressedBy ? cell.indexOf(` (${suppressedBy.by})`, from) : from;
      from = Math.max(from, answer);
      return answer >= 0;
    });
  });
}
