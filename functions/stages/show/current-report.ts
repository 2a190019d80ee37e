import { overwriteReviewPage } from "../../ledger/checkpoint.ts";
import { readEvidence, withLedger } from "../../ledger/ledger.ts";
import { newestPlan, policyOfPlan } from "../../ledger/plans.ts";
import { finalReport } from "../../ledger/reports.ts";
import { type Deciding, decidingOf } from "../../report/deciding.ts";
import { createHtmlReport } from "../../report/html-report.ts";
import type { ChangesSincePrevious, ReviewSummary } from "../../report/review-view.ts";
import { type ListedGrant, notableRows } from "../../report/rows/packed-rows.ts";
import type { Plan } from "../../review/plan/plan.ts";
import type { Stage } from "../../review/stage.ts";
import { reportOf } from "./review-report.ts";

/** A review as it stands now; `htmlKey` is the key of a report that shows the outcomes so far. */
export type CurrentReport = {
  summary: ReviewSummary;
  changes: ChangesSincePrevious;
  plan: Plan;
  /** Null where the policy has no window for deciding. */
  deciding: Deciding<ListedGrant> | null;
  htmlKey: string;
};

/**
 * The report of a review; null without a plan. Of a sealed review it is the final report. Of an open review it is written
 * into the checkpoint area, as evidence is written once.
 */
export async function currentReport(stage: Stage): Promise<CurrentReport | null> {
  const plan = await newestPlan(stage);
  if (!plan) return null;
  const policy = await policyOfPlan(stage, plan, "report");
  const sealed = await readEvidence(stage);
  const request = { plan, policy, mode: sealed?.evidence.mode ?? stage.mode };
  const { view, list } = await reportOf(withLedger(stage), request);
  const { summary, changesSincePrevious: changes } = view;
  const deciding = decidingOf(view, notableRows(list));
  // A sweep that found nothing was sealed without a report.
  const isWritten = sealed !== null && (await stage.store.get(finalReport(stage).htmlKey, 1)) !== null;
  const htmlKey = isWritten
    ? finalReport(stage).htmlKey
    : await overwriteReviewPage(stage, "report.html", await createHtmlReport(view, list));
  return { summary, changes, plan, deciding, htmlKey };
}
