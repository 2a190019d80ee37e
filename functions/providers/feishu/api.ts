import type { Timer } from "../../http/call.ts";
import { openJsonCall } from "../../http/json-call.ts";
import { withRetry } from "../../http/retry.ts";
import type { RateWindow, Throttle } from "../../http/throttle.ts";
import type { ThrottleWindows } from "../../review/ports.ts";
import type { ReadLine } from "../../review/snapshot.ts";
import { createFeishuCall, type FeishuCall, retryPolicy } from "./call.ts";
import { sharedThrottle } from "./throttles.ts";
import { createTenantToken, type FeishuCredentials, tokenCall } from "./token.ts";

/** Limits of single calls by the call's name. */
export type FeishuLimits = Readonly<Record<string, readonly RateWindow[]>>;

export type FeishuOptions = {
  baseUrl: string;
  credentials: FeishuCredentials;
  /** Divides the window of every limit. */
  pace: number;
  limits: FeishuLimits;
  clock: Timer;
  random: () => number;
  signal?: AbortSignal;
};

/** One app's way to the open platform: its calls, what they read, and how much of each limit is used. */
export type FeishuApi = {
  call: FeishuCall;
  /** Milliseconds until this call may go without waiting. */
  delay(name: string): number;
  /** Milliseconds between two calls at the limit's full rate. */
  spacingMs(name: string): number;
  takeReads(): ReadLine[];
  saveWindows(): ThrottleWindows;
  loadWindows(windows: ThrottleWindows): void;
  close(): Promise<void>;
};

/** In `loadWindows`: every call's whole window counts as used at these instants (after a crash nobody knows better). */
export const everyCall = "*";

/** Opens connections lazily; the first call fetches the token. */
export function openFeishu(options: FeishuOptions): FeishuApi {
  const { baseUrl, credentials, pace, clock, random } = options;
  const signal = options.signal ? { signal: options.signal } : {};
  const pool = openJsonCall({ baseUrl, ...signal });
  const throttlesByName = openThrottles(options);
  const throttleOf = (name: string): Throttle => {
    const throttle = throttlesByName.get(name);
    if (!throttle) throw new Error(`Cannot call ${name} as it has no rate limit`);
    return throttle;
  };
  const ask = withRetry(tokenCall(pool.call), {
    policy: retryPolicy(pace),
    timer: clock,
    random,
    repeatable: () => "always",
    ...signal,
  });
  const reads: ReadLine[] = [];
  const call = createFeishuCall({
    call: pool.call,
    token: createTenantToken(() => ask(credentials), clock),
    throttleOf,
    onRead: (line) => reads.push(line),
    timer: clock,
    random,
    pace,
    ...signal,
  });
  return {
    call,
    delay: (name) => throttleOf(name).delay(),
    spacingMs: (name) => Math.max(...scaled(options.limits[name] ?? [], pace).map(({ calls, perMs }) => perMs / calls)),
    takeReads: () => reads.splice(0),
    saveWindows: () => Object.fromEntries([...throttlesByName].map(([name, throttle]) => [name, throttle.save()])),
    loadWindows: (windows) => loadWindows(throttlesByName, windows),
    close: pool.close,
  };
}

function openThrottles({ baseUrl, credentials, pace, limits, clock }: FeishuOptions): Map<string, Throttle> {
  const { host } = new URL(baseUrl);
  return new Map(
    Object.entries(limits).map(([name, windows]) => [
      name,
      sharedThrottle(clock, { host, appId: credentials.appId, name }, scaled(windows, pace)),
    ]),
  );
}

const scaled = (windows: readonly RateWindow[], pace: number): RateWindow[] =>
  windows.map(({ calls, perMs }) => ({ calls, perMs: perMs / pace }));

function loadWindows(throttlesByName: Map<string, Throttle>, windows: ThrottleWindows): void {
  for (const instant of windows[everyCall] ?? []) {
    for (const throttle of throttlesByName.values()) throttle.fill(instant);
  }
  for (const [name, instants] of Object.entries(windows)) throttlesByName.get(name)?.load(instants);
}
