/**
 * What follows from a code: `throttle` wait and repeat; `transient` another try may help; `clock` a new time stamp may
 * help; `permission` CAM denies the action; `account` every call of these credentials will fail alike; `request` this one
 * request was refused.
 */
export type Consequence = "throttle" | "transient" | "clock" | "permission" | "account" | "request";

export type CodeMeaning = { consequence: Consequence; text: string };

const meaning = (consequence: Consequence, text: string): CodeMeaning => ({ consequence, text });

// https://www.tencentcloud.com/document/api/1031/32858 and the error table of each call.
const meaningByCode: ReadonlyMap<string, CodeMeaning> = new Map([
  ["FailedOperation.DBOperationError", meaning("transient", "an SQL execution error")],
  ["FailedOperation.IdentityCenterNotOpen", meaning("account", "Identity Center is not enabled")],
  ["FailedOperation.ZoneIdNotExist", meaning("account", "there is no such zone")],
  ["AuthFailure.SignatureExpire", meaning("clock", "the time stamp is more than five minutes off")],
  ["AuthFailure.UnauthorizedOperation", meaning("permission", "CAM denies the action")],
  ["UnauthorizedOperation", meaning("permission", "CAM denies the action")],
  ["IpInBlacklist", meaning("account", "this machine's address is on a block list")],
  ["IpNotInWhitelist", meaning("account", "this machine's address is not on the allow list")],
  ["ResourceNotFound.OrganizationNotExist", meaning("account", "the account is in no organisation")],
  ["ResourceNotFound.OrganizationServiceNotExist", meaning("account", "the organisation service is not enabled")],
]);

// By the first segment, for every code that is not named above.
const meaningByFamily: ReadonlyMap<string, CodeMeaning> = new Map([
  ["RequestLimitExceeded", meaning("throttle", "too many calls")],
  ["InternalError", meaning("transient", "internal error")],
  ["ServiceUnavailable", meaning("transient", "the service is unavailable")],
  ["ResourceUnavailable", meaning("transient", "the resource is unavailable")],
  ["ResourceInUse", meaning("transient", "the resource is in use")],
  ["ResourceInsufficient", meaning("transient", "resources are short")],
  ["AuthFailure", meaning("account", "the credentials or the signature were refused")],
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

/** What a code means: exactly, else by its first segment. An unknown one stops everybody. */
export const meaningOf = (code: string): CodeMeaning =>
  meaningByCode.get(code) ?? meaningByFamily.get(code.split(".")[0] ?? "") ?? meaning("account", "unknown code");
