import { epochMs } from "../../basics/time.ts";
import { type CsvRow, csvReportRows, differingColumn, NoReportError } from "../../report/csv-reading.ts";
import { isUndecided } from "../../report/deciding.ts";
import type { PastDecision } from "../../report/review-view.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { ReviewerLoad } from "../../review/people/who-reviews.ts";
import { DamagedError, type Store } from "../../review/ports.ts";
import { type Fault, fault } from "../../review/proof/faults.ts";
import type { PlanFound } from "../../review/proof/pack.ts";
import type { Outcome } from "../../review/proof/receipt.ts";
import type { Finding } from "../../review/rules/finding.ts";

/** A report.csv, and what its rows must say. */
export type ReportBasis = {
  key: string;
  found: PlanFound;
  outcomes: ReadonlyMap<string, Outcome>;
  /** What happened after this instant is not in the report (ISO 8601); null: everything is. */
  asOf: string | null;
  decided: ReadonlyMap<string, PastDecision>;
  /** How much falls to each reviewer, as reviewers.json says; null where it is not of this report, or there is none. */
  loads: readonly Pick<ReviewerLoad, "id" | "grants" | "notable" | "undecided">[] | null;
};

/** Compares a report.csv with the grants as they pass, in the order of ids. Memory holds some rows and findings. */
export type ReportCheck = { take(grants: readonly Grant[]): Promise<void>; close(): Promise<Fault[]> };

const readBytes = 256 * 1024;

export function openReportCheck(store: Store, basis: ReportBasis): ReportCheck {
  const { key, found, outcomes, asOf, decided } = basis;
  const rows = openCursor(rowsIn(store, key));
  const findings = openCursor(findingsIn(store, found.keys.findings));
  const items = new Map(found.plan.items.map((item) => [item.grantId, item]));
  const timezone = found.policy?.timezone ?? "UTC";
  const differing = { count: 0, first: null as { column: string; grant: string } | null };
  const tally = new Map<string, { grants: number; notable: number; undecided: number }>();
  let broken: string | null = null;
  let isDamaged = false;
  let unlisted: string | null = null;

  const differs = (column: string, grant: string): void => {
    differing.count++;
    differing.first ??= { column, grant };
  };
  const findingsOf = async (id: string): Promise<Finding[]> => {
    const own: Finding[] = [];
    for (let next = await findings.peek(); next && next.grantId <= id; next = await findings.peek()) {
      if (next.grantId === id) own.push(next);
      else unlisted ??= next.grantId;
      findings.step();
    }
    return own;
  };
  /** What ended in the very instant of the report may have ended before or after it. */
  const outcomeOf = (id: string, row: CsvRow): Outcome | null => {
    const outcome = outcomes.get(id);
    if (!outcome || asOf === null) return outcome ?? null;
    const sinceMs = epochMs(asOf) - epochMs(outcome.at);
    return sinceMs > 0 || (sinceMs === 0 && row.outcome !== "") ? outcome : null;
  };
  const takeOne = async (grant: Grant): Promise<void> => {
    const { id } = grant;
    const row = await rows.peek();
    if (!row) return differs("grant_id", id);
    rows.step();
    const basisOfRow = {
      grant,
      findings: await findingsOf(id),
      item: items.get(id) ?? null,
      outcome: outcomeOf(id, row),
    };
    const column = differingColumn(row, { ...basisOfRow, decided: decided.get(id) ?? null, timezone });
    if (column !== null) differs(column, id);
    const reviewer = row.reviewer_id?.replace(/^'/, "") ?? "";
    const load = tally.get(reviewer) ?? { grants: 0, notable: 0, undecided: 0 };
    load.grants++;
    if (basisOfRow.findings.length > 0 || basisOfRow.item) load.notable++;
    if (isUndecided(basisOfRow)) load.undecided++;
    tally.set(reviewer, load);
  };
  /** What is written otherwise than a report is told of once, and is compared no further. */
  const reading = async (work: () => Promise<void>): Promise<void> => {
    if (broken !== null || isDamaged) return;
    try {
      await work();
    } catch (error) {
      if (error instanceof NoReportError) broken = error.message;
      // Findings that cannot be read are told of by whoever reads them all.
      else if (error instanceof DamagedError) isDamaged = true;
      else throw error;
    }
  };
  return {
    take: (grants) =>
      reading(async () => {
        for (const grant of grants) await takeOne(grant);
      }),
    async close() {
      await reading(async () => {
        for (let row = await rows.peek(); row; row = await rows.peek()) {
          differs("grant_id", row.grant_id ?? "");
          rows.step();
        }
        unlisted ??= (await findings.peek())?.grantId ?? null;
      });
      await Promise.all([rows.end(), findings.end()]);
      if (isDamaged) return [];
      if (broken !== null) return [fault("report-form", { key, why: broken })];
      return [
        ...(differing.first ? [fault("report-row", { key, count: differing.count, ...differing.first })] : []),
        ...(unlisted === null ? [] : [fault("finding-unlisted", { key: found.keys.findings, grant: unlisted })]),
        ...loadFaults(basis, tally),
      ];
    },
  };
}

function* loadFaults(
  { key, loads }: ReportBasis,
  tally: ReadonlyMap<string, { grants: number; notable: number; undecided: number }>,
): Generator<Fault> {
  for (const { id, grants, notable, undecided } of loads ?? []) {
    const shown = tally.get(id ?? "");
    const isSame = shown?.grants === grants && shown.notable === notable && shown.undecided === undecided;
    if (!isSame) yield fault("report-reviewer", { key, reviewer: id ?? "-", said: grants, actual: shown?.grants ?? 0 });
  }
}

async function* rowsIn(store: Store, key: string): AsyncGenerator<CsvRow[]> {
  const chunks = await store.stream(key, readBytes);
  if (chunks) yield* csvReportRows(chunks);
}

async function* findingsIn(store: Store, key: string): AsyncGenerator<Finding[]> {
  for await (const lines of store.readStoredLines<Finding>(key)) yield lines.parseAll();
}

/** A place in a stream of batches. */
type Cursor<T> = { peek(): Promise<T | null>; step(): void; end(): Promise<void> };

export function openCursor<T>(batches: AsyncGenerator<T[]>): Cursor<T> {
  let items: T[] = [];
  let at = 0;
  return {
    async peek() {
      while (at >= items.length) {
        const more = await batches.next();
        if (more.done) return null;
        [items, at] = [more.value, 0];
      }
      return items[at]!;
    },
    step: () => void at++,
    async end() {
      await batches.return(undefined);
    },
  };
}
