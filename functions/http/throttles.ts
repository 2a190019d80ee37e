import type { Timer } from "./call.ts";
import { createThrottle, type RateWindow, type Throttle } from "./throttle.ts";

/** Limits of single calls by the call's name. */
export type Limits = Readonly<Record<string, readonly RateWindow[]>>;

/** The throttles of one caller's calls, by the call's name. */
export type Throttles = {
  /** Throws where the call has no limit. */
  of(name: string): Throttle;
  /** Milliseconds between two calls at the limit's full rate. */
  spacingMs(name: string): number;
  save(): Record<string, number[]>;
  load(windows: Record<string, number[]>): void;
};

/** Whose calls, of which limits; `pace` divides every window. `caller` is whom the provider counts by: an app, an account. */
export type Throttled = { host: string; caller: string; limits: Limits; pace: number };

/** In `load`: every call's whole window counts as used at these instants (after a crash nobody knows better). */
const everyCall = "*";

/** A throttle for every call that has a limit, shared by all who call the same host as the same caller in this process. */
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

// The provider counts per caller and API, whoever calls; one clock stands for one process, and tests have several.
const throttlesByTimer = new WeakMap<Timer, Map<string, Throttle>>();

function sharedThrottle(timer: Timer, id: string, windows: readonly RateWindow[]): Throttle {
  const throttles = throttlesByTimer.get(timer) ?? new Map<string, Throttle>();
  throttlesByTimer.set(timer, throttles);
  const throttle = throttles.get(id) ?? createThrottle(windows, timer);
  throttles.set(id, throttle);
  throttle.setWindows(windows);
  return throttle;
}
