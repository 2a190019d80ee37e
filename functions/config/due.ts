import { dayMs } from "../basics/time.ts";
import type { NextBeginnings } from "../review/source-standing.ts";
import type { DueReviews } from "../review/stage.ts";
import { type Config, isSwept, type SourceConfig } from "./config.ts";
import { lastBeginning, nextBeginning } from "./cron.ts";

/** The most days that a review may stay open for notice, decisions and approval. */
export function longestOpenDays({ mode, policy }: Pick<Config, "mode" | "policy">): number {
  const noticeDays = Math.max(0, ...policy.rules.map((rule) => rule.noticeDays));
  return mode === "enforce" ? Math.max(noticeDays, policy.guard.maxPlanAgeDays) : (policy.decideWithinDays ?? 0);
}

/** When the schedules of the configuration begin the next review and the next sweep of a source. */
export function nextBeginnings(config: Config, sourceId: string, nowMs: number): NextBeginnings {
  const source = config.sources.find(({ id }) => id === sourceId);
  const sweeps = source && isSwept(config, source) ? (config.sweep ?? null) : null;
  return { review: nextBeginning(config.schedule, nowMs), sweep: nextBeginning(sweeps, nowMs) };
}

/** What may be expected of a source by now: a day for a review or a sweep to begin, and two days beside what it may wait for. */
export function dueOf(config: Config, source: SourceConfig, nowMs: number): DueReviews {
  return {
    lastBeginningAt: lastBeginning(config.schedule, nowMs - dayMs),
    lastSweepAt: isSwept(config, source) ? lastBeginning(config.sweep ?? null, nowMs - dayMs) : null,
    openDays: longestOpenDays(config) + 2,
  };
}
