import { csvReport } from "../report/csv-report.ts";
import { createHtmlReport } from "../report/html-report.ts";
import type { ChangesSincePrevious, ReportRow, ReviewView } from "../report/review-view.ts";
import { planStopOf } from "../report/standing.ts";
import { summarizeReview } from "../report/summary.ts";
import type { Finding } from "../review/finding.ts";
import type { Grant } from "../review/grant.ts";
import { epochMs } from "../review/instant.ts";
import type { Plan } from "../review/plan.ts";
import type { Policy } from "../review/policy.ts";
import type { Snapshot } from "../review/snapshot.ts";
import { joinSorted } from "../review/sorted.ts";
import { loadApproval } from "./approval.ts";
import { createOnce } from "./create-once.ts";
import { previousSnapshot } from "./earlier-reviews.ts";
import { type Receipts, readReceipts } from "./receipts.ts";
import type { Stage } from "./stage.ts";
import { grantsOf, loadSnapshot } from "./stored-grants.ts";

/** What a report is written from, and where to. */
export type ReportRequest = {
  plan: Plan;
  policy: Policy;
  mode: "report" | "enforce";
  /** The key of the findings. */
  findings: string;
  sealed?: ReviewView["sealed"];
  /** What happened after this instant is left out: a report that is written again must come out the same. */
  asOf?: string;
};

/** Writes report.html and report.csv of the review as it stands, and gives the figures on them. */
export const writeReports = async (
  stage: Stage,
  request: ReportRequest & { html: string; csv: string },
): Promise<void> => {
  const { view, rows, csv } = await reportOf(stage, request);
  await createOnce(stage.store, request.html, new TextEncoder().encode(createHtmlReport(view, rows)));
  await createOnce(stage.store, request.csv, csv);
};

type Reported = { view: ReviewView; rows: ReportRow[]; csv: Uint8Array };

/** The report of a review as it stands, in memory. */
export const reportOf = async (stage: Stage, request: ReportRequest): Promise<Reported> => {
  const { store, sourceId, review } = stage;
  const stored = await loadSnapshot(store, sourceId, review);
  if (!stored) throw new Error(`Cannot report on ${sourceId} ${review} as it has no snapshot.json`);
  const receipts = receiptsUntil(await readReceipts(store, sourceId, review), request.asOf);
  const rows: ReportRow[] = [];
  const chunks: Uint8Array[] = [];
  const all = rowsOf(stage, { snapshot: stored.snapshot, receipts, request });
  for await (const chunk of csvReport(keepNotable(all, rows), stage.language)) {
    chunks.push(new TextEncoder().encode(chunk));
  }
  const approved = await loadApproval(stage, request.plan.planHash);
  const approval = approved && isBy(request.asOf)(approved) ? approved : null;
  const stop = planStopOf({ mode: request.mode, plan: request.plan, approval }, rows);
  const view: ReviewView = {
    snapshot: stored.snapshot,
    policy: request.policy,
    plan: request.plan,
    mode: request.mode,
    language: stage.language,
    sealed: request.sealed ?? null,
    summary: summarizeReview(stored.snapshot.population, rows, stop),
    changesSincePrevious: await changesOf(stage, stored.snapshot),
    approval: approval && { by: approval.by, at: approval.at },
  };
  return { view, rows, csv: Buffer.concat(chunks) };
};

const isBy =
  (asOf: string | undefined) =>
  ({ at }: { at: string }): boolean =>
    asOf === undefined || epochMs(at) <= epochMs(asOf);

const receiptsUntil = (receipts: Receipts, asOf: string | undefined): Receipts => {
  const outcomes = [...receipts.outcomes].filter(([, outcome]) => isBy(asOf)(outcome));
  return { ...receipts, outcomes: new Map(outcomes) };
};

type Rows = { snapshot: Snapshot; receipts: Receipts; request: ReportRequest };

async function* rowsOf({ store }: Stage, { snapshot, receipts, request }: Rows): AsyncGenerator<ReportRow> {
  const items = new Map(request.plan.items.map((item) => [item.grantId, item]));
  const grants = { stream: grantsOf(store, snapshot), keyOf: ({ id }: Grant) => id };
  const findings = { stream: byGrant(store.readLines<Finding>(request.findings)), keyOf: grantIdOf };
  for await (const [grant, found] of joinSorted(grants, findings)) {
    if (!grant)
      throw new Error(`Cannot report as a finding is about ${found?.[0]?.grantId}, which is not in the snapshot`);
    const { id } = grant;
    yield { grant, findings: found ?? [], item: items.get(id) ?? null, outcome: receipts.outcomes.get(id) ?? null };
  }
}

const grantIdOf = (findings: Finding[]): string => findings[0]!.grantId;

async function* byGrant(findings: AsyncIterable<Finding>): AsyncGenerator<Finding[]> {
  let group: Finding[] = [];
  for await (const finding of findings) {
    if (group.length > 0 && group[0]!.grantId !== finding.grantId) {
      yield group;
      group = [];
    }
    group.push(finding);
  }
  if (group.length > 0) yield group;
}

/** Passes every row on, and keeps those that something is said of. */
async function* keepNotable(all: AsyncIterable<ReportRow>, notable: ReportRow[]): AsyncGenerator<ReportRow> {
  for await (const row of all) {
    if (row.findings.length > 0 || row.item || row.outcome) notable.push(row);
    yield row;
  }
}

const changesOf = async (stage: Stage, snapshot: Snapshot): Promise<ChangesSincePrevious> => {
  const { store, sourceId, review } = stage;
  const previous = await previousSnapshot(store, { source: sourceId, review, origin: snapshot.origin });
  if (!previous) return { previousReview: null, removedByPrevious: [], appeared: 0, vanished: 0 };
  const keyOf = ({ id }: Grant): string => id;
  const changes = { appeared: 0, vanished: 0 };
  const [now, before] = [grantsOf(store, snapshot), grantsOf(store, previous)];
  for await (const [present, past] of joinSorted({ stream: now, keyOf }, { stream: before, keyOf })) {
    if (!past) changes.appeared++;
    if (!present) changes.vanished++;
  }
  return { previousReview: previous.review, removedByPrevious: await removedBy(stage, previous), ...changes };
};

const removedBy = async (stage: Stage, previous: Snapshot): Promise<ChangesSincePrevious["removedByPrevious"]> => {
  const { intents, outcomes } = await readReceipts(stage.store, stage.sourceId, previous.review);
  return [...outcomes.values()]
    .filter(({ outcome }) => outcome === "revoked")
    .map(({ grantId, at }) => {
      const grant = intents.get(grantId)?.grant;
      const name = grant?.role.name[stage.language] ?? grant?.role.name.zh ?? grant?.role.name.en ?? null;
      return { grantId, holderName: grant?.holder.name ?? null, roleName: name, at };
    });
};
