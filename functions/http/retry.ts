import { CutShortError } from "../basics/concurrency.ts";
import type { Call, Timer } from "./call.ts";
import { ApiError, isServerFault, NoReplyError, ThrottledError, UnexpectedReplyError } from "./errors.ts";
import { longWaits } from "./signals.ts";

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
  /** For this long an outage is waited out, however many attempts that takes. */
  outageMs: number;
};

/**
 * How long whoever waits for a call would wait out an outage: `mostMs` where that is less, and not once `shouldStop` says so.
 * `goOn` is awaited before each sending and, while a call waits to be tried again, every two seconds: whoever holds a lease
 * renews it there. What `goOn` throws ends the call.
 */
export type Patience = { mostMs?: number; shouldStop?: () => boolean; goOn?: () => Promise<void> };

/** The policy for a provider's calls. `pace` divides the waits, as it divides the windows of the rate limits. */
export function retryPolicy(pace: number, patience: Patience = {}): RetryPolicy {
  return {
    // Whoever waits out no outage wants the answer soon.
    attempts: patience.mostMs === 0 ? 3 : 5,
    throttledAttempts: 12,
    baseMs: Math.max(20, 1000 / pace),
    capMs: Math.max(200, 60_000 / pace),
    longestAskedMs: longestAskedMs(pace),
    // Ten minutes, and the longest wait that may lie across their end.
    outageMs: Math.min(660_000 / pace, patience.mostMs ?? Number.POSITIVE_INFINITY),
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

/**
 * The latest error of a request, how many attempts failed so far, and how many of those by throttling. `elapsedMs` is the time
 * since the first of them failed.
 */
export type Failure = {
  error: unknown;
  attempts: number;
  throttled: number;
  repeatable: Repeatable;
  elapsedMs?: number;
};

/** How often a host without an address is tried, or one that answers with a web page: what is wrong stays wrong. */
const lastingAttempts = 3;

/** Milliseconds to wait before the next attempt; null if another attempt would not help, or might carry the request out twice. */
export function retryDelay(failure: Failure, policy: RetryPolicy, random: () => number): number | null {
  const { error, attempts, throttled, elapsedMs = Number.POSITIVE_INFINITY } = failure;
  const isWaitedOut = isOutage(error) && elapsedMs < policy.outageMs;
  const backoffMs = random() * Math.min(policy.capMs, policy.baseMs * 2 ** (attempts - 1));
  if (error instanceof ThrottledError) {
    if (throttled >= policy.throttledAttempts && !isWaitedOut) return null;
    return error.retryAfterMs === null ? backoffMs : Math.min(error.retryAfterMs, policy.longestAskedMs);
  }
  if (failure.repeatable !== "always" || !isWorthRetrying(error)) return null;
  if (error instanceof NoReplyError && error.lasts === "permanent") return null;
  if (isLikelyToLast(error) && attempts - throttled >= lastingAttempts) return null;
  return attempts - throttled >= policy.attempts && !isWaitedOut ? null : backoffMs;
}

/** Whether nobody answers, or the service says that it is out, or a gateway in its place. */
function isOutage(error: unknown): boolean {
  if (error instanceof ApiError && error.isOutage) return true;
  if (error instanceof ThrottledError || error instanceof UnexpectedReplyError) return isServerFault(error.status);
  return error instanceof NoReplyError;
}

/** A name that nobody knows, or an answer in another form than documented that is no gateway's word of an outage. */
function isLikelyToLast(error: unknown): boolean {
  if (error instanceof NoReplyError) return error.lasts === "name";
  return error instanceof UnexpectedReplyError && !isServerFault(error.status);
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
  /** The request's name in errors. An error of another call, such as the call for a token, has been retried by that call. */
  nameOf?: (request: Request) => string;
  /** Asked while an outage or a long wait is waited out: the deadline of an invocation may come first. */
  shouldStop?: () => boolean;
  /** As in `Patience`. */
  goOn?: () => Promise<void>;
  signal?: AbortSignal;
};

/** Long waits are taken in pieces of this length, so that a deadline is seen in time. */
export const pieceMs = 2_000;

/**
 * The call, tried again as `retryDelay` decides. Throws the last error as it is, or a CutShortError where `shouldStop` ended the
 * wait for another try. `retries` in the reply counts the retries.
 */
export function withRetry<Request, Reply>(
  call: Call<Request, Reply>,
  options: RetryOptions<Request>,
): Call<Request, Reply & { retries: number }> {
  const { policy, timer, random, signal, goOn } = options;
  const shouldStop = options.shouldStop ?? (() => false);

  /** Waits. Whoever has to stop waits for a passing fault of the vendor's own, and for nothing that takes longer. */
  async function wait(ms: number, error: unknown): Promise<void> {
    const isLong = isOutage(error) || ms > pieceMs;
    for (let leftMs = ms; leftMs > 0; leftMs -= pieceMs) {
      if (isLong && shouldStop()) throw cutShort(error);
      await goOn?.();
      await timer.sleep(Math.min(leftMs, pieceMs), signal);
    }
    if (isLong && shouldStop()) throw cutShort(error);
  }

  return async (request) => {
    let throttled = 0;
    let failedAt: number | null = null;
    let saidMs = 0;
    for (let attempts = 1; ; attempts += 1) {
      try {
        return { ...(await call(request)), retries: attempts - 1 };
      } catch (error) {
        if (options.nameOf && callOf(error) !== options.nameOf(request)) throw error;
        if (error instanceof ThrottledError) throttled += 1;
        failedAt ??= timer.now();
        const elapsedMs = timer.now() - failedAt;
        const failure = { error, attempts, throttled, elapsedMs, repeatable: options.repeatable(request) };
        const waitMs = signal?.aborted ? null : retryDelay(failure, policy, random);
        if (waitMs === null) throw error;
        if (elapsedMs + waitMs - saidMs > saidEveryMs) {
          saidMs = elapsedMs + waitMs;
          const reason = `${(error as Error).message}; tried again`;
          longWaits.publish({ call: callOf(error) ?? "a call", ms: waitMs, reason });
        }
        await wait(waitMs, error);
      }
    }
  };
}

/** While a call goes on failing, this is said once a minute. */
const saidEveryMs = 60_000;

function callOf(error: unknown): string | null {
  return typeof error === "object" && error !== null && "call" in error ? String(error.call) : null;
}

function cutShort(error: unknown): CutShortError {
  return new CutShortError(`${(error as Error).message}; cut short, as there was no time left to wait`, {
    cause: error,
  });
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
