import { newestPlan } from "../../functions/ledger/plans.ts";
import { readReceipts } from "../../functions/ledger/receipts.ts";
import { reviewIdOf } from "../../functions/review/keys.ts";
import type { Outcome } from "../../functions/review/proof/receipt.ts";
import type { Stage } from "../../functions/review/stage.ts";
import type { StageOptions } from "../../functions/runtime/open-stage.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { restoreGrants } from "../../functions/stages/restore/restore-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { daysPass, type Life, openLife } from "./open-life.ts";

const sourceId = "cloud";

/** A review of the company's cloud zone whose notice has run out, and its stages. */
export async function openCloudReview(disable = 0, onDisk = false) {
  const life = await openLife({ people: 600, onDisk });
  const { sandbox, clock } = life;
  const endpoint = { baseUrl: sandbox.url, host: "sandbox", credentials: sandbox.cloud.keys };
  const stageWith = (more: Partial<StageOptions> & { review: string }): Stage =>
    life.stageWith({ sourceId, endpoint, ...more });
  const review = reviewIdOf(clock.now());
  const stages = {
    snapshot: () => takeSnapshot(stageWith({ review })),
    assess: () => assessGrants(stageWith({ review })),
    expire: (more: Partial<StageOptions> = {}) => expireGrants(stageWith({ review, ...more })),
    seal: () => sealEvidence(stageWith({ review })),
    restore: (request: Parameters<typeof restoreGrants>[1]) => restoreGrants(stageWith({ review }), request),
  };
  disableUsers(life, disable);
  Object.assign(life.config.policy.guard, { maxExpiries: 100, maxShare: 1, maxRoleShare: 1 });
  return { life, sandbox, review, stages, stageWith };
}

/** Blocks so many more people who may use the cloud. */
function disableUsers({ sandbox, clock }: Life, count: number): void {
  const ids = [...new Set(sandbox.cloud.grants().map(({ holderId }) => holderId))];
  const users = ids.filter((id) => id.startsWith("u-")).slice(5, 5 + count);
  const at = clock.now();
  sandbox.happen(
    users.map((userId) => ({
      op: "cloud",
      by: "company",
      at,
      secretId: null,
      change: { kind: "disable", userId, isDisabled: true },
    })),
  );
}

export type CloudReview = Awaited<ReturnType<typeof openCloudReview>>;

/** The same with a plan whose items are due. Gives `holder:role` of what is to be removed, sorted. */
export async function openDueReview(disable = 0): Promise<CloudReview & { due: string[] }> {
  const opened = await openCloudReview(disable);
  await opened.stages.snapshot();
  await opened.stages.assess();
  await daysPass(opened.life, 7);
  const plan = await newestPlan({ store: opened.life.store, sourceId, review: opened.review });
  const due = (plan?.items ?? []).filter(({ hold }) => hold === null);
  return { ...opened, due: due.map(({ holderId, roleId }) => `${holderId}:${roleId}`).sort() };
}

/** The outcome of each item by `holder:role`. */
export async function outcomesOf({ life, review }: CloudReview): Promise<Record<string, Outcome>> {
  const plan = await newestPlan({ store: life.store, sourceId, review });
  const { outcomes } = await readReceipts({ store: life.store, sourceId, review });
  return Object.fromEntries(
    (plan?.items ?? []).flatMap(({ grantId, holderId, roleId }) => {
      const outcome = outcomes.get(grantId);
      return outcome ? [[`${holderId}:${roleId}`, outcome]] : [];
    }),
  );
}

/** `holder:role` of every grant that stands. */
export const heldInCloud = ({ sandbox }: CloudReview): string[] =>
  sandbox.cloud.grants().map(({ holderId, roleId }) => `${holderId}:${roleId}`);
