import { overwrite } from "../../ledger/checkpoint.ts";
import { newestPlan } from "../../ledger/plans.ts";
import { type Deciding, decidingOf } from "../../report/deciding.ts";
import { createHtmlReport } from "../../report/html-report.ts";
import type { ChangesSincePrevious, ReviewSummary } from "../../report/review-view.ts";
import { type ListedGrant, notableRows } from "../../report/rows/packed-rows.ts";
import { checkpointKey, reviewKeys } from "../../review/keys.ts";
import type { Plan } from "../../review/plan/plan.ts";
import type { Evidence } from "../../review/proof/evidence.ts";
import type { Policy } from "../../review/rules/policy.ts";
import type { Stage } from "../../review/stage.ts";
import { reportOf } from "./review-report.ts";

/** A review as it stands now: its figures, what changed since the previous one, its plan, and the key of a report that shows the outcomes so far. */
export type CurrentReport = {
  summary: ReviewSummary;
  changes: ChangesSincePrevious;
  plan: Plan;
  /** Null where the policy waits for nobody. */
  deciding: Deciding<ListedGrant> | null;
  htmlKey: string;
};

/** The final report of a sealed review; of an open one a report in the checkpoint area, as evidence is written once. Null without a plan. */
export const currentReport = async (stage: Stage): Promise<CurrentReport | null> => {
  const { store, sourceId, review } = stage;
  const keys = reviewKeys(sourceId, review);
  const plan = await newestPlan(store, sourceId, review);
  if (!plan) return null;
  const { findings, policy: policyKey } = keys.assessment(plan.assessment);
  const policy = (await store.getJson<Policy>(policyKey))!;
  const evidence = await store.getJson<Evidence>(keys.evidence);
  const request = { plan, policy, findings, mode: evidence?.mode ?? stage.mode };
  const { view, list } = await reportOf(stage, request);
  const { summary, changesSincePrevious: changes } = view;
  const deciding = decidingOf(view, notableRows(list));
  if (evidence) return { summary, changes, plan, deciding, htmlKey: keys.html };
  const htmlKey = checkpointKey(sourceId, review, "report.html");
  await overwrite(store, htmlKey, new TextEncoder().encode(await createHtmlReport(view, list)));
  return { summary, changes, plan, deciding, htmlKey };
};
