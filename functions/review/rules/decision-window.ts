import { dayMs, epochMs, isoInstant } from "../../basics/instant.ts";
import type { Policy, Rule } from "./policy.ts";

/** The instant until which one can decide on a snapshot's grants; null where the policy waits for nobody. */
export const windowEndOf = ({ decideWithinDays = 0 }: Policy, takenAt: string): string | null =>
  decideWithinDays > 0 ? isoInstant(epochMs(takenAt) + decideWithinDays * dayMs) : null;

/** Whether the window for deciding on a snapshot is still open. `nowMs` is epoch milliseconds. */
export const isWindowOpen = (policy: Policy, takenAt: string, nowMs: number): boolean => {
  const endsAt = windowEndOf(policy, takenAt);
  return endsAt !== null && nowMs < epochMs(endsAt);
};

/** Whether what a flag finds expires where nobody decides on it: only by both keys, and after a time to decide in. */
export const expiresUndecided = ({ then, onNoDecision }: Rule, { decideWithinDays = 0, guard }: Policy): boolean =>
  then === "flag" && onNoDecision === "expire" && guard.allowExpireUndecided === true && decideWithinDays > 0;
