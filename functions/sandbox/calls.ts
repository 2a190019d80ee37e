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

/** Whether a call is admitted; if not, which limit is full and for how long. */
type Admission = { isAdmitted: true } | { isAdmitted: false; limit: Limit; resetMs: number };

/** Counts one rolling window; only admitted calls count. Instants are epoch milliseconds. */
export type RollingWindow = { resetMs(now: number, pace: number): number; count(now: number): void; limit: Limit };

/** A window that keeps the instants of its newest calls in a ring buffer: a check costs O(1) whatever the limit is. */
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

/** Admits a call if none of its windows is full. A refused call counts in no window. */
export function admitCall(windows: readonly RollingWindow[], now: number, pace: number): Admission {
  for (const window of windows) {
    const resetMs = window.resetMs(now, pace);
    if (resetMs > 0) return { isAdmitted: false, limit: window.limit, resetMs };
  }
  for (const window of windows) window.count(now);
  return { isAdmitted: true };
}

/** Finds removals that a client repeated without a read of the grant in between. */
export type BlindRepeats = {
  /** The keys of the grants whose removal was repeated blindly. */
  readonly found: string[];
  /** A client asks for the removal of this grant. */
  asked(key: string): void;
  /** A read shows whether these grants are there. */
  looked(isShown: (key: string) => boolean): void;
};

/** Watches removals and reads. The caller chooses how keys name grants. */
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
export function turnsByCount(): (quirk: string, call: string, every: number) => boolean {
  const counts = new Map<string, number>();
  return (quirk, call, every) => {
    if (every <= 0) return false;
    const count = (counts.get(`${quirk} ${call}`) ?? 0) + 1;
    counts.set(`${quirk} ${call}`, count);
    return count % every === 0;
  };
}
