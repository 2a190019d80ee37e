import { openLedger } from "../../ledger/ledger.ts";
import type { PermissionCheck, Reader } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";

/** What a sweep of the source costs in calls, where rules act in sweeps. It is no fault: whoever chooses how often to sweep knows it. */
export async function checkSweep(stage: Stage, { sweepCalls }: Reader): Promise<PermissionCheck[]> {
  if (!stage.policy.rules.some(({ sweep }) => sweep === true)) return [];
  const cost =
    sweepCalls === undefined
      ? `reads everything, as nobody can be asked for by a change: ${await callsOfReview(stage)}`
      : `asks for those alone who left: about ${sweepCalls} calls`;
  return [{ call: "sweep", passed: true, missing: cost }];
}

async function callsOfReview({ store, sourceId }: Stage): Promise<string> {
  const snapshot = await openLedger(store, sourceId).newestCompleteSnapshot();
  if (snapshot === null) return "how many calls that takes the first review shows";
  const calls = snapshot.reads.reduce((sum, read) => sum + read.calls, 0);
  return `about ${calls} calls, as many as review ${snapshot.review}`;
}
