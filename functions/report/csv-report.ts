import { stringify } from "csv-stringify/sync";
import type { Language, ReportRow } from "./review-view.ts";
import { idCell, neutralCell } from "./rows/csv-cell.ts";
import { countingDecision } from "./rows/decided.ts";
import { keepText, localText, type Phrases, phrasesOf, scopeTexts } from "./words/words.ts";

/** The columns of `report.csv`, in order. Their names are the same in every language. */
export const csvColumns = [
  "grant_id",
  "holder_id",
  "holder_name",
  "holder_email",
  "holder_status",
  "department_id",
  "last_day",
  "role_id",
  "role_code",
  "role_name",
  "scopes",
  "granted_at",
  "first_seen_at",
  "findings",
  "due_at",
  "hold",
  "outcome",
  "outcome_at",
  "detail",
  "reviewer_id",
  "reviewer_name",
  "reviewer_by",
  "delegate_of",
  "if_undecided",
  "decision",
  "decider",
  "proven_by",
  "reason",
  "until",
  "decided_at",
] as const;

type CsvRecord = Record<(typeof csvColumns)[number], string | null>;

// Not a semicolon: where semicolons separate cells, the rest would start a new cell.
const listSeparator = " | ";

function findingText(finding: ReportRow["findings"][number], language: Language): string {
  const { rule, reason, suppressedBy, conflict } = finding;
  const leaves = keepText(finding, phrasesOf(language));
  const what = `${reason[language]}${leaves ? `, ${leaves}` : ""}${conflict ? conflictText(conflict) : ""}`;
  return `${rule}: ${what}${suppressedBy ? ` (${suppressedBy.by})` : ""}`;
}

/** With which other grants a grant is in conflict: source, role and since when. */
function conflictText({ with: others, all }: NonNullable<ReportRow["findings"][number]["conflict"]>): string {
  const named = others.map(({ source, role, since }) => `${source}/${role.code ?? role.id} since ${since}`);
  return ` [${[...named, ...(all > named.length ? [`+${all - named.length}`] : [])].join(", ")}]`;
}

/** How `report.csv` is written; `lastDay` says which calendar day is the last before an instant, in the policy's time zone. */
type CsvStyle = { language: Language; lastDay: (until: string) => string };

function recordOf(
  { grant, findings, item, outcome, history, reviewer }: ReportRow,
  { language, lastDay }: CsvStyle,
  phrases: Phrases,
): CsvRecord {
  const decided = countingDecision(history);
  return {
    grant_id: grant.id,
    holder_id: grant.holder.id,
    holder_name: grant.holder.name,
    holder_email: grant.holder.email,
    holder_status: grant.holder.status,
    department_id: grant.holder.departmentId,
    last_day: grant.holder.lastDay,
    role_id: grant.role.id,
    role_code: grant.role.code,
    role_name: localText(grant.role.name, language),
    scopes: scopeTexts(grant.scopes, phrases).join(listSeparator),
    granted_at: grant.grantedAt,
    first_seen_at: grant.firstSeenAt,
    findings: findings.map((finding) => findingText(finding, language)).join(listSeparator),
    due_at: item?.notBefore ?? null,
    hold: item?.hold?.by ?? null,
    outcome: outcome?.outcome ?? null,
    outcome_at: outcome?.at ?? null,
    detail: outcome?.detail ?? item?.hold?.detail ?? null,
    reviewer_id: reviewer?.id ?? null,
    reviewer_name: reviewer?.name ?? null,
    reviewer_by: reviewer?.by ?? null,
    delegate_of: reviewer?.delegateOf ?? null,
    if_undecided: item?.ifUndecided ? "yes" : null,
    decision: decided?.decision ?? null,
    decider: decided?.reviewer ?? null,
    proven_by: decided?.provenBy ?? null,
    reason: decided?.reason ?? null,
    until: decided?.until ? lastDay(decided.until) : null,
    decided_at: decided?.decidedAt ?? null,
  };
}

function cellsOf(record: CsvRecord): string[] {
  return csvColumns.map((column) => (column === "grant_id" ? idCell : neutralCell)(record[column] ?? ""));
}

function csvLines(records: string[][]): string {
  return stringify(records, { quoted: true, quoted_empty: false });
}

/**
 * `report.csv` in chunks of text: every row given, in order, instants in UTC, with a byte order mark so that Excel reads
 * UTF-8, and no cell that could start a formula. `until` is the last day of a keep in the policy's time zone, as the pages
 * have it. Takes rows as they are streamed, some at a time.
 */
export async function* csvReport(
  rows: Iterable<readonly ReportRow[]> | AsyncIterable<readonly ReportRow[]>,
  style: CsvStyle,
): AsyncGenerator<string, void, undefined> {
  const phrases = phrasesOf(style.language);
  yield `\ufeff${csvColumns.join(",")}\n`;
  for await (const some of rows) yield csvLines(some.map((row) => cellsOf(recordOf(row, style, phrases))));
}
