import { openReviewOf } from "../ledger/ledger.ts";
import { approvePlan, newestPlan } from "../ledger/plans.ts";
import { UsageError } from "./exit-code.ts";
import type { Session } from "./session.ts";

type Approving = { planHash: string; by: string; reason: string };

/** Approves the plan of this hash in whichever chosen source's open review has it. */
export const approve = async (session: Session, approving: Approving) => {
  for (const text of [approving.by, approving.reason]) {
    if (text.trim() === "") throw new UsageError("--by and --reason say who approves and why: neither may be empty");
  }
  const newest: string[] = [];
  for (const sourceId of session.sources) {
    const review = session.options.review ?? (await openReviewOf(session.store, sourceId));
    const plan = review && (await newestPlan({ store: session.store, sourceId, review }));
    if (!review || !plan) continue;
    if (plan.planHash === approving.planHash) {
      const approval = await approvePlan(session.stageOf(sourceId, review), approving);
      return { source: sourceId, review, ...approval };
    }
    newest.push(`${sourceId} ${review}: ${plan.planHash}`);
  }
  throw new UsageError(
    `No open review has plan ${approving.planHash} as its newest; ${newest.length > 0 ? `there is\n${newest.join("\n")}` : "there is no open review with a plan"}`,
  );
};
