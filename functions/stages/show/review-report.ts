import { joinSorted } from "../../basics/sorted.ts";
import { epochMs, isoInstant } from "../../basics/time.ts";
import { grantPairs, loadSnapshot, rolesToRetire } from "../../ledger/grants.ts";
import { loadApproval } from "../../ledger/plans.ts";
import { type Receipts, readOutcomes, readRetirements } from "../../ledger/receipts.ts";
import { createJsonOnce, createOnce, createOnceFrom } from "../../ledger/write-once.ts";
import { csvReport } from "../../report/csv-report.ts";
import { createHtmlReport } from "../../report/html-report.ts";
import type { ReportRow, ReviewView, RoleToRetire } from "../../report/review-view.ts";
import { reviewerCounts } from "../../report/reviewer-counts.ts";
import { createListPacker, isNotable, type ListPacker } from "../../report/rows/list-packer.ts";
import { mostListedGrants } from "../../report/rows/list-settings.ts";
import { type ListedGrant, notableRows, type PackedList } from "../../report/rows/packed-rows.ts";
import { planStopOf } from "../../report/rows/standing.ts";
import { summarizeReview } from "../../report/summary.ts";
import type { Grant, Role } from "../../review/grants/grant.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import type { Plan } from "../../review/plan/plan.ts";
import { type RetirementOutcome, standingGrants } from "../../review/plan/retirement.ts";
import type { Store, StoredLines } from "../../review/ports.ts";
import type { Outcome } from "../../review/proof/receipt.ts";
import type { Finding } from "../../review/rules/finding.ts";
import type { Policy } from "../../review/rules/policy.ts";
import type { Stage } from "../../review/stage.ts";
import { openReportHistory, type ReportHistory } from "./report-history.ts";
import { openReviewerRoutes, type ReviewerRoutes } from "./reviewer-routes.ts";

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

/** Writes report.html and report.csv of the review as it stands; and who reviews it, where a key for that is given. */
export const writeReports = async (
  stage: Stage,
  request: ReportRequest & { html: string; csv: string; reviewers?: string },
): Promise<void> => {
  const { store, language } = stage;
  const { view, list } = await collectReport(stage, request, async (all) => {
    await createOnceFrom(store, request.csv, encoded(csvReport(all, language)));
  });
  await createOnce(store, request.html, new TextEncoder().encode(await createHtmlReport(view, list)));
  if (request.reviewers && view.whoReviews) await createJsonOnce(stage.store, request.reviewers, view.whoReviews);
};

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}

type Reported = { view: ReviewView; list: PackedList };

type Collected = { listsAll: boolean; packer: ListPacker };

/** The report of a review as it stands; `onRow` is told of every grant on the way. */
export const reportOf = (
  stage: Stage,
  request: ReportRequest,
  onRow: (row: ReportRow) => void = () => {},
): Promise<Reported> =>
  collectReport(stage, request, async (rows) => {
    for await (const some of rows) some.forEach(onRow);
  });

/** `consume` takes every row, some at a time: a million of them are nowhere at once. */
const collectReport = async (
  stage: Stage,
  request: ReportRequest,
  consume: (rows: AsyncIterable<ReportRow[]>) => Promise<void>,
): Promise<Reported> => {
  const { store, sourceId, review } = stage;
  const stored = await loadSnapshot(store, sourceId, review);
  if (!stored) throw new Error(`Cannot report on ${sourceId} ${review} as it has no snapshot.json`);
  const outcomes = outcomesUntil(await readOutcomes(store, sourceId, review), request.asOf);
  const { snapshot } = stored;
  const history = await openReportHistory(stage, { snapshot, assessment: request.plan.assessment });
  const listsAll = snapshot.population.grants <= mostListedGrants;
  const collected: Collected = { listsAll, packer: createListPacker() };
  const asOf = request.asOf ?? request.sealed?.sealedAt ?? isoInstant(stage.clock.now());
  const routes = await openReviewerRoutes(stage, snapshot, asOf);
  await consume(collect(routed(rowsOf(stage, { snapshot, outcomes, request, history }), routes), collected));
  const approved = await loadApproval(stage, request.plan.planHash);
  const approval = approved && isBy(request.asOf)(approved) ? approved : null;
  const list = collected.packer.packed();
  const notable = notableRows(list);
  const whoReviews = routes?.whoReviews() ?? null;
  const planStop = planStopOf({ mode: request.mode, plan: request.plan, approval }, outcomes.values());
  const view: ReviewView = {
    snapshot,
    policy: request.policy,
    plan: request.plan,
    mode: request.mode,
    language: stage.language,
    sealed: request.sealed ?? null,
    planStop,
    summary: {
      ...summarizeReview(snapshot.population, notable, planStop),
      ...(whoReviews ? { reviewers: reviewerCounts(whoReviews) } : {}),
    },
    changesSincePrevious: history.changes(),
    asOf,
    approval: approval && { by: approval.by, at: approval.at },
    whoReviews,
    ...(routes ? { departmentNames: routes.departmentNames } : {}),
    ...(history.badDecisionFiles.length > 0 ? { badDecisionFiles: history.badDecisionFiles } : {}),
    rolesToRetire: await retirementsOf(stage, request, { outcomes, notable }),
  };
  return { view, list };
};

