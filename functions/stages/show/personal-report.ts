import { readEvidence, withLedger } from "../../ledger/ledger.ts";
import { newestPlan, policyOfPlan, whoReviewsOf } from "../../ledger/plans.ts";
import { createHtmlReport } from "../../report/html-report.ts";
import { createListPacker } from "../../report/page/list-packer.ts";
import { personalRow, personalView } from "../../report/personal-report.ts";
import type { ReportRow, Reviewer } from "../../report/review-view.ts";
import { summarizeReview } from "../../report/summary.ts";
import type { ReviewerRules } from "../../review/people/routing.ts";
import type { Stage } from "../../review/stage.ts";
import { type ReportRequest, reportOf } from "./review-report.ts";

/** The page of a reviewer's own report, and how many grants are on it. */
export type PersonalReport = { grants: number; html: string };

/**
 * The report of the grants that one person is to review: no other name or grant is in it. Null where no grant is theirs to
 * review. Throws where the review has no plan. Of a sealed review the rules of its last assessment say whose a grant is.
 */
export async function personalReport(today: Stage, reviewerId: string): Promise<PersonalReport | null> {
  const stage = withLedger({ ...today, reviewers: await reviewersOf(today) });
  const theirs: ReportRow[] = [];
  const { view } = await reportOf(stage, await requestOf(stage), (row) => {
    if (row.reviewer?.id === reviewerId) theirs.push(row);
  });
  const first = theirs[0]?.reviewer;
  if (!first) return null;
  // How one grant came to them is that row's.
  const { handOn: _handOn, ...reader }: Reviewer = first;
  const rows = theirs.map((row) => personalRow(row, reader));
  const own = personalView(view, reader, rows);
  const summary = summarizeReview(own.snapshot.population, rows, view.planStop);
  const packer = createListPacker();
  for (const row of rows) packer.add(row);
  return {
    grants: rows.length,
    html: await createHtmlReport({ ...own, summary }, packer.packed(view.peers?.of)),
  };
}

/** The rules that say who reviews: of a sealed review those that its evidence has, unless it was assessed with none. */
async function reviewersOf(today: Stage): Promise<ReviewerRules | null> {
  const plan = (await readEvidence(today)) && (await newestPlan(today));
  const sealed = plan && (await whoReviewsOf(today, plan));
  return sealed?.rules ?? today.reviewers ?? null;
}

/** What the report of a review as it stands is written from. */
export async function requestOf(stage: Stage): Promise<ReportRequest> {
  const plan = await newestPlan(stage);
  if (!plan) throw new Error(`Cannot report on ${stage.sourceId} ${stage.review} as it has no plan: assess it first`);
  const policy = await policyOfPlan(stage, plan, "report");
  const stored = await readEvidence(stage);
  if (!stored) return { plan, policy, mode: stage.mode };
  const { mode, balance, sealedAt } = stored.evidence;
  return { plan, policy, mode, sealed: { balance, sealedAt } };
}
