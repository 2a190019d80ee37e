import { snapshotInOrder } from "../../ledger/clock-order.ts";
import { underSourceLease } from "../../ledger/lease.ts";
import { withLedger } from "../../ledger/ledger.ts";
import { answerWhereOver } from "../../ledger/plans.ts";
import { type AssessAnswer, answer, type Stage } from "../../review/stage.ts";

/**
 * Judges every grant of the snapshot by the policy and today's decisions; writes findings, plan and report where the plan is
 * new. Where the plan became too old to be acted on, the answer says so (`outdated`), and nothing is written.
 */
export async function assessGrants(stage: Stage): Promise<AssessAnswer> {
  const { sourceId, review } = stage;
  // The language of rules, and everything that judges by it, loads while the store answers.
  const [stored, { assessSnapshot }] = await Promise.all([snapshotInOrder(stage), import("./assess-snapshot.ts")]);
  if (!stored) {
    throw new Error(
      `Cannot assess ${sourceId} ${review} as it has no snapshot.json: run the snapshot stage to its end first`,
    );
  }
  const { snapshot } = stored;
  if (!snapshot.complete) {
    return answer(stage, "incomplete", { failedChecks: snapshot.checks.filter(({ passed }) => !passed) });
  }
  return await underSourceLease(stage, async (lease) => {
    return (await answerWhereOver(stage)) ?? (await assessSnapshot(lease, withLedger(stage), stored));
  });
}
