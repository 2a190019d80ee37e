import { channel } from "node:diagnostics_channel";

/** Published with the call's name for every answer of a provider, refusals included, so that calls can be counted. */
export const answeredCalls = channel("access-review:answered-call");

/** Published with the error for every refusal by rate limit, whether or not the call is tried again. */
export const rateLimitRefusals = channel("access-review:rate-limit-refusal");

/** A wait before a call that takes longer than a minute, for which somebody who watches wants a reason. */
export type LongWait = { call: string; ms: number; reason: string };

/** Published with a `LongWait` when such a wait begins. */
export const longWaits = channel("access-review:long-wait");

const longMs = 60_000;

/** Publishes the wait if it takes longer than a minute. */
export function sayLongWait(wait: LongWait): void {
  if (wait.ms > longMs) longWaits.publish(wait);
}
