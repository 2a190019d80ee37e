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

/** When people were last active: the name of the call, what it is to do, and its limit. https://open.feishu.cn/document/server-docs/admin-v1/data-report-management/list-2 */
export const activityCall = "listUserStats" as const;
export const activityWords = "read when people were last active";
export const activityLimit: readonly RateWindow[] = [{ calls: 20, perMs: 1_000 }];

/** The documented limit of the call that names the tenant of an app. */
export const tenantLimits = { queryTenant: tier4 } as const;

/** What that call is to do, as errors say it after "Cannot". */
export const tenantWords = { queryTenant: "read which tenant the app is of" } as const;
