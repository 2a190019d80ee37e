import { channel } from "node:diagnostics_channel";

/** Published with the call's name for every answer of a provider, whatever it says; for whoever counts calls. */
export const answeredCalls = channel("access-review:answered-call");

/** Published with the call's error for every refusal by rate limit, tried again or not. */
export const rateLimitRefusals = channel("access-review:rate-limit-refusal");
