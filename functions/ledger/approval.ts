import { isoInstant } from "../basics/time.ts";
import { reviewKeys } from "../review/keys.ts";
import type { Stage } from "../review/stage.ts";
import { createOnce } from "./create-once.ts";
import { newestPlan } from "./earlier-reviews.ts";
import { underSourceLease } from "./lease.ts";
import { refuseWhereSealed } from "./sealed.ts";

/** `approvals/<plan hash>.json`: who lifted the brake of exactly that plan, when and why. */
export type Approval = { formatVersion: 1; planHash: string; by: string; reason: string; at: string };

export const loadApproval = ({ store, sourceId, review }: Stage, planHash: string): Promise<Approval | null> =>
  store.getJson<Approval>(reviewKeys(sourceId, review).approval(planHash));

/** Lifts the brake of the review's newest plan, if this is its hash. Approving it again changes nothing. */
export const approvePlan = (stage: Stage, approving: Approving): Promise<Approval> =>
  underSourceLease(stage, () => approveUnderLease(stage, approving));

type Approving = { planHash: string; by: string; reason: string };

const approveUnderLease = async (stage: Stage, { planHash, by, reason }: Approving): Promise<Approval> => {
  const { store, sourceId, review } = stage;
  await refuseWhereSealed(stage, "approve a plan");
  const plan = await newestPlan(store, sourceId, review);
  if (plan?.planHash !== planHash) {
    throw new Error(
      plan
        ? `Cannot approve ${planHash} as the newest plan of ${sourceId} ${review} is ${plan.planHash}: read its report, then approve that hash`
        : `Cannot approve ${planHash} as ${sourceId} ${review} has no plan: assess it first`,
    );
  }
  const standing = await loadApproval(stage, planHash);
  if (standing) return standing;
  const approval: Approval = { formatVersion: 1, planHash, by, reason, at: isoInstant(stage.clock.now()) };
  const body = new TextEncoder().encode(`${JSON.stringify(approval, null, 2)}\n`);
  await createOnce(store, reviewKeys(sourceId, review).approval(planHash), body);
  return approval;
};
