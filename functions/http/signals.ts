import { channel } from "node:diagnostics_channel";

/** Published with the call's name for every answer of a provider, refusals included, so that calls can be counted. */
export const answeredCalls = channel("access-review:answered-call");

/** Published with the error for every refusal by rate limit, whether or not the call is tried again. */
export const rateLimitRefusals = channel("access-review:rate-limit-refusal");
