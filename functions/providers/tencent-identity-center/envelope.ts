import { type ApiError, UnexpectedReplyError, unexpectedReply } from "../../http/errors.ts";
import type { JsonReply } from "../../http/json-call.ts";
import { type AskedWait, askedWait } from "../../http/retry-after.ts";
import { type CommonConsequence, PermissionError, type Refusal, StaleAuthError, toApiError } from "../provider-call.ts";
import { speaksOfGrant } from "./failure-reasons.ts";

export type Envelope = { response: Record<string, unknown>; requestId: string | null };

/** The time stamp was too far off. The call was not carried out; it may pass when it is signed anew. */
export class ClockSkewError extends StaleAuthError {
  override readonly name: string = "ClockSkewError";
}

/**
 * Takes the envelope `{"Response": …}` off. A refusal comes with HTTP 200 and `Response.Error`. Of the refusal only the code
 * is kept, as the vendor's message may quote names.
 */
export function decodeEnvelope(callName: string, reply: JsonReply): Envelope {
  const { json, status } = reply;
  const response = isObject(json) ? json.Response : undefined;
  if (!isObject(response)) throw unexpectedReply(callName, reply, "no Response");
  const requestId = typeof response.RequestId === "string" ? response.RequestId : null;
  const { Error: error } = response;
  if (error !== undefined && error !== null) {
    const code = isObject(error) && typeof error.Code === "string" ? error.Code : null;
    if (code === null) throw new UnexpectedReplyError(callName, status, "an Error without a Code");
    throw toError({ call: callName, code, status, requestId }, askedWait(reply.headers));
  }
  if (status !== 200) throw new UnexpectedReplyError(callName, status, "no Error with a failing status");
  return { response, requestId };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toError(refused: Omit<Refusal, "reason">, asked: AskedWait | null): ApiError {
  const { consequence, text } = meaningOf(refused.code);
  const refusal = { ...refused, reason: text, mayPassLater: !speaksOfGrant(refused.code) };
  switch (consequence) {
    case "clock":
      return new ClockSkewError(refusal);
    case "permission": {
      const action = `organization:${refused.call}`;
      return new PermissionError({ ...refusal, reason: `${text} ${action}` }, [action]);
    }
    default: {
      // The vendor's own answers say nothing of how long to wait; a gateway before it may.
      const error = toApiError(consequence, refusal, asked);
      // A key that is being rotated is refused for some minutes.
      if (refused.code.startsWith("AuthFailure")) error.trouble ??= "CredentialsRefused";
      return error;
    }
  }
}

/**
 * What follows from a code, beside what follows for any vendor: `clock`, a new time stamp may help; `permission`, CAM denies
 * the action to these credentials. `app` stands for the credentials.
 */
type Consequence = CommonConsequence | "clock" | "permission";

type CodeMeaning = { consequence: Consequence; text: string };

function meaning(consequence: Consequence, text: string): CodeMeaning {
  return { consequence, text };
}

// https://www.tencentcloud.com/document/api/1031/32858 and the error table of each call.
const meaningByCode: ReadonlyMap<string, CodeMeaning> = new Map([
  ["FailedOperation.DBOperationError", meaning("transient", "an SQL execution error")],
  ["FailedOperation.IdentityCenterNotOpen", meaning("app", "Identity Center is not enabled")],
  ["FailedOperation.ZoneIdNotExist", meaning("app", "there is no such zone")],
  ["AuthFailure.SignatureExpire", meaning("clock", "the time stamp is more than five minutes off")],
  ["AuthFailure.UnauthorizedOperation", meaning("permission", "CAM denies the action")],
  ["UnauthorizedOperation", meaning("permission", "CAM denies the action")],
  ["IpInBlacklist", meaning("app", "this machine's address is on a block list")],
  ["IpNotInWhitelist", meaning("app", "this machine's address is not on the allow list")],
  ["ResourceNotFound.OrganizationNotExist", meaning("app", "the account is in no organisation")],
  ["ResourceNotFound.OrganizationServiceNotExist", meaning("app", "the organisation service is not enabled")],
]);

// Every code that is not listed above is looked up by its first segment.
const meaningByFamily: ReadonlyMap<string, CodeMeaning> = new Map([
  ["RequestLimitExceeded", meaning("throttle", "too many calls")],
  ["InternalError", meaning("transient", "internal error")],
  ["ServiceUnavailable", meaning("outage", "the service is unavailable")],
  ["ResourceUnavailable", meaning("transient", "the resource is unavailable")],
  ["ResourceInUse", meaning("transient", "the resource is in use")],
  ["ResourceInsufficient", meaning("transient", "resources are short")],
  ["AuthFailure", meaning("app", "the credentials or the signature were refused")],
  ["UnauthorizedOperation", meaning("permission", "CAM denies the action")],
  ["InvalidParameter", meaning("request", "a parameter is invalid")],
  ["InvalidParameterValue", meaning("request", "a parameter's value is invalid")],
  ["MissingParameter", meaning("request", "a parameter is missing")],
  ["UnknownParameter", meaning("request", "a parameter is not known")],
  ["InvalidRequest", meaning("request", "the request is invalid")],
  ["ResourceNotFound", meaning("request", "it does not exist")],
  ["LimitExceeded", meaning("request", "a quota is used up")],
  ["FailedOperation", meaning("request", "the operation failed")],
  ["UnsupportedOperation", meaning("request", "the operation is not supported")],
]);

/** What a code means, by the whole code or else by its first segment. An unknown code stops every call of the key. */
function meaningOf(code: string): CodeMeaning {
  return meaningByCode.get(code) ?? meaningByFamily.get(code.split(".")[0] ?? "") ?? meaning("app", "unknown code");
}
