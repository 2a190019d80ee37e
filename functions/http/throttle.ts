import type { Timer } from "./call.ts";
import { createRoundTrips } from "./round-trips.ts";

/** So many calls in any span of so many milliseconds. */
export type RateWindow = { calls: number; perMs: number };

/** Keeps the calls of one API within every rolling window, for all who share it, first come first served. */
export type Throttle = {
  /** Resolves when a call may go; the function it gives must be called once the call is answered or has failed. */
  enter(signal?: AbortSignal): Promise<() => void>;
  /** Lets nobody in for so long, as the provider asked when it refused a call, and no longer reckons with round trips. */
  pause(ms: number): void;
  /** Milliseconds until a call that came now might go. */
  delay(): number;
  /** Epoch milliseconds of the calls that still count, for whoever goes on in another process. */
  save(): number[];
  /** Counts calls made elsewhere; the same ones may be loaded again. */
  load(instants: readonly number[]): void;
  /** Counts a whole window as used at that instant: for when the calls made before a crash are not known. */
  fill(instant: number): void;
  setWindows(windows: readonly RateWindow[]): void;
};

type Waiter = { admit: (leave: () => void) => void };

// Clocks tell whole milliseconds, and whether the provider counts a window's first instant in or out is not said.
const marginMs = 2;

/**
 * A throttle for `windows`. The provider counts a call at an unknown instant between sending and answer: at the latest
 * one way back before the answer, and the call that takes over its slot at the earliest one way there after sending.
 * Both ways together are what a round trip takes at least, and so a slot is free again `perMs` after the answer less
 * the least round trip: a call that was no slower than any other costs its window and nothing more. Where the round
 * trips are not known, or a refusal has shown the reckoning wrong, a slot is held until `perMs` after the answer, which
 * is right however the latency varies.
 */
export function createThrottle(initial: readonly RateWindow[], timer: Timer): Throttle {
  let windows = initial;
  let answeredAt: number[] = [];
  let inFlight = 0;
  let pausedUntil = 0;
  let isPumping = false;
  let wake: (() => void) | null = null;
  let isReckoning = true;
  let hasAnswered = false;
  const roundTrips = createRoundTrips();
  const waiters: Waiter[] = [];

  /** Milliseconds to wait with `ahead` calls before this one; Infinity where only an answer can free a slot. */
  function waitMs(ahead: number): number {
    const now = timer.now();
    let wait = Math.max(0, pausedUntil - now);
    for (const { calls, perMs } of windows) wait = Math.max(wait, windowWaitMs(calls - inFlight - ahead, perMs, now));
    return wait;
  }

  function windowWaitMs(free: number, perMs: number, now: number): number {
    if (free <= 0) return Number.POSITIVE_INFINITY;
    const oldest = answeredAt[answeredAt.length - free];
    if (oldest === undefined) return 0;
    const leastMs = isReckoning ? Math.min(perMs, roundTrips.leastMs()) : 0;
    // A clock that was set back must not hold the queue for longer than the window itself.
    return Math.min(perMs + marginMs, Math.max(0, oldest + perMs + marginMs - leastMs - now));
  }

  function leave(): void {
    inFlight -= 1;
    hasAnswered = true;
    answeredAt.push(Math.max(timer.now(), answeredAt.at(-1) ?? 0));
    wake?.();
  }

  function admit(waiter: Waiter): void {
    forgetOld();
    inFlight += 1;
    const enteredAt = timer.now();
    // Before the first answer every call has a connection to set up: later ones take less.
    const isTypical = hasAnswered;
    let hasLeft = false;
    waiter.admit(() => {
      if (hasLeft) return;
      hasLeft = true;
      if (isTypical) roundTrips.add(timer.now() - enteredAt);
      leave();
    });
  }

  function forgetOld(): void {
    const horizon = timer.now() - longestMs() - marginMs;
    const firstKept = answeredAt.findIndex((instant) => instant > horizon);
    answeredAt = firstKept < 0 ? [] : answeredAt.slice(firstKept);
  }

  const longestMs = (): number => Math.max(0, ...windows.map((window) => window.perMs));

  async function pump(): Promise<void> {
    if (isPumping) return;
    isPumping = true;
    try {
      for (let next = waiters[0]; next; next = waiters[0]) {
        const wait = waitMs(0);
        if (wait === 0) {
          waiters.shift();
          admit(next);
        } else if (wait === Number.POSITIVE_INFINITY) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else {
          await timer.sleep(Math.ceil(wait));
        }
      }
    } finally {
      isPumping = false;
    }
  }

  function enter(signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const index = waiters.indexOf(waiter);
        if (index >= 0) waiters.splice(index, 1);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        admit: (leaveOnce) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(leaveOnce);
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      waiters.push(waiter);
      pump().catch(reject);
    });
  }

  const load = (instants: readonly number[]): void => {
    answeredAt = unite(answeredAt, instants);
  };

  return {
    enter,
    load,
    pause: (ms) => {
      pausedUntil = Math.max(pausedUntil, timer.now() + ms);
      isReckoning = false;
    },
    delay: () => {
      const wait = waitMs(waiters.length);
      return wait === Number.POSITIVE_INFINITY ? longestMs() : wait;
    },
    save: () => {
      forgetOld();
      // A call under way may have been counted by the provider already.
      return [...answeredAt, ...new Array<number>(inFlight).fill(timer.now())];
    },
    fill: (instant) => load(new Array<number>(Math.max(...windows.map((window) => window.calls))).fill(instant)),
    setWindows: (changed) => {
      windows = changed;
    },
  };
}

/** Both lists' instants in order; one that is in both counts as often as in the list that has it more often. */
function unite(known: readonly number[], others: readonly number[]): number[] {
  const left = [...known].sort((a, b) => a - b);
  const right = [...others].sort((a, b) => a - b);
  const united: number[] = [];
  for (let l = 0, r = 0; l < left.length || r < right.length; ) {
    const a = left[l] ?? Number.POSITIVE_INFINITY;
    const b = right[r] ?? Number.POSITIVE_INFINITY;
    united.push(Math.min(a, b));
    if (a <= b) l += 1;
    if (b <= a) r += 1;
  }
  return united;
}
