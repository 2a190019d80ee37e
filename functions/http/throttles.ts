import type { AnnouncingCall, Call, Timer } from "./call.ts";
import { ThrottledError } from "./errors.ts";
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

/**
 * The call, sent when the throttle that `throttleOf` names admits it. The slot stays taken until the call reports its answer,
 * or ends. A refusal by rate limit pauses the throttle for all its users.
 */
export function withThrottle<Request, Reply>(
  call: AnnouncingCall<Request, Reply>,
  throttleOf: (request: Request) => Throttle,
  options: { signal?: AbortSignal; defaultPauseMs: number; longestPauseMs: number },
): Call<Request, Reply> {
  return async (request) => {
    const throttle = throttleOf(request);
    const leave = await throttle.enter(options.signal);
    try {
      return await call(request, leave);
    } catch (error) {
      if (!(error instanceof ThrottledError)) throw error;
      rateLimitRefusals.publish(error);
      const refusal = error.within({ windowMs: throttle.windowMs(), longestMs: options.longestPauseMs });
      const ms = refusal.retryAfterMs ?? options.defaultPauseMs;
      throttle.pause(ms);
      sayLongWait({ call: error.call, ms, reason: "the provider asks to wait" });
      throw refusal;
    } finally {
      leave();
    }
  };
}
