import type { Limit } from "./endpoints.ts";

/** Whether a call may pass, else how long its window stays full and which window that is. */
export type Admission = { isAdmitted: true } | { isAdmitted: false; limit: Limit; resetMs: number };

/** Counts one rolling window; only admitted calls count. Instants are epoch milliseconds. */
export type RollingWindow = { resetMs(now: number, pace: number): number; count(now: number): void; limit: Limit };

/** A window that remembers its newest calls in a ring, so that asking costs the same however many calls it allows. */
export function rollingWindow(limit: Limit): RollingWindow {
  const instants = new Float64Array(limit.calls).fill(Number.NEGATIVE_INFINITY);
  let oldest = 0;
  return {
    limit,
    resetMs: (now, pace) => Math.max(0, (instants[oldest] as number) + limit.perMs / pace - now),
    count: (now) => {
      instants[oldest] = now;
      oldest = (oldest + 1) % limit.calls;
    },
  };
}

/** Admits a call if none of its windows is full; either trips by itself. */
export function admit(windows: readonly RollingWindow[], now: number, pace: number): Admission {
  for (const window of windows) {
    const resetMs = window.resetMs(now, pace);
    if (resetMs > 0) return { isAdmitted: false, limit: window.limit, resetMs };
  }
  for (const window of windows) window.count(now);
  return { isAdmitted: true };
}
