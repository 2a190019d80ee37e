import { CutShortError } from "../basics/concurrency.ts";
import type { AnnouncingCall, Call, Timer } from "./call.ts";
import { ThrottledError } from "./errors.ts";
import { pieceMs } from "./retry.ts";
import { rateLimitRefusals, sayLongWait } from "./signals.ts";
import { createThrottle, type RateWindow, type Throttle } from "./throttle.ts";

/** The rate limits of a provider's calls, by the call's name. */
export type Limits = Readonly<Record<string, readonly RateWindow[]>>;

/** The throttles of one caller, by the call's name. */
export type Throttles = {
  /** The throttle of the call. Throws if the call has no limit. */
  of(name: string): Throttle;
  /** Milliseconds between two calls at the limit's full rate. */
  spacingMs(name: string): number;
  save(): Record<string, number[]>;
  load(windows: Record<string, number[]>): void;
};

/** Whose calls are throttled, and how. `pace` divides every window. `caller` is what the provider counts by: an app or an account. */
export type Throttled = { host: string; caller: string; limits: Limits; pace: number };

/** The name under which `load` takes instants that fill every call's windows: after a crash nobody knows which calls were made. */
const everyCall = "*";

/** Opens a throttle for every call that has a limit. Whoever calls the same host as the same caller in this process shares the throttles. */
export function openThrottles(timer: Timer, { host, caller, limits, pace }: Throttled): Throttles {
  const windowsByName = new Map(
    Object.entries(limits).map(([name, windows]) => [
      name,
      windows.map(({ calls, perMs }) => ({ calls, perMs: perMs / pace })),
    ]),
  );
  const throttlesByName = new Map(
    [...windowsByName].map(([name, windows]) => [name, sharedThrottle(timer, `${host}\n${caller}\n${name}`, windows)]),
  );
  return {
    of(name) {
      const throttle = throttlesByName.get(name);
      if (!throttle) throw new Error(`Cannot call ${name} as it has no rate limit`);
      return throttle;
    },
    spacingMs: (name) => Math.max(...(windowsByName.get(name) ?? []).map(({ calls, perMs }) => perMs / calls)),
    save: () => Object.fromEntries([...throttlesByName].map(([name, throttle]) => [name, throttle.save()])),
    load(windows) {
      for (const instant of windows[everyCall] ?? []) {
        for (const throttle of throttlesByName.values()) throttle.fill(instant);
      }
      for (const [name, instants] of Object.entries(windows)) throttlesByName.get(name)?.load(instants);
    },
  };
}

// The provider counts by caller and API. Tests run several processes in one, each with a timer of its own.
const throttlesByTimer = new WeakMap<Timer, Map<string, Throttle>>();

function sharedThrottle(timer: Timer, id: string, windows: readonly RateWindow[]): Throttle {
  const throttles = throttlesByTimer.get(timer) ?? new Map<string, Throttle>();
  throttlesByTimer.set(timer, throttles);
  const throttle = throttles.get(id) ?? createThrottle(windows, timer);
  throttles.set(id, throttle);
  throttle.setWindows(windows);
  return throttle;
}

/** `shouldStop` is asked while calls wait for a pause that takes long: they are then cut short. */
export type ThrottleOptions = {
  timer: Timer;
  shouldStop?: () => boolean;
  signal?: AbortSignal;
  defaultPauseMs: number;
  longestPauseMs: number;
};

/**
 * The call, sent when the throttle that `throttleOf` names admits it. The slot stays taken until the call reports its answer,
 * or ends. A refusal by rate limit pauses the throttle for all its users.
 */
export function withThrottle<Request, Reply>(
  call: AnnouncingCall<Request, Reply>,
  throttleOf: (request: Request) => Throttle,
  options: ThrottleOptions,
): Call<Request, Reply> {
  const entrance = openEntrance(options);
  return async (request) => {
    const throttle = throttleOf(request);
    const leave = await entrance.enter(throttle);
    try {
      return await call(request, leave);
    } catch (error) {
      if (!(error instanceof ThrottledError)) throw error;
      rateLimitRefusals.publish(error);
      const refusal = error.within({ windowMs: throttle.windowMs(), longestMs: options.longestPauseMs });
      const ms = refusal.retryAfterMs ?? options.defaultPauseMs;
      throttle.pause(ms);
      entrance.watch(throttle);
      sayLongWait({ call: error.call, ms, reason: "the provider asks to wait" });
      throw refusal;
    } finally {
      leave();
    }
  };
}

/**
 * The way into throttles, which whoever has to stop can close: a provider may ask for minutes, and the deadline of an
 * invocation may come first. `watch` is called once a throttle is paused.
 */
function openEntrance({ timer, shouldStop, signal }: ThrottleOptions) {
  const closing = new AbortController();
  const signals = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
  let waiting = 0;
  let isWatching = false;

  async function watch(throttle: Throttle): Promise<void> {
    if (!shouldStop || isWatching) return;
    isWatching = true;
    while (waiting > 0 && throttle.pausedMs() > pieceMs && !closing.signal.aborted) {
      if (shouldStop()) {
        closing.abort(new CutShortError("The provider asks to wait; cut short, as there was no time left to wait"));
      } else await timer.sleep(pieceMs);
    }
    isWatching = false;
  }

  const begin = (throttle: Throttle): void => void watch(throttle).catch(() => {});

  return {
    watch: begin,
    async enter(throttle: Throttle): Promise<() => void> {
      waiting += 1;
      begin(throttle);
      try {
        return await throttle.enter(shouldStop ? signals : signal);
      } finally {
        waiting -= 1;
      }
    },
  };
}
