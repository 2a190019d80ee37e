import { joinSorted } from "../../basics/sorted.ts";
import { epochMs, isoInstant, lastDayOf } from "../../basics/time.ts";
import { readPeopleMatch } from "../../facts/authority.ts";
import { readConflictBasis } from "../../facts/conflict-basis.ts";
import { grantPairs, loadSnapshot, rolesToRetire } from "../../ledger/grants.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import { firstAskedAt, loadApproval, storedFindings } from "../../ledger/plans.ts";
import { type Receipts, readOutcomes, readRetirements } from "../../ledger/receipts.ts";
import type { ReportArtefacts } from "../../ledger/reports.ts";
import { csvReport } from "../../report/csv-report.ts";
import { createHtmlReport } from "../../report/html-report.ts";
import { createListPacker, type ListPacker } from "../../report/page/list-packer.ts";
import type { ReportRow, ReviewView, RoleToRetire, ToldDecisions } from "../../report/review-view.ts";
import {
  isNotable,
  type ListedGrant,
  mostListedGrants,
  notableRows,
  type PackedList,
} from "../../report/rows/packed-rows.ts";
import { planStopOf } from "../../report/rows/standing.ts";
import { reviewerCounts, summarizeReview } from "../../report/summary.ts";
import type { BetweenReviews } from "../../review/grants/diff.ts";
import type { Grant, LocalText, Role } from "../../review/grants/grant.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { isSweep } from "../../review/keys.ts";
import { openPeerCount, type PeerCount, peersBy } from "../../review/people/peers.ts";
import type { ResponsibleBook } from "../../review/people/responsible.ts";
import type { Plan } from "../../review/plan/plan.ts";
import { type RetirementOutcome, standingGrants } from "../../review/plan/retirement.ts";
import { type Store, type StoredLines, UnsealableError } from "../../review/ports.ts";
import type { Outcome } from "../../review/proof/receipt.ts";
import type { Finding } from "../../review/rules/finding.ts";
import { type Policy, promisedHours, windowEndOf } from "../../review/rules/policy.ts";
import type { Stage } from "../../review/stage.ts";
import { betweenSnapshots } from "./between-reviews.ts";
import { leaversShown } from "./leavers-shown.ts";
import { openReportHistory, type ReportHistory } from "./report-history.ts";
import { openReviewerRoutes, type ReviewerRoutes } from "./reviewer-routes.ts";

// Everything a report shows, gathered in one pass over the grants. Above 300 lines, as the pass and what it gathers are one idea.

/** What a report is written from. */
export type ReportRequest = {
  plan: Plan;
  policy: Policy;
  mode: "report" | "enforce";
  sealed?: ReviewView["sealed"];
  /** What happened after this instant is left out: a report that is written again must come out the same. */
  asOf?: string;
};

/** Writes the report of the review as it stands: the page, the CSV, and who reviews. */
export async function writeReports(stage: AtWork, artefacts: ReportArtefacts, request: ReportRequest): Promise<void> {
  const { timezone } = request.policy;
  const { view, list } = await collectReport(stage, request, (all) =>
    artefacts.writeCsv(csvReport(all, { language: stage.language, lastDay: (until) => lastDayOf(until, timezone) })),
  );
  await artefacts.writeHtml(await createHtmlReport(view, list));
  if (view.whoReviews) await artefacts.writeWhoReviews(view.whoReviews);
}

type Reported = { view: ReviewView; list: PackedList };

type Collected = { listsAll: boolean; packer: ListPacker; peers: PeerCount | null; decisions: ToldDecisions };

/** What is told beside the rows of a review: of departments, of peers, and who is responsible for whom; null where nobody is asked. */
export type RowsTold = {
  departmentNames: ReadonlyMap<string, string>;
  peers: PeerCount | null;
  book: ResponsibleBook | null;
};

/** Calls `onRow` with every grant of a review as its report has it, and makes no report. */
export async function readReportRows(
  stage: AtWork,
  request: ReportRequest,
  onRow: (row: ReportRow) => void,
): Promise<RowsTold> {
  const { rows, peers, routes } = await openRows(stage, request);
  for await (const some of rows) {
    for (const row of some) {
      peers?.add(row.grant);
      onRow(row);
    }
  }
  return { departmentNames: routes?.departmentNames ?? new Map(), peers, book: routes?.book ?? null };
}

