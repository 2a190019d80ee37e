import type { Timer } from "../../http/call.ts";
import { openJsonCall } from "../../http/json-call.ts";
import { retryPolicy, withRetry } from "../../http/retry.ts";
import { type Limits, openThrottles } from "../../http/throttles.ts";
import type { ReadLine } from "../../review/grants/snapshot.ts";
import type { ThrottleWindows } from "../../review/ports.ts";
import { createFeishuCall, type FeishuCall } from "./call.ts";
import { createTenantToken, type FeishuCredentials, tokenCall } from "./token.ts";

/** Limits of single calls by the call's name. */
export type FeishuLimits = Limits;

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

/** Opens connections lazily; the first call fetches the token. */
export function openFeishu(options: FeishuOptions): FeishuApi {
  const { baseUrl, credentials, pace, limits, clock, random } = options;
  const signal = options.signal ? { signal: options.signal } : {};
  const pool = openJsonCall({ baseUrl, ...signal });
  const { host } = new URL(baseUrl);
  const throttles = openThrottles(clock, { host, caller: credentials.appId, limits, pace });
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
    throttleOf: throttles.of,
    onRead: (line) => reads.push(line),
    timer: clock,
    random,
    pace,
    ...signal,
  });
  return {
    call,
    delay: (name) => throttles.of(name).delay(),
    spacingMs: throttles.spacingMs,
    takeReads: () => reads.splice(0),
    saveWindows: throttles.save,
    loadWindows: throttles.load,
    close: pool.close,
  };
}
