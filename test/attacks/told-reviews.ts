import { dayMs } from "../../functions/basics/time.ts";
import { approvePlan } from "../../functions/ledger/plans.ts";
import { retireReview } from "../../functions/ledger/review-order.ts";
import { switchWrites } from "../../functions/ledger/stop.ts";
import { reviewIdOf } from "../../functions/review/keys.ts";
import type { Stage } from "../../functions/review/stage.ts";
import { openMessenger } from "../../functions/runtime/open-messenger.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { sendMessages } from "../../functions/stages/send/send-messages.ts";
import { daysPass, openLife, rootOf, sourceId } from "../review-life/open-life.ts";
import { newReviewId, planOf, stagesOf } from "../review-life/run-review.ts";
import type { SealedReviews } from "./sealed-reviews.ts";

const reasons = { by: "Lin", reason: "an incident" };

/**
 * Two reviews of a company, with a sweep between them, in which people were told of everything, approved a held plan by two,
 * stopped and resumed the source, put a grant back, and retired a review of the future.
 */
export async function sealToldReviews(): Promise<SealedReviews & { sweep: string; future: string }> {
  const life = await openLife({ people: 150, onDisk: true });
  const { clock, config, sandbox } = life;
  Object.assign(config.policy.guard, { maxExpiries: 1, approvals: 2 });
  const endpoint = { baseUrl: sandbox.url, bot: sandbox.bot, webhook: sandbox.webhook };
  const messenger = openMessenger(config, sourceId, { clock, env: {}, endpoint, approveCommands: () => [] });
  const telling = (review: string): Stage => life.stageWith({ review, messenger });
  const whole = async (): Promise<string> => {
    const review = newReviewId(life);
    const { snapshot, assess, expire, seal } = stagesOf(life, review);
    await snapshot();
    await assess();
    await sendMessages(telling(review));
    await switchWrites(telling(review), true, reasons);
    await clock.sleep(1_000);
    await switchWrites(telling(review), false, { by: "Wang", reason: "all is well" });
    const { planHash } = await planOf(life, review);
    for (const by of ["Lin", "Wang"]) {
      await clock.sleep(60_000);
      await approvePlan(telling(review), { planHash, by, reason: "looked at it" });
    }
    await sendMessages(telling(review));
    await expire();
    await seal();
    await sendMessages(telling(review));
    return review;
  };
  const first = await whole();
  await daysPass(life, 1);
  const { add } = await restoreGrants(telling(first), {});
  await restoreGrants(telling(first), { grants: [add![0]!], ...reasons });
  await sendMessages(telling(first));
  sandbox.liveOn();
  await daysPass(life, 3);
  const sweep = `${newReviewId(life)}-sweep`;
  const ofSweep = stagesOf(life, sweep);
  for (const stage of [ofSweep.snapshot, ofSweep.assess, ofSweep.expire, ofSweep.seal]) await stage();
  const future = reviewIdOf(clock.now() + 30 * dayMs);
  await stagesOf(life, future).snapshot();
  await retireReview(telling(future), reasons);
  await daysPass(life, 80);
  const second = await whole();
  return { root: rootOf(life), first, second, sweep, future, nowMs: clock.now() + 60_000, life };
}