/** The report of a review as it stands; `onRow` is called with every grant. */
export function reportOf(
  stage: AtWork,
  request: ReportRequest,
  onRow: (row: ReportRow) => void = () => {},
): Promise<Reported> {
  return collectReport(stage, request, async (rows) => {
    for await (const some of rows) some.forEach(onRow);
  });
}

/** Every grant of a review with what is known of it, and what was read for that. */
async function openRows(stage: AtWork, request: ReportRequest) {
  const stored = await loadSnapshot(stage);
  if (!stored) throw new Error(`Cannot report on ${stage.sourceId} ${stage.review} as it has no snapshot.json`);
  const outcomes = outcomesUntil(await readOutcomes(stage), request.asOf);
  const { snapshot } = stored;
  const history = await openReportHistory(stage, { snapshot, plan: request.plan });
  // A sweep reads some holders alone.
  const peers = isSweep(snapshot.review) ? null : openPeerCount(peersBy(request.policy));
  const asOf = request.asOf ?? request.sealed?.sealedAt ?? isoInstant(stage.clock.now());
  const routes = await openReviewerRoutes(stage, snapshot, asOf);
  const rows = routed(rowsOf(stage, { snapshot, outcomes, request, history }), routes);
  return { snapshot, outcomes, history, peers, asOf, routes, rows };
}

/** `consume` takes every row, some at a time, so that a million rows are never in memory at once. */
async function collectReport(
  stage: AtWork,
  request: ReportRequest,
  consume: (rows: AsyncIterable<ReportRow[]>) => Promise<void>,
): Promise<Reported> {
  const { snapshot, outcomes, history, peers, asOf, routes, rows } = await openRows(stage, request);
  const listsAll = snapshot.population.grants <= mostListedGrants;
  const decisions: ToldDecisions = { first: [], all: 0, counted: 0 };
  const collected: Collected = { listsAll, packer: createListPacker(), peers, decisions };
  const between = await betweenSnapshots(stage, { previous: history.previous, snapshot, asOf });
  const names = openNames(between);
  await consume(collect(named(rows, names), collected, snapshot.review));
  const approved = await loadApproval(stage, request.plan.planHash);
  const approval = approved && isBy(request.asOf)(approved) ? approved : null;
  const list = collected.packer.packed(peers?.of);
  const notable = notableRows(list);
  const whoReviews = routes?.whoReviews() ?? null;
  const { plan, policy } = request;
  const removed = { snapshot, plan, outcomes, withinHours: promisedHours(policy) };
  const leavers = await leaversShown(stage, { ...removed, previous: history.previous, notable, asOf });
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
    // The report of the first plan is written before the plan: it asks for the first time.
    windowEndsAt: windowEndOf(request.policy, (await firstAskedAt(stage)) ?? request.plan.createdAt),
    approval: approval && { by: approval.by, at: approval.at },
    whoReviews,
    ...(routes ? { departmentNames: routes.departmentNames } : {}),
    ...(peers ? { peers } : {}),
    people: await readPeopleMatch(stage, request.plan),
    ...(history.badDecisionFiles.length > 0 ? { badDecisionFiles: history.badDecisionFiles } : {}),
    decisions: collected.decisions,
    ...(request.policy.conflicts ? { conflictBasis: await readConflictBasis(stage, request.plan) } : {}),
    ...(between ? { betweenReviews: { ...between, names } } : {}),
    ...(leavers ? { leavers } : {}),
    rolesToRetire: await retirementsOf(stage, request, { outcomes, notable }),
  };
  return { view, list };
}

/** Every grant of a role that is to be retired is among the notable rows: a built-in rule matches it. */
async function retirementsOf(
  stage: Stage,
  { plan, asOf }: ReportRequest,
  { outcomes, notable }: { outcomes: Outcomes; notable: Iterable<ListedGrant> },
): Promise<RoleToRetire[]> {
  const roles = await rolesToRetire(stage);
  if (roles.size === 0) return [];
  const ended = [...(await readRetirements(stage)).outcomes].filter(([, outcome]) => isBy(asOf)(outcome));
  const grants = Iterator.from(notable).map(({ grant }) => grant);
  return retirementProgress(roles, { plan, grants, outcomes, retired: new Map(ended) });
}

function isBy(asOf: string | undefined) {
  return ({ at }: { at: string }): boolean => asOf === undefined || epochMs(at) <= epochMs(asOf);
}

type Outcomes = Receipts["outcomes"];

