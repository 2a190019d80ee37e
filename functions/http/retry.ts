import type { Call, Timer } from "./call.ts";
import { ApiError, NoReplyError, ThrottledError, UnexpectedReplyError } from "./errors.ts";

/** How often and how patiently to try again; `baseMs` doubles with each attempt up to `capMs`. */
export type RetryPolicy = { attempts: number; throttledAttempts: number; baseMs: number; capMs: number };

/** How patiently to try a provider's call again. Waits shrink with the windows: a sandbox at pace 60 needs no patience meant for minutes. */
export function retryPolicy(pace: number): RetryPolicy {
  return {
    attempts: 5,
    throttledAttempts: 12,
    baseMs: Math.max(20, 1000 / pace),
    capMs: Math.max(200, 20_000 / pace),
  };
}

/** How a request may be tried again: a read whenever it may help, a write only where it was surely not carried out. */
export type Repeatable = "always" | "if-not-executed";

/** What was seen so far: the error and how many attempts failed, of them how many by throttling. */
export type Failure = { error: unknown; attempts: number; throttled: number; repeatable: Repeatable };

/** Milliseconds to wait before another attempt, or null where another would not help or might do the work twice. */
export function retryDelay(failure: Failure, policy: RetryPolicy, random: () => number): number | null {
  const { error, attempts, throttled } = failure;
  const backoffMs = random() * Math.min(policy.capMs, policy.baseMs * 2 ** (attempts - 1));
  if (error instanceof ThrottledError) {
    if (throttled >= policy.throttledAttempts) return null;
    return error.retryAfterMs ?? backoffMs;
  }
  if (failure.repeatable !== "always" || !isWorthRetrying(error)) return null;
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

/** A call that is tried again as `retryDelay` says; the last error is thrown as it is. The reply says how often. */
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
