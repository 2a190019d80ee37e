import type { IncomingHttpHeaders } from "node:http";

// What the servers of both vendors share: requests and answers, limits, faults by count, and the watch over removals.

/** A request as it came in. */
export type HttpRequest = {
  method: string | undefined;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
};

/** An HTTP answer, or `dropped`: the connection ends without one. */
export type HttpAnswer = { status: number; headers: Record<string, string>; body: string } | "dropped";

/** A documented limit: so many calls in each rolling window. */
export type Limit = { calls: number; perMs: number };

/** Whether a call may pass, else how long its window stays full and which window that is. */
type Admission = { isAdmitted: true } | { isAdmitted: false; limit: Limit; resetMs: number };

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

/** Finds removals that were asked for again although nobody had looked in between. */
export type BlindRepeats = {
  /** The keys of what was repeated blindly. */
  readonly found: string[];
  /** The removal of this is asked for. */
  asked(key: string): void;
  /** A read shows of these whether they are there. */
  looked(isShown: (key: string) => boolean): void;
};

/** Watches one vendor's removals and reads; keys are the caller's own. */
export function watchRepeats(): BlindRepeats {
  const unseen = new Set<string>();
  const found: string[] = [];
  return {
    found,
    asked(key) {
      if (unseen.has(key)) found.push(key);
      unseen.add(key);
    },
    looked(isShown) {
      for (const key of unseen) if (isShown(key)) unseen.delete(key);
    },
  };
}

/** The connection ends without an answer. */
export class DroppedConnection extends Error {
  override readonly name = "DroppedConnection";
}

/** Counts by quirk and call, so that the same calls in the same order always meet the same faults; `every` 0: never. */
export function everyNth(): (quirk: string, call: string, every: number) => boolean {
  const counts = new Map<string, number>();
  return (quirk, call, every) => {
    if (every <= 0) return false;
    const count = (counts.get(`${quirk} ${call}`) ?? 0) + 1;
    counts.set(`${quirk} ${call}`, count);
    return count % every === 0;
  };
}