function outcomesUntil(outcomes: Outcomes, asOf: string | undefined): Outcomes {
  return new Map([...outcomes].filter(([, outcome]) => isBy(asOf)(outcome)));
}

type Rows = { snapshot: Snapshot; outcomes: Outcomes; request: ReportRequest; history: ReportHistory };

async function* rowsOf(stage: Stage, { snapshot, outcomes, request, history }: Rows): AsyncGenerator<ReportRow[]> {
  const items = new Map(request.plan.items.map((item) => [item.grantId, item]));
  const grants = { stream: compared(stage.store, snapshot, history), keyOf: ({ grant }: Compared) => grant.id };
  const findings = { stream: byGrant(storedFindings(stage, request.plan)), keyOf: grantIdOf };
  for await (const pairs of joinSorted(grants, findings)) {
    yield pairs.map(([present, found]) => {
      if (!present)
        throw new UnsealableError(
          `Cannot report as a finding is about ${found?.[0]?.grantId}, which is not in the snapshot`,
        );
      const { id } = present.grant;
      const [item, outcome] = [items.get(id) ?? null, outcomes.get(id) ?? null];
      return { ...present, findings: found ?? [], item, outcome };
    });
  }
}

type Compared = Pick<ReportRow, "grant" | "history">;

/** Every grant with its history. A grant that vanished is counted by the history, and is no row. */
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

type Names = NonNullable<ReviewView["betweenReviews"]>["names"] & { wanted: ReadonlySet<string> };

/** Names of whoever holds something now, of those that events speak of: filled as rows pass. */
function openNames(between: BetweenReviews | null): Names {
  const wanted = new Set([...(between?.drifted ?? []), ...(between?.moved ?? [])].map(({ holderId }) => holderId));
  return { wanted, holders: new Map(), roles: new Map() };
}

/** Passes every row on, and takes the names that are wanted. */
async function* named(rows: AsyncIterable<ReportRow[]>, names: Names): AsyncGenerator<ReportRow[]> {
  const holders = names.holders as Map<string, string>;
  const roles = names.roles as Map<string, LocalText>;
  for await (const some of rows) {
    if (names.wanted.size > 0) {
      for (const { grant } of some) {
        roles.set(grant.role.id, grant.role.name);
        if (names.wanted.has(grant.holder.id) && grant.holder.name) holders.set(grant.holder.id, grant.holder.name);
      }
    }
    yield some;
  }
}

/** Every row with its reviewer, where the configuration says who reviews. */
async function* routed(rows: AsyncIterable<ReportRow[]>, routes: ReviewerRoutes | null): AsyncGenerator<ReportRow[]> {
  for await (const some of rows) yield routes ? some.map((row) => ({ ...row, reviewer: routes.take(row) })) : some;
}

function grantIdOf(findings: Finding[]): string {
  return findings[0]!.grantId;
}

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

/** Passes every row on. Packs the notable rows, and the other rows where the page's list has room for them. */
async function* collect(
  all: AsyncIterable<ReportRow[]>,
  collected: Collected,
  review: string,
): AsyncGenerator<ReportRow[]> {
  for await (const rows of all) {
    for (const row of rows) {
      collected.peers?.add(row.grant);
      collectDecisions(row, collected.decisions, review);
      if (collected.listsAll || isNotable(row)) collected.packer.add(row);
    }
    yield rows;
  }
}

/** How many decisions the page lists; decisions.jsonl has all. */
const mostToldDecisions = 1_000;

/** Counts the decisions that were made in this review. */
function collectDecisions({ grant, history }: ReportRow, decisions: ToldDecisions, review: string): void {
  for (const decision of history?.decisions ?? []) {
    if (decision.review !== review) continue;
    decisions.all += 1;
    if (decision.fault === null) decisions.counted += 1;
    if (decisions.first.length >= mostToldDecisions) continue;
    const holderName = grant.holder.name ?? grant.holder.id;
    decisions.first.push({ ...decision, grantId: grant.id, holderName, roleName: grant.role.name });
  }
}

type Far = {
  plan: Plan;
  /** Every grant of the roles, among others. */
  grants: Iterable<Pick<Grant, "id" | "role">>;
  outcomes: ReadonlyMap<string, Outcome>;
  retired: ReadonlyMap<string, RetirementOutcome>;
};

/** How far the retirement of every role has come, for the report. */
function retirementProgress(roles: Map<string, Role>, { plan, grants, outcomes, retired }: Far): RoleToRetire[] {
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
}
