import type { Timer } from "../../http/call.ts";
import { openJsonCall } from "../../http/json-call.ts";
import { openThrottles } from "../../http/throttles.ts";
import type { ReadLine } from "../../review/grants/snapshot.ts";
import type { ThrottleWindows } from "../../review/ports.ts";
import { type CloudCall, type CloudCredentials, createCloudCall } from "./call.ts";
import { type Action, limitsWith } from "./limits.ts";

export type CloudOptions = {
  baseUrl: string;
  credentials: CloudCredentials;
  pace: number;
  limits: Record<string, { calls: number; perMs: number }>;
  /** What it is opened for: another key may be used for the rest, with limits of its own. */
  actions: readonly Action[];
  clock: Timer;
  random?: () => number;
  signal?: AbortSignal;
};

/** One access key's way to Tencent Cloud Organization: its calls, what they read, and how much of each limit is used. */
export type Cloud = {
  call: CloudCall;
  /** Milliseconds until this call may go without waiting. */
  delay(name: Action): number;
  takeReads(): ReadLine[];
  saveWindows(): ThrottleWindows;
  loadWindows(windows: ThrottleWindows): void;
  close(): Promise<void>;
};

/** The hosts that are called, besides loopback: https://www.tencentcloud.com/document/product/1031/63610 and its mainland twin. */
export const cloudHosts: readonly string[] = [
  "organization.intl.tencentcloudapi.com",
  "organization.tencentcloudapi.com",
];

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/** Opens connections lazily. Throws where the address is none of the vendor's: signed requests go nowhere else. */
export function openCloud(options: CloudOptions): Cloud {
  const { baseUrl, credentials, pace, clock, random = Math.random } = options;
  const { hostname, host, protocol, pathname } = new URL(baseUrl);
  const isVendor = cloudHosts.includes(host) && protocol === "https:" && pathname === "/";
  if (!isVendor && !isLoopback(hostname)) {
    throw new Error(
      `Cannot open ${baseUrl} as Tencent Cloud's addresses are https://${cloudHosts.join(" and https://")}`,
    );
  }
  const signal = options.signal ? { signal: options.signal } : {};
  const pool = openJsonCall({ baseUrl, ...signal });
  // Counted per account, of which a key names the caller best: two keys of one account have half of the limit each.
  const limits = limitsWith(options.limits, options.actions);
  const throttles = openThrottles(clock, { host, caller: credentials.secretId, limits, pace });
  const reads: ReadLine[] = [];
  const call = createCloudCall({
    call: pool.call,
    credentials,
    hostname,
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
    takeReads: () => reads.splice(0),
    saveWindows: throttles.save,
    loadWindows: throttles.load,
    close: pool.close,
  };
}
