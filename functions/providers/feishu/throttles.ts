import type { Timer } from "../../http/call.ts";
import { createThrottle, type RateWindow, type Throttle } from "../../http/throttle.ts";

// The provider counts per app and API, whoever calls; one clock stands for one process, and tests have several.
const throttlesByTimer = new WeakMap<Timer, Map<string, Throttle>>();

/** The one throttle of this host, app and API in this process, with these windows from now on. */
export function sharedThrottle(
  timer: Timer,
  key: { host: string; appId: string; name: string },
  windows: readonly RateWindow[],
): Throttle {
  const throttles = throttlesByTimer.get(timer) ?? new Map<string, Throttle>();
  throttlesByTimer.set(timer, throttles);
  const id = `${key.host}\n${key.appId}\n${key.name}`;
  const throttle = throttles.get(id) ?? createThrottle(windows, timer);
  throttles.set(id, throttle);
  throttle.setWindows(windows);
  return throttle;
}
