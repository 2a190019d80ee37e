import type { Clock } from "../../functions/review/ports.ts";

/** A clock for client and sandbox alike: whoever sleeps wakes at once, and it is then as late as it should be. */
export function createJumpingClock(startMs = Date.UTC(2026, 9, 1, 2)): Clock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      const wakeMs = nowMs + ms;
      await new Promise((resolve) => setImmediate(resolve));
      nowMs = Math.max(nowMs, wakeMs);
    },
  };
}
