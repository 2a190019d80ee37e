import type { Call, Timer } from "./call.ts";
import { ApiError, NoReplyError, ThrottledError, UnexpectedReplyError } from "./errors.ts";

/**
 * How often to try a call, and how long to wait in between: `baseMs`, doubled with each attempt, up to `capMs`. A wait that the
 * provider asks for is at most `longestAskedMs`.
 */
export type RetryPolicy = {
  attempts: number;
  throttledAttempts: number;
  baseMs: number;
  capMs: number;
  longestAskedMs: number;
};

/** The policy for a provider's calls. `pace` divides the waits, as it divides the windows of the rate limits. */
export function retryPolicy(pace: number): RetryPolicy {
  return {
    attempts: 5,
    throttledAttempts: 12,
    baseMs: Math.max(20, 1000 / pace),
    capMs: Math.max(200, 20_000 / pace),
    longestAskedMs: longestAskedMs(pace),
  };
}

/**
 * The longest `Retry-After` that is waited for to its end. `pace` divides it only down to ten seconds: unlike a limit's window, the
 * header says seconds of the wall clock.
 */
export function longestAskedMs(pace: number): number {
  return Math.max(10_000, 600_000 / pace);
}

/** When a request may be tried again: a read always, a write only if the provider certainly did not carry it out. */
export type Repeatable = "always" | "if-not-executed";

/** The latest error of a request, how many attempts failed so far, and how many of those by throttling. */
export type Failure = { error: unknown; attempts: number; throttled: number; repeatable: Repeatable };

/** How often a host without an address is tried: a wrong name stays wrong. */
const nameAttempts = 3;

/** Milliseconds to wait before the next attempt; null if another attempt would not help, or might carry the request out twice. */
export function retryDelay(failure: Failure, policy: RetryPolicy, random: () => number): number | null {
  const { error, attempts, throttled } = failure;
  const backoffMs = random() * Math.min(policy.capMs, policy.baseMs * 2 ** (attempts - 1));
  if (error instanceof ThrottledError) {
    if (throttled >= policy.throttledAttempts) return null;
    return error.retryAfterMs === null ? backoffMs : Math.min(error.retryAfterMs, policy.longestAskedMs);
  }
  if (failure.repeatable !== "always" || !isWorthRetrying(error)) return null;
  if (error instanceof NoReplyError && error.lasts === "permanent") return null;
  if (error instanceof NoReplyError && error.lasts === "name" && attempts - throttled >= nameAttempts) return null;
  return attempts - throttled >= policy.attempts ? null : backoffMs;
}

function isWorthRetrying(error: unknown): boolean {
  if (error instanceof NoReplyError || error instanceof UnexpectedReplyError) return true;
  return error instanceof ApiError && error.isTransient;
}

export type RetryOptions<Request> = {
  policy: RetryPolicy;
  timer: Timer;
  random: () => number;
  repeatable: (request: Request) => Repeatable;
  signal?: AbortSignal;
};

/** The call, tried again as `retryDelay` decides. Throws the last error as it is. `retries` in the reply counts the retries. */
export function withRetry<Request, Reply>(
  call: Call<Request, Reply>,
  options: RetryOptions<Request>,
): Call<Request, Reply & { retries: number }> {
  const { policy, timer, random, signal } = options;
  return async (request) => {
    let throttled = 0;
    for (let attempts = 1; ; attempts += 1) {
      try {
        return { ...(await call(request)), retries: attempts - 1 };
      } catch (error) {
        if (error instanceof ThrottledError) throttled += 1;
        const failure = { error, attempts, throttled, repeatable: options.repeatable(request) };
        const waitMs = signal?.aborted ? null : retryDelay(failure, policy, random);
        if (waitMs === null) throw error;
        await timer.sleep(waitMs, signal);
      }
    }
  };
}

/** The call, tried a second time after an error that `mayMend` takes for one that a second try may mend. */
export function withOneMoreTry<Request, Reply>(
  call: Call<Request, Reply>,
  mayMend: (error: unknown) => boolean,
): Call<Request, Reply> {
  return async (request) => {
    try {
      return await call(request);
    } catch (error) {
      if (!mayMend(error)) throw error;
      return await call(request);
    }
  };
}
