import { ApiError, ThrottledError } from "../../http/errors.ts";
import type { JsonReply } from "../../http/json-call.ts";
import { meaningOf } from "./codes.ts";

type Refusal = { call: string; code: string; status: number; reason: string; requestId: string | null };

/** The app lacks a permission; `scopes` are those of which the provider wants one, empty where it named none. */
export class PermissionError extends ApiError {
  override readonly name: string = "PermissionError";
  readonly scopes: string[];

  constructor(refusal: Refusal, scopes: string[]) {
    const reason = scopes.length > 0 ? `${refusal.reason}: any of ${scopes.join(", ")}` : refusal.reason;
    super({ ...refusal, reason, concerns: "app" });
    this.scopes = scopes;
  }
}

/** The token was refused; with a new one the call may pass. The call was not carried out. */
export class StaleTokenError extends ApiError {
  override readonly name: string = "StaleTokenError";

  constructor(refusal: Refusal) {
    super({ ...refusal, concerns: "app" });
  }
}

/** The whole batch was refused for ids outside the app's data range: `ids`, empty where the provider named none. */
export class DataRangeError extends ApiError {
  override readonly name: string = "DataRangeError";
  readonly ids: string[];

  constructor(refusal: Refusal, ids: string[]) {
    super(refusal);
    this.ids = ids;
  }
}

/** The error that a reply with a code other than 0 stands for, whatever its HTTP status. */
export function toError(
  call: string,
  reply: JsonReply,
  envelope: { code: number; msg: string; error: unknown },
): ApiError {
  const { consequence, text } = meaningOf(envelope.code, reply.status);
  const requestId = logIdOf(reply.headers, envelope.error);
  const refusal = { call, code: String(envelope.code), status: reply.status, reason: text, requestId };
  switch (consequence) {
    case "throttle":
      return new ThrottledError({ ...refusal, retryAfterMs: retryAfterMs(reply.headers) });
    case "transient":
      return new ApiError({ ...refusal, isTransient: true });
    case "token":
      return new StaleTokenError(refusal);
    case "permission":
      return new PermissionError(refusal, scopesOf(envelope.error, envelope.msg));
    case "app":
      return new ApiError({ ...refusal, concerns: "app" });
    case "range":
      return new DataRangeError(refusal, envelope.msg.match(/\d{6,}/g) ?? []);
    case "request":
      return new ApiError(refusal);
    default:
      return consequence satisfies never;
  }
}

/** The provider's name for this reply. Documented as `error.logid`, seen as `error.log_id`, and a header of every reply. */
export function logIdOf(headers: Record<string, string>, error: unknown): string | null {
  const inBody = field(error, "log_id") ?? field(error, "logid");
  const id = headers["x-tt-logid"] ?? headers["x-request-id"] ?? inBody;
  return typeof id === "string" && id !== "" ? id : null;
}

// Seconds, with a fraction where the provider is finer; nothing else tells how long to wait.
function retryAfterMs(headers: Record<string, string>): number | null {
  const seconds = Number.parseFloat(headers["x-ogw-ratelimit-reset"] ?? "");
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(Math.min(seconds, 3600) * 1000) : null;
}

/** Documented as `{scope}`, seen as `{subject}`; else the message lists them, as in `[corehr:authorization:read]`. */
function scopesOf(error: unknown, msg: string): string[] {
  const violations = field(error, "permission_violations");
  const named = (Array.isArray(violations) ? violations : [])
    .map((violation) => field(violation, "scope") ?? field(violation, "subject"))
    .filter((scope) => typeof scope === "string");
  return named.length > 0 ? named : [...new Set(msg.match(/\b[a-z_]+:[a-z_.]+(?::[a-z_]+)*/g) ?? [])];
}

const field = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
