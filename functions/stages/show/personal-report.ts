import { newestPlan } from "../../ledger/plans.ts";
import { openSealing } from "../../ledger/sealing.ts";
import { createHtmlReport } from "../../report/html-report.ts";
import { createListPacker } from "../../report/page/list-packer.ts";
import { personalRow, personalView } from "../../report/personal-report.ts";
import type { ReportRow, Reviewer } from "../../report/review-view.ts";
import { summarizeReview } from "../../report/summary.ts";
import { reviewKeys } from "../../review/keys.ts";
import type { Evidence } from "../../review/proof/evidence.ts";
import type { Policy } from "../../review/rules/policy.ts";
import type { Stage } from "../../review/stage.ts";
import { type ReportRequest, reportOf } from "./review-report.ts";

/** How many grants a reviewer's own report has, and the page. */
export type PersonalReport = { grants: number; html: string };

/**
 * The report of what one person is to review, with nobody's names and grants but those; null where nothing is theirs. Throws
 * where the review has no plan. Of a sealed review the reviewers are those it was sealed with.
 */
export const personalReport = async (today: Stage, reviewerId: string): Promise<PersonalReport | null> => {
  const sealing = (await openSealing(today)).value;
  const stage: Stage = { ...today, reviewers: sealing?.reviewers ?? today.reviewers ?? null };
  const theirs: ReportRow[] = [];
  const { view } = await reportOf(stage, await requestOf(stage), (row) => {
    if (row.reviewer?.id === reviewerId) theirs.push(row);
  });
  const reader: Reviewer | null = theirs[0]?.reviewer ?? null;
  if (!reader) return null;
  const rows = theirs.map((row) => personalRow(row, reader));
  const own = personalView(view, reader, rows);
  const summary = summarizeReview(own.snapshot.population, rows, view.planStop);
  const packer = createListPacker();
  for (const row of rows) packer.add(row);
  return {
    grants: rows.length,
    html: await createHtmlReport({ ...own, summary }, packer.packed()),
  };
};

const requestOf = async ({ store, sourceId, review, mode }: Stage): Promise<ReportRequest> => {
  const plan = await newestPlan(store, sourceId, review);
  if (!plan) throw new Error(`Cannot report on ${sourceId} ${review} as it has no plan: assess it first`);
  const keys = reviewKeys(sourceId, review);
  const { findings, policy: policyKey } = keys.assessment(plan.assessment);
  const policy = await store.getJson<Policy>(policyKey);
  if (!policy) throw new Error(`Cannot report as ${store.locate(policyKey)} is gone`);
  const evidence = await store.getJson<Evidence>(keys.evidence);
  if (!evidence) return { plan, policy, findings, mode };
  const { balance, sealedAt } = evidence;
  return { plan, policy, findings, mode: evidence.mode, sealed: { balance, sealedAt } };
};
