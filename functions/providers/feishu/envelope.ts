import { ApiError, isOfGateway, UnexpectedReplyError, unexpectedReply } from "../../http/errors.ts";
import type { JsonReply } from "../../http/json-call.ts";
import { askedWait } from "../../http/retry-after.ts";
import { type CommonConsequence, PermissionError, type Refusal, StaleAuthError, toApiError } from "../provider-call.ts";

export type Envelope = { data: unknown; whole: Record<string, unknown>; logId: string | null };

/**
 * Takes the envelope `{code, msg, data}` off. Throws the error that a code other than 0 stands for. The HTTP status alone
 * decides nothing, as the same refusal comes with 400, 429 or 200.
 */
export function decodeEnvelope(callName: string, reply: JsonReply): Envelope {
  const { json, status, headers } = reply;
  if (typeof json !== "object" || json === null || !("code" in json) || typeof json.code !== "number") {
    throw unexpectedReply(callName, reply, "no code");
  }
  const whole = json as Record<string, unknown> & { code: number };
  if (whole.code !== 0) {
    const msg = typeof whole.msg === "string" ? whole.msg : "";
    throw toError(callName, reply, { code: whole.code, msg, error: whole.error });
  }
  if (status >= 300) throw new UnexpectedReplyError(callName, status, "code 0 with a failing status");
  return { data: whole.data, whole, logId: logIdOf(headers, whole.error) };
}

/** The tenant access token was refused. The call was not carried out; it may pass with a new token. */
export class StaleTokenError extends StaleAuthError {
  override readonly name: string = "StaleTokenError";
}

/** A whole batch was refused for ids outside the app's data range. `ids` is empty where the vendor named none. */
export class DataRangeError extends ApiError {
  override readonly name: string = "DataRangeError";
  readonly ids: string[];

  constructor(refusal: Refusal, ids: string[]) {
    super(refusal);
    this.ids = ids;
  }
}

function toError(
  callName: string,
  reply: JsonReply,
  { code, msg, error }: { code: number; msg: string; error: unknown },
): ApiError {
  const { consequence, text, mayPassLater } = meaningOf(code, reply.status);
  const requestId = logIdOf(reply.headers, error);
  const refusal = { call: callName, code: String(code), status: reply.status, reason: text, requestId, mayPassLater };
  switch (consequence) {
    case "token":
      return new StaleTokenError(refusal);
    case "permission": {
      const permissions = permissionsIn(error, msg);
      const reason = permissions.length > 0 ? `${text}: any of ${permissions.join(", ")}` : text;
      return new PermissionError({ ...refusal, reason }, permissions);
    }
    case "range":
      return new DataRangeError(refusal, msg.match(/\d{6,}/g) ?? []);
    default:
      return toApiError(consequence, refusal, askedWait(reply.headers));
  }
}

/**
 * The vendor's log id of a reply, or null. The vendor documents `error.logid` and sends `error.log_id`; most replies have
 * a header as well.
 */
export function logIdOf(headers: Record<string, string>, error: unknown): string | null {
  const inBody = fieldOf(error, "log_id") ?? fieldOf(error, "logid");
  const id = headers["x-tt-logid"] ?? headers["x-request-id"] ?? inBody;
  return typeof id === "string" && id !== "" ? id : null;
}

