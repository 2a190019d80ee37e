import { isoInstant } from "../../basics/time.ts";
import { openKnownPeople, standingAuthority } from "../../facts/authority.ts";
import { overwrite } from "../../ledger/checkpoint.ts";
import { grantsOf, loadSnapshot } from "../../ledger/grants.ts";
import { readEvidence } from "../../ledger/ledger.ts";
import { loadApproval } from "../../ledger/plans.ts";
import { readReceipts } from "../../ledger/receipts.ts";
import { type PlanStop, planStopOf, standingOf } from "../../report/rows/standing.ts";
import type { LeaverGrant, LeaverRow, SourceRow, SourceStatus } from "../../report/sources-view.ts";
import { createSummaryPage } from "../../report/summary-page.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { summaryKey } from "../../review/keys.ts";
import { createAuthorityMatch, createLeaverMatch, type LeaverAcross } from "../../review/people/leavers-across.ts";
import { itemOf } from "../../review/plan/plan.ts";
import type { Clock, Store } from "../../review/ports.ts";
import type { Evidence } from "../../review/proof/evidence.ts";
import type { Stage } from "../../review/stage.ts";
import type { CurrentReport } from "./current-report.ts";

/** How far the review of one source came; `report` is null where there is no plan yet. */
export type SummarizedReview = {
  stage: Stage;
  status: SourceStatus;
  error: string | null;
  report: CurrentReport | null;
};

/** The sources of a summary, and how it is written. `notBegun`: ids of sources that should have been reviewed too. */
export type Summarizing = {
  reviews: SummarizedReview[];
  notBegun: string[];
  store: Store;
  clock: Clock;
  language: "zh" | "en";
  timezone: string;
};

/** A review with its stored snapshot and evidence. */
type ReadReview = SummarizedReview & {
  snapshot: Snapshot | null;
  evidence: Evidence | null;
  evidenceSha256: string | null;
};

/**
 * Writes `summary.html` over the reviews of several sources, and gives its key. The page names the people who left one source
 * and hold grants in another. The reviews themselves are only read.
 */
export async function summarizeSources(summarizing: Summarizing): Promise<string> {
  const { store, clock, language, timezone, notBegun } = summarizing;
  const reviews = await Promise.all(summarizing.reviews.map(readReview));
  const page = createSummaryPage({
    language,
    timezone,
    writtenAt: isoInstant(clock.now()),
    sources: [...reviews.map(rowOf), ...notBegun.map(emptyRow)],
    leavers: await leaversAcross(store, reviews, isoInstant(clock.now())),
  });
  await overwrite(store, summaryKey, new TextEncoder().encode(page));
  return summaryKey;
}

async function readReview(reviewed: SummarizedReview): Promise<ReadReview> {
  const stored = await loadSnapshot(reviewed.stage);
  const sealed = await readEvidence(reviewed.stage);
  return {
    ...reviewed,
    snapshot: stored?.snapshot ?? null,
    evidence: sealed?.evidence ?? null,
    evidenceSha256: sealed?.sha256 ?? null,
  };
}

function emptyRow(source: string): SourceRow {
  return {
    source,
    review: null,
    status: "not-begun",
    error: null,
    population: null,
    summary: null,
    failedChecks: [],
    reportHref: null,
    evidenceSha256: null,
  };
}

function rowOf({ stage, status, error, report, snapshot, evidenceSha256 }: ReadReview): SourceRow {
  return {
    source: stage.sourceId,
    review: stage.review,
    status,
    error,
    population: snapshot?.population ?? null,
    summary: report?.summary ?? null,
    failedChecks: snapshot?.checks.filter(({ passed }) => !passed) ?? [],
    reportHref: report && hrefOf(report.htmlKey),
    evidenceSha256,
  };
}

/** The address of a report, relative to the folder of the summary: an open review's report is below that folder, a sealed review's is not. */
function hrefOf(key: string): string {
  const folder = summaryKey.slice(0, summaryKey.lastIndexOf("/") + 1);
  return key.startsWith(folder) ? key.slice(folder.length) : `../${key}`;
}

/** By the source that says who people are, where one does, as rules see them; else by e-mail. */
async function findLeavers(store: Store, reviews: ReadReview[], asOf: string): Promise<LeaverAcross[]> {
  const [first] = reviews;
  const standing = first ? await standingAuthority(first.stage, asOf) : null;
  if (first && standing?.authority) {
    // Not the stage's own source: everybody is asked for by their keys.
    const personOf = await openKnownPeople({ ...first.stage, sourceId: "" }, standing.authority);
    const { source } = standing.authority;
    const match = createAuthorityMatch({ authority: source, personOf: ({ holder }) => personOf(holder) });
    for await (const grant of allGrants(store, reviews)) match.noteGrant(grant);
    return match.leavers();
  }
  const match = createLeaverMatch();
  for await (const grant of allGrants(store, reviews)) match.noteDeparture(grant);
  if (!match.hasDepartures()) return [];
  for await (const grant of allGrants(store, reviews)) match.noteGrant(grant);
  return match.leavers();
}

async function leaversAcross(store: Store, reviews: ReadReview[], asOf: string): Promise<LeaverRow[]> {
  const leavers = await findLeavers(store, reviews, asOf);
  const concerned = new Set(leavers.flatMap(({ grants }) => grants.map(({ source }) => source)));
  const fates = new Map<string, FateOf>();
  for (const review of reviews) {
    const { sourceId } = review.stage;
    if (concerned.has(sourceId)) fates.set(sourceId, await fatesOf(review));
  }
  return leavers.map(({ grants, ...person }) => ({
    ...person,
    grants: grants.map((grant) => fates.get(grant.source)!(grant)),
  }));
}

async function* allGrants(store: Store, reviews: ReadReview[]): AsyncGenerator<Grant> {
  for (const { snapshot } of reviews) if (snapshot) yield* grantsOf(store, snapshot);
}

/** Gives the fate of one grant in its own review. */
type FateOf = (grant: Grant) => LeaverGrant;

async function fatesOf({ stage, report, evidence }: ReadReview): Promise<FateOf> {
  const receipts = await readReceipts(stage);
  const plan = report?.plan ?? null;
  const approval = plan && (await loadApproval(stage, plan.planHash));
  const stop: PlanStop | null = plan && planStopOf({ mode: evidence?.mode ?? stage.mode, plan, approval }, []);
  return (grant) => {
    const outcome = receipts.outcomes.get(grant.id) ?? null;
    const item = plan && itemOf(plan, grant.id);
    return {
      grant,
      standing: plan || outcome ? standingOf({ item, outcome }, stop) : null,
      isSealed: evidence !== null,
      restoredAt: receipts.restored.get(grant.id)?.at ?? null,
    };
  };
}
