import { dayMs } from "../basics/time.ts";
import type { DueReviews } from "../review/stage.ts";
import type { Config } from "./config.ts";
import { lastBeginning } from "./cron.ts";

/** The most days that a review may stay open for notice, decisions and approval. */
export function longestOpenDays({ mode, policy }: Pick<Config, "mode" | "policy">): number {
  const noticeDays = Math.max(0, ...policy.rules.map((rule) => rule.noticeDays));
  return mode === "enforce" ? Math.max(noticeDays, policy.guard.maxPlanAgeDays) : (policy.decideWithinDays ?? 0);
}

/** What may be expected of every source by now: a day for a review to begin, and two days beside what it may wait for. */
export function dueOf(config: Config, nowMs: number): DueReviews {
  return {
    lastBeginningAt: lastBeginning(config.schedule, nowMs - dayMs),
    openDays: longestOpenDays(config) + 2,
  };
}
