import { ApiError, ThrottledError, UnexpectedReplyError } from "../../http/errors.ts";
import type { JsonReply } from "../../http/json-call.ts";
import { meaningOf } from "./codes.ts";

export type Envelope = { response: Record<string, unknown>; requestId: string | null };

type Refusal = { call: string; code: string; status: number; reason: string; requestId: string | null };

/** CAM lets these credentials not make the call; `action` is what a policy has to allow. */
export class PermissionError extends ApiError {
  override readonly name: string = "PermissionError";
  readonly action: string;

  constructor(refusal: Refusal) {
    const action = `organization:${refusal.call}`;
    super({ ...refusal, reason: `${refusal.reason} ${action}`, concerns: "app" });
    this.action = action;
  }
}

/** The time stamp was too far off; signed anew, the call may pass. It was not carried out. */
export class ClockSkewError extends ApiError {
  override readonly name: string = "ClockSkewError";

  constructor(refusal: Refusal) {
    super({ ...refusal, concerns: "app" });
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * What is inside `{"Response": …}`. A failure comes with HTTP 200 and `Response.Error`; its message is the vendor's and may
 * quote names, so only the code is kept.
 */
export function decodeEnvelope(call: string, { json, status }: JsonReply): Envelope {
  const response = isObject(json) ? json.Response : undefined;
  if (!isObject(response)) throw new UnexpectedReplyError(call, status, "no Response");
  const requestId = typeof response.RequestId === "string" ? response.RequestId : null;
  const { Error: error } = response;
  if (error !== undefined && error !== null) {
    const code = isObject(error) && typeof error.Code === "string" ? error.Code : null;
    if (code === null) throw new UnexpectedReplyError(call, status, "an Error without a Code");
    throw toError({ call, code, status, reason: "", requestId });
  }
  if (status !== 200) throw new UnexpectedReplyError(call, status, "no Error with a failing status");
  return { response, requestId };
}

function toError(bare: Refusal): ApiError {
  const { consequence, text } = meaningOf(bare.code);
  const refusal = { ...bare, reason: text };
  switch (consequence) {
    case "throttle":
      // No header says how long; the limits are per second.
      return new ThrottledError({ ...refusal, retryAfterMs: null });
    case "transient":
      return new ApiError({ ...refusal, isTransient: true });
    case "clock":
      return new ClockSkewError(refusal);
    case "permission":
      return new PermissionError(refusal);
    case "account":
      return new ApiError({ ...refusal, concerns: "app" });
    case "request":
      return new ApiError(refusal);
    default:
      return consequence satisfies never;
  }
}