/** Every grant of a role that is to be retired is notable: a built-in rule says so of it. */
const retirementsOf = async (
  stage: Stage,
  { plan, asOf }: ReportRequest,
  { outcomes, notable }: { outcomes: Outcomes; notable: Iterable<ListedGrant> },
): Promise<RoleToRetire[]> => {
  const roles = await rolesToRetire(stage);
  if (roles.size === 0) return [];
  const ended = [...(await readRetirements(stage)).outcomes].filter(([, outcome]) => isBy(asOf)(outcome));
  const grants = Iterator.from(notable).map(({ grant }) => grant);
  return retirementProgress(roles, { plan, grants, outcomes, retired: new Map(ended) });
};

const isBy =
  (asOf: string | undefined) =>
  ({ at }: { at: string }): boolean =>
    asOf === undefined || epochMs(at) <= epochMs(asOf);

type Outcomes = Receipts["outcomes"];

const outcomesUntil = (outcomes: Outcomes, asOf: string | undefined): Outcomes =>
  new Map([...outcomes].filter(([, outcome]) => isBy(asOf)(outcome)));

type Rows = { snapshot: Snapshot; outcomes: Outcomes; request: ReportRequest; history: ReportHistory };

async function* rowsOf({ store }: Stage, { snapshot, outcomes, request, history }: Rows): AsyncGenerator<ReportRow[]> {
  const items = new Map(request.plan.items.map((item) => [item.grantId, item]));
  const grants = { stream: compared(store, snapshot, history), keyOf: ({ grant }: Compared) => grant.id };
  const findings = { stream: byGrant(store.readStoredLines<Finding>(request.findings)), keyOf: grantIdOf };
  for await (const pairs of joinSorted(grants, findings)) {
    yield pairs.map(([present, found]) => {
      if (!present)
        throw new Error(`Cannot report as a finding is about ${found?.[0]?.grantId}, which is not in the snapshot`);
      const { id } = present.grant;
      const [item, outcome] = [items.get(id) ?? null, outcomes.get(id) ?? null];
      return { ...present, findings: found ?? [], item, outcome };
    });
  }
}

type Compared = Pick<ReportRow, "grant" | "history">;

/** Every grant with its history. What vanished counts, and is no row. */
async function* compared(store: Store, snapshot: Snapshot, history: ReportHistory): AsyncGenerator<Compared[]> {
  for await (const pairs of grantPairs(store, snapshot, history.previous)) {
    const rows: Compared[] = [];
    for (const [grant, past] of pairs) {
      const told = history.compare(grant, past);
      if (grant) rows.push({ grant, history: told });
    }
    yield rows;
  }
}

/** Every row with its reviewer, where the configuration says who reviews. */
async function* routed(rows: AsyncIterable<ReportRow[]>, routes: ReviewerRoutes | null): AsyncGenerator<ReportRow[]> {
  for await (const some of rows) yield routes ? some.map((row) => ({ ...row, reviewer: routes.take(row) })) : some;
}

const grantIdOf = (findings: Finding[]): string => findings[0]!.grantId;

async function* byGrant(findings: AsyncIterable<StoredLines<Finding>>): AsyncGenerator<Finding[][]> {
  const group: Finding[] = [];
  for await (const lines of findings) {
    const groups: Finding[][] = [];
    for (const finding of lines.parseAll()) {
      if (group.length > 0 && grantIdOf(group) !== finding.grantId) groups.push(group.splice(0));
      group.push(finding);
    }
    yield groups;
  }
  if (group.length > 0) yield [group];
}

/** Passes every row on, and packs those that something is said of, and the others where the page's list has room for them. */
async function* collect(all: AsyncIterable<ReportRow[]>, collected: Collected): AsyncGenerator<ReportRow[]> {
  for await (const rows of all) {
    for (const row of rows) {
      if (collected.listsAll || isNotable(row)) collected.packer.add(row);
    }
    yield rows;
  }
}

type Far = {
  plan: Plan;
  /** Every grant of such a role, among others. */
  grants: Iterable<Pick<Grant, "id" | "role">>;
  outcomes: ReadonlyMap<string, Outcome>;
  retired: ReadonlyMap<string, RetirementOutcome>;
};

/** How far the review came with every role that it is to retire, for its report. */
const retirementProgress = (roles: Map<string, Role>, { plan, grants, outcomes, retired }: Far): RoleToRetire[] => {
  const grantsByRole = Map.groupBy(
    Iterator.from(grants).filter(({ role }) => roles.has(role.id)),
    ({ role }) => role.id,
  );
  return [...roles.values()].map((role) => {
    const ofRole = grantsByRole.get(role.id) ?? [];
    const standing = standingGrants(ofRole, { plan, outcomes });
    return {
      role: { id: role.id, name: role.name },
      members: ofRole.length,
      removed: ofRole.length - standing.length,
      outcome: retired.get(role.id) ?? null,
    };
  });
};
