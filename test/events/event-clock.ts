import type { Clock } from "../../functions/review/ports.ts";

/** A clock that a test sets. Whoever sleeps on it sleeps until they are woken by their signal, or until `pass` reaches the time. */
export type EventClock = Clock & { nowMs: number; pass(ms: number): Promise<void> };

export function eventClock(nowMs = Date.parse("2026-01-01T00:00:00Z")): EventClock {
  const sleepers = new Set<{ atMs: number; wake: () => void }>();
  const clock: EventClock = {
    nowMs,
    now: () => clock.nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { atMs: clock.nowMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason as Error);
        });
      }),
    async pass(ms) {
      clock.nowMs += ms;
      for (const sleeper of sleepers) {
        if (sleeper.atMs > clock.nowMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return clock;
}