// The vendor documents `{scope}` and sends `{subject}`. Otherwise the message lists the permissions, as in
// `[corehr:authorization:read]`.
function permissionsIn(error: unknown, msg: string): string[] {
  const violations = fieldOf(error, "permission_violations");
  const named = (Array.isArray(violations) ? violations : [])
    .map((violation) => fieldOf(violation, "scope") ?? fieldOf(violation, "subject"))
    .filter((permission) => typeof permission === "string");
  return named.length > 0 ? named : [...new Set(msg.match(/\b[a-z_]+:[a-z_.]+(?::[a-z_]+)*/g) ?? [])];
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/**
 * What follows from a code, beside what follows for any vendor: `token`, a new token may help; `permission`, the app lacks
 * a permission; `range`, some ids are outside the app's data range.
 */
type Consequence = CommonConsequence | "token" | "permission" | "range";

type CodeMeaning = { consequence: Consequence; text: string; mayPassLater: boolean };

function meaning(consequence: Consequence, text: string): CodeMeaning {
  return { consequence, text, mayPassLater: false };
}

/** Of a code that any call may get, or that the app's data range decides: the same request may pass at another time. */
function general(consequence: "request" | "range", text: string): CodeMeaning {
  return { consequence, text, mayPassLater: true };
}

// https://open.feishu.cn/document/ukTMukTMukTM/ugjM14COyUjL4ITN and the error table of each call's page.
const meaningByCode: ReadonlyMap<number, CodeMeaning> = new Map([
  [99991400, meaning("throttle", "too many calls")],
  [1161604, meaning("throttle", "too many calls for the service")],
  [1000004, meaning("throttle", "too many calls of this method")],
  [1000005, meaning("throttle", "too many calls of this app")],
  [2200, meaning("transient", "internal error")],
  [1161501, meaning("transient", "internal error")],
  [1161204, meaning("transient", "timeout inside the service")],
  [99991663, meaning("token", "the tenant access token is invalid")],
  [99991664, meaning("token", "the app access token is invalid")],
  [99991671, meaning("token", "the access token is malformed")],
  [99991672, meaning("permission", "the app lacks a scope")],
  [99991676, meaning("permission", "the token lacks a permission")],
  [99991679, meaning("permission", "the user has not authorised the app")],
  [1160103, meaning("permission", "no permission for this data")],
  [99991661, meaning("app", "no access token was sent")],
  [99991665, meaning("app", "the tenant code is invalid")],
  [99991668, meaning("app", "this call does not take this kind of token")],
  [99991677, meaning("app", "the user access token has expired")],
  [99991543, meaning("app", "the app id or the app secret is wrong")],
  [99991662, meaning("app", "the app is disabled")],
  [99991673, meaning("app", "the app cannot be used in this tenant")],
  [99991401, meaning("app", "this machine's address is not on the app's allow list")],
  [99991403, meaning("app", "the tenant's monthly quota of calls is used up")],
  [99991201, meaning("app", "the path does not exist")],
  [99991301, meaning("app", "the HTTP method is wrong")],
  [10003, meaning("app", "a parameter of the token call is missing or bad")],
  [10005, meaning("app", "the app id is not authorised")],
  [10012, meaning("app", "no token could be had")],
  [10013, meaning("app", "no token could be had")],
  [10014, meaning("app", "the app cannot be used, or its secret is wrong")],
  [10015, meaning("app", "the app secret is wrong")],
  [20002, meaning("app", "the app id and the app secret do not belong together")],
  [1160104, general("range", "some ids are outside the app's data range")],
  [1161401, general("request", "wrong type of a parameter")],
  [1161402, general("request", "a parameter is out of range")],
  [1161403, general("request", "wrong length of a parameter")],
  [1161404, meaning("request", "a parameter is missing or invalid")],
  [1161405, general("request", "the body cannot be parsed")],
  [1161406, general("request", "a parameter has none of the values allowed")],
  [1160001, general("request", "bad parameter")],
  [1160102, general("request", "bad parameter")],
  [99992402, general("request", "a field did not pass validation")],
  [40001, general("request", "bad parameter")],
  [40003, meaning("transient", "internal error")],
  [40004, meaning("app", "the app may not see this department")],
  [41012, meaning("range", "a user id is invalid")],
  [41050, general("range", "some users are outside the app's contact range")],
  [41201, meaning("request", "there is a role of that name")],
  [41202, meaning("request", "there is no such role")],
  [41203, meaning("request", "the user is not in the role")],
  [41206, meaning("request", "the role has members")],
  [41209, meaning("request", "a role takes no more than 1000 members")],
  [41210, meaning("request", "a department id is invalid")],
  [41211, meaning("request", "a department is outside the app's contact range")],
  [230001, meaning("request", "bad parameter")],
  [230002, meaning("request", "the bot is not in the group")],
  [230006, meaning("app", "the app has no bot")],
  [230013, meaning("request", "the bot is not available to this user, or the user has left")],
  [230018, meaning("request", "the group's settings do not allow it")],
  [230020, meaning("throttle", "too many messages")],
  [230022, meaning("request", "the message holds something sensitive")],
  [230025, meaning("request", "the message is too long")],
  [230027, meaning("permission", "no permission to send it")],
  [230028, meaning("request", "the tenant's data loss prevention refused it")],
  [230029, meaning("request", "the user has left")],
  [230034, meaning("request", "the receiver's id is unknown")],
  [230035, meaning("request", "sending is denied")],
  [230038, meaning("request", "the receiver is of another tenant")],
  [230049, meaning("transient", "the message is being sent")],
  [230053, meaning("request", "the user has blocked the bot")],
  [230099, meaning("request", "the card could not be made")],
  [232009, meaning("request", "the group has been dissolved")],
  [11205, meaning("app", "the app has no bot: switch it on in the developer console")],
  [212100, meaning("app", "the app is not installed in this tenant")],
  [11232, meaning("throttle", "too many messages")],
  [11233, meaning("throttle", "too many messages")],
  [11247, meaning("throttle", "too many messages")],
  [9499, general("request", "bad request")],
  [19001, meaning("request", "the webhook does not exist")],
  [19021, meaning("request", "the signature does not match, or this machine's clock is wrong")],
  [19022, meaning("request", "this machine's address is not on the bot's list")],
  [19024, meaning("request", "none of the bot's keywords is in the message")],
  [99992351, meaning("request", "an open_id is unknown")],
  [99992360, meaning("range", "a user_id is unknown")],
  [99992361, meaning("app", "an open_id is of another app")],
  [99992364, meaning("range", "a user_id is of another tenant")],
]);

/** What a code means. An unknown code stops every call of the app, except for CoreHR's codes with a client's status. */
function meaningOf(code: number, status: number): CodeMeaning {
  const known = meaningByCode.get(code);
  if (known) return known;
  if (status === 429) return meaning("throttle", "too many calls");
  // The codes of a gateway before the vendor are the gateway's own.
  if (isOfGateway(status)) return meaning("outage", "the service is out");
  if (status >= 500) return meaning("transient", "unknown code with a server error");
  if (isCoreHrCode(code) && status !== 401 && status !== 403) return general("request", "unknown code");
  return meaning("app", "unknown code");
}

function isCoreHrCode(code: number): boolean {
  return code >= 1_160_000 && code < 1_170_000;
}
