import type { RateWindow } from "../../http/throttle.ts";
import type { FeishuLimits } from "./api.ts";

const minuteMs = 60_000;

// https://open.feishu.cn/document/ukTMukTMukTM/uUzN04SN3QjL1cDN
/** 20 calls a minute. */
export const tier2: readonly RateWindow[] = [{ calls: 20, perMs: minuteMs }];
/** 100 calls a minute. */
export const tier3: readonly RateWindow[] = [{ calls: 100, perMs: minuteMs }];
/** 1000 calls a minute and 50 a second. */
export const tier4: readonly RateWindow[] = [
  { calls: 1000, perMs: minuteMs },
  { calls: 50, perMs: 1_000 },
];

/** Limits of single calls as the configuration has them. */
export type CallLimits = Record<string, { calls: number; perMs: number }>;

/** Documented limits, with those replaced that a tenant has otherwise. Throws on a call that there is not. */
export function replaceLimits(documented: FeishuLimits, overrides: CallLimits): FeishuLimits {
  const replaced = Object.entries(overrides).map(([name, window]) => {
    if (!(name in documented)) throw new Error(`Cannot limit ${name} as this provider has no such call`);
    return [name, [window]] as const;
  });
  return { ...documented, ...Object.fromEntries(replaced) };
}
