import type { ReviewerCounts, ReviewSummary, ReviewView } from "./review-view.ts";
import { type PlanStop, type Stands, standingOf } from "./rows/standing.ts";

/** Counts by key; a rule may be called `constructor`, so a plain object will not do. */
type Tally = Map<string, number>;

function countOne(tally: Tally, key: string): void {
  tally.set(key, (tally.get(key) ?? 0) + 1);
}

type Due = { notBefore: string };

function waitingOf(pending: Due[]): ReviewSummary["waiting"] {
  let notBefore: string | null = null;
  for (const item of pending) if (notBefore === null || item.notBefore < notBefore) notBefore = item.notBefore;
  return { count: pending.length, notBefore };
}

type SummedRow = Stands & { findings: { rule: string }[]; item: Due | null };

/** The figures of a review, counted over its rows; rows that are not notable may be left out. */
export function summarizeReview(
  population: { grants: number; holders: number; roles: number },
  rows: Iterable<SummedRow>,
  planStop: PlanStop | null,
): ReviewSummary {
  const [findings, holds, outcomes]: [Tally, Tally, Tally] = [new Map(), new Map(), new Map()];
  const pending: Due[] = [];
  for (const row of rows) {
    for (const { rule } of row.findings) countOne(findings, rule);
    const standing = standingOf(row, planStop);
    if (standing.kind === "outcome") countOne(outcomes, standing.outcome);
    if (standing.kind === "held") countOne(holds, standing.by);
    if (standing.kind === "pending" && row.item) pending.push(row.item);
  }
  const { grants, holders, roles } = population;
  return {
    grants,
    holders,
    roles,
    expired: outcomes.get("revoked") ?? 0,
    waiting: waitingOf(pending),
    findingsByRule: Object.fromEntries(findings),
    heldByReason: Object.fromEntries(holds),
    outcomesByKind: Object.fromEntries(outcomes),
  };
}

/** The figures of the reviewers, and of the departments that they cover. */
export function reviewerCounts({
  reviewers,
  formerReviewers,
  coverage,
}: NonNullable<ReviewView["whoReviews"]>): ReviewerCounts {
  return {
    reviewers: reviewers.filter(({ id }) => id !== null).length,
    grantsOfNobody: reviewers.find(({ id }) => id === null)?.grants ?? 0,
    formerReviewers: formerReviewers.length,
    uncoveredDepartments: coverage?.uncoveredDepartments.length ?? null,
    formerPartners: coverage?.formerPartners.length ?? null,
  };
}
