import { hashOfText } from "../../basics/hash.ts";
import { openReviewOf } from "../../ledger/ledger.ts";
import { approvePlan, newestPlan } from "../../ledger/plans.ts";
import { tellActs } from "../acts.ts";
import { usage } from "../exit-code.ts";
import { commandLine } from "../options.ts";
import { type CommandSession, printResult } from "../session.ts";
import { assertReasons, type ReasonOptions } from "./reasons.ts";

/** The plan's hash, who approves it, and why. */
export type ApproveOptions = ReasonOptions & { plan: string };

/** Approves a plan, and prints how to go on. */
export async function approve(session: CommandSession, { plan, by, reason }: ApproveOptions): Promise<number> {
  const approved = await approveInOpenReview(session, { planHash: hashOfText(plan), by, reason });
  await tellActs(session, approved.source);
  const { source, review, isApproved, approvedBy, approvalsNeeded } = approved;
  if (!isApproved) {
    const text = session.words.acts.approvedByFew(approvedBy.length, approvalsNeeded);
    return printResult(session, "approve", approved, text);
  }
  const goOn = commandLine(session.options, "review", "--source", source, "--review", review);
  return printResult(session, "approve", approved, session.words.acts.approved(goOn));
}

type Approving = ReasonOptions & { planHash: string };

/** Approves the plan with this hash in the open review of whichever chosen source has the plan. */
async function approveInOpenReview(session: CommandSession, approving: Approving) {
  assertReasons(approving);
  const newest: string[] = [];
  for (const sourceId of session.sources) {
    for (const review of await reviewsToApprove(session, sourceId)) {
      const plan = await newestPlan({ store: session.store, sourceId, review });
      if (!plan) continue;
      if (plan.planHash === approving.planHash) {
        const approval = await approvePlan(session.stageOf(sourceId, review), approving);
        return { source: sourceId, review, ...approval };
      }
      newest.push(`${sourceId} ${review}: ${plan.planHash}`);
    }
  }
  if (newest.length === 0) {
    throw usage`No open review has plan ${approving.planHash} as its newest; there is no open review with a plan`;
  }
  throw usage`No open review has plan ${approving.planHash} as its newest; there is\n${newest.join("\n")}`;
}

/** The review that the options name, else the source's open review and its open sweep. */
async function reviewsToApprove({ store, options }: CommandSession, sourceId: string): Promise<string[]> {
  if (options.review) return [options.review];
  const open = await Promise.all([openReviewOf(store, sourceId), openReviewOf(store, sourceId, "sweep")]);
  return open.filter((review) => review !== null);
}
