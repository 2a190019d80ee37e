import type { RateWindow } from "../../http/throttle.ts";

const minuteMs = 60_000;

// The vendor's tiers of rate limits: https://open.feishu.cn/document/ukTMukTMukTM/uUzN04SN3QjL1cDN
/** 20 calls a minute. */
export const tier2: readonly RateWindow[] = [{ calls: 20, perMs: minuteMs }];
/** 100 calls a minute. */
export const tier3: readonly RateWindow[] = [{ calls: 100, perMs: minuteMs }];
/** 1000 calls a minute and 50 a second. */
export const tier4: readonly RateWindow[] = [
  { calls: 1000, perMs: minuteMs },
  { calls: 50, perMs: 1_000 },
];
