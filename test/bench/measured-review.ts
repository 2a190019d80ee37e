import type { Store } from "../../functions/review/ports.ts";
import type { Stage, StageAnswer } from "../../functions/review/stage.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { startSandboxProcess } from "../serve-sandbox.ts";
import { countedStore, type StoreCounts } from "./counted-store.ts";
import { loadsBetween } from "./floor.ts";
import { openTenant, pace } from "./tenant.ts";

/** A stage at pace 1: the floor of its calls, and what was measured above it, in invocations of 14 minutes. */
export type MeasuredStage = { stage: string; seconds: number; invocations: number };

/** A review over the sandbox: how long its stages took, what they asked of the store, and what they found. */
export type MeasuredReview = {
  people: number;
  holders: number;
  stages: MeasuredStage[];
  counts: StoreCounts;
  grants: number;
  revoked: number;
};

const stages = { snapshot: takeSnapshot, assess: assessGrants, expire: expireGrants, seal: sealEvidence };
const invocationSeconds = 14 * 60;

/** Lives one review of a company of that size, removals included. */
export async function measureReview(size: { people: number; holders: number }): Promise<MeasuredReview> {
  const sandbox = await startSandboxProcess({ ...size, pace });
  const tenant = await openTenant(sandbox.url);
  const { store, counts } = countedStore(tenant.stage().store);
  const measured: MeasuredStage[] = [];
  const answers: Record<string, unknown>[] = [];
  try {
    for (const [name, run] of Object.entries(stages)) {
      const before = await sandbox.state();
      const begunMs = performance.now();
      const answer = await answered(name, run, { ...tenant.stage(), store });
      const tookMs = performance.now() - begunMs;
      const floorMs = loadsBetween(before, await sandbox.state())[0]?.floorMs ?? 0;
      const seconds = (floorMs * pace + (tookMs - floorMs)) / 1000;
      measured.push({ stage: name, seconds, invocations: Math.ceil(seconds / invocationSeconds) });
      answers.push(answer);
    }
  } finally {
    tenant.remove();
    await sandbox.close();
  }
  const first = (count: string): number => Number(answers.find((answer) => count in answer)?.[count] ?? 0);
  return { ...size, stages: measured, counts, grants: first("grants"), revoked: first("revoked") };
}

const answered = async (
  name: string,
  run: (stage: Stage) => Promise<StageAnswer>,
  stage: Stage & { store: Store },
): Promise<StageAnswer> => {
  const answer = await run({ ...stage, hasTables: true });
  if (answer.status !== "done") throw new Error(`Cannot say what ${name} costs as it ended ${answer.status}`);
  return answer;
};
