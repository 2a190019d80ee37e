import { readRetirements, writeRetirementOutcome } from "../../ledger/retirement-receipts.ts";
import type { Source } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";

/** Whether a role's deletion was begun of which nobody knows the end. */
export const hasOpenRetirements = async (stage: Stage): Promise<boolean> => {
  const { intents, outcomes } = await readRetirements(stage);
  return [...intents.keys()].some((roleId) => !outcomes.has(roleId));
};

/** Gives every such role the outcome that a fresh read shows; null: the source is no longer the one that was reviewed. */
export const settleRetirements = async (stage: Stage, source: Source | null): Promise<void> => {
  const { intents, outcomes } = await readRetirements(stage);
  const open = [...intents.values()].filter(({ role }) => !outcomes.has(role.id));
  const retirement = source?.retirement ?? null;
  for (const { role, planHash } of open) {
    const isGone = retirement !== null && !(await retirement.hasRole(role.id));
    const detail = retirement === null ? ELSEWHERE : STILL_THERE;
    await writeRetirementOutcome(stage, role, {
      planHash,
      outcome: isGone ? "deleted" : "failed",
      ...(isGone ? {} : { detail }),
      isVerified: retirement !== null,
    });
  }
};

const STILL_THERE = "the deletion got no answer, or a yes that nothing came of: the role is still there";
const ELSEWHERE = "the source is configured to another host or app since: what became of the role cannot be read";
