import { expect } from "vitest";
import { newReviewId as reviewIdAt } from "../../functions/review/keys.ts";
import { allGrants, dateAt, dayMs } from "../../functions/sandbox/company/company.ts";
import type { SandboxOptions } from "../../functions/sandbox/sandbox.ts";
import { assessGrants } from "../../functions/stages/assess/assess-grants.ts";
import { expireGrants } from "../../functions/stages/expire/expire-grants.ts";
import { sealEvidence } from "../../functions/stages/seal/seal-evidence.ts";
import { takeSnapshot } from "../../functions/stages/snapshot/take-snapshot.ts";
import { daysPass, type Life, openLife } from "./open-life.ts";
import { runReview } from "./run-review.ts";

/** The id of a sweep that begins now. */
export const sweepId = ({ clock }: Life): string => reviewIdAt([], clock.now(), "sweep");

/** A whole sweep, from its snapshot to its seal; gives its id. */
export async function runSweep(
  life: Life,
  more: Omit<Parameters<Life["stageWith"]>[0], "review"> = {},
): Promise<string> {
  const review = sweepId(life);
  const stage = () => life.stageWith({ review, ...more });
  expect(await takeSnapshot(stage())).toMatchObject({ status: "done" });
  await assessGrants(stage());
  await expireGrants(stage());
  await sealEvidence(stage());
  return review;
}

/** A reviewed company whose leaver rule acts in sweeps. */
export async function reviewedLife(options: SandboxOptions = {}): Promise<Life> {
  const life = await openLife(options);
  life.config.mode = "enforce";
  for (const rule of life.config.policy.rules) if (rule.id === "leaver") rule.sweep = true;
  await runReview(life);
  await daysPass(life, 1);
  return life;
}

/** So many who work here and hold something leave: their last day was so many days ago. */
export function leave(life: Life, count = 1, daysAgo = 1): string[] {
  const { company } = life.sandbox;
  const now = life.clock.now();
  const grants = allGrants(company);
  const ruled = new Set(grants.filter(({ isByRule }) => isByRule).map(({ holderId }) => holderId));
  const holders = [...new Set(grants.map(({ holderId }) => holderId))];
  const isUsual = (id: string): boolean => company.backgroundHolders.includes(id) && !ruled.has(id);
  const staying = holders.filter(isUsual).slice(0, count);
  life.sandbox.happen(
    staying.map((holderId) => ({ op: "leave" as const, at: now, holderId, lastDay: dateAt(now - daysAgo * dayMs) })),
  );
  return staying;
}
