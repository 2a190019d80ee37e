import type { Clock } from "../../functions/review/ports.ts";

/** A clock on which nothing takes time but sleeping, which takes none: whoever sleeps wakes at once, that much later. */
export type VirtualClock = Clock & {
  /** Moves on to an instant in epoch milliseconds; one that is over already changes nothing. */
  moveTo(atMs: number): void;
};

export const createVirtualClock = (startMs: number): VirtualClock => {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      nowMs += ms;
    },
    moveTo: (atMs) => {
      nowMs = Math.max(nowMs, atMs);
    },
  };
};
