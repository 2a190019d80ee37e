import { admit, type RollingWindow, rollingWindow } from "../feishu/rate-limit.ts";
import { DroppedConnection } from "../feishu/refusal.ts";
import { type Action, declarationOf, isAction, type ParameterType } from "./actions.ts";
import type { CloudKey } from "./cloud-keys.ts";
import type { CloudQuirks } from "./cloud-quirks.ts";
import { CloudRefusal } from "./cloud-refusal.ts";
import type { CloudWorld } from "./cloud-world.ts";
import type { CloudHttpRequest } from "./signature.ts";

const header = ({ headers }: CloudHttpRequest, name: string): string => String(headers[name] ?? "");

/** The action that is asked for. A region is not needed and only has to look like one. */
export function actionOf(request: CloudHttpRequest): Action {
  const action = header(request, "x-tc-action");
  if (request.method !== "POST" || request.path !== "/") throw new CloudRefusal("UnsupportedProtocol", "POST / only.");
  if (header(request, "x-tc-version") !== "2021-03-31") throw new CloudRefusal("NoSuchVersion", "No such version.");
  if (!isAction(action)) throw new CloudRefusal("InvalidAction", "The action does not exist.");
  const region = header(request, "x-tc-region");
  if (region !== "" && !/^[a-z]{2,4}-[a-z]+(-[a-z0-9]+)*$/.test(region)) {
    throw new CloudRefusal("UnsupportedRegion", "The region is not supported.");
  }
  return action;
}

/** CAM: what the key is allowed, less what the quirks deny. */
export function checkAllowed(action: Action, key: CloudKey, { denied }: CloudQuirks): void {
  if (key.actions.has(action) && !denied.includes(action)) return;
  throw new CloudRefusal(
    "AuthFailure.UnauthorizedOperation",
    `You are not authorized to perform operation (organization:${action}), resource (*).`,
  );
}

/** Keeps the documented limit of every action, per key. */
export function cloudLimiter(): (world: CloudWorld, action: Action, key: CloudKey) => void {
  const windowsByKey = new Map<string, RollingWindow[]>();
  return (world, action, key) => {
    const id = `${key.secretId} ${action}`;
    const calls = declarationOf(action).perSecond;
    const windows = windowsByKey.get(id) ?? [rollingWindow({ calls, perMs: 1000 })];
    windowsByKey.set(id, windows);
    if (admit(windows, world.now(), world.pace()).isAdmitted) return;
    world.calls.byAction[action].refusals += 1;
    throw new CloudRefusal("RequestLimitExceeded", `Your current request times equals to ${calls + 1} in a second.`);
  };
}

const isOfType: Record<ParameterType, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  integer: (value) => Number.isSafeInteger(value),
  uin: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  strings: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
  uins: (value) => Array.isArray(value) && value.every((each) => Number.isSafeInteger(each)),
  rows: (value) => Array.isArray(value) && value.every((each) => typeof each === "object" && each !== null),
};

/** The body's parameters; what is not declared is refused, as the vendor does. */
export function parametersOf(action: Action, { headers, body }: CloudHttpRequest): Record<string, unknown> {
  if (!String(headers["content-type"] ?? "").startsWith("application/json")) {
    throw new CloudRefusal("InvalidRequest", "The content type must be application/json.");
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new CloudRefusal("InvalidRequest", "The body is not JSON.");
  }
  const parameters = parsed as Record<string, unknown>;
  const { required, optional } = declarationOf(action);
  const types = { ...required, ...optional };
  for (const [name, value] of Object.entries(parameters)) {
    const type = types[name];
    if (!type) throw new CloudRefusal("UnknownParameter", `The parameter \`${name}\` is not recognized.`);
    if (!isOfType[type](value)) throw new CloudRefusal("InvalidParameter", `The parameter \`${name}\` is not valid.`);
  }
  const missing = Object.keys(required).find((name) => parameters[name] === undefined);
  if (missing) throw new CloudRefusal("MissingParameter", `The request is missing the parameter \`${missing}\`.`);
  return parameters;
}

/** What befalls a call before its handler sees it. Throws, or gives true where a gateway answers instead. */
export function cloudFaults(): (quirks: CloudQuirks, action: Action) => boolean {
  const counts = new Map<string, number>();
  const isTurn = (quirk: keyof CloudQuirks, action: Action, every: number): boolean => {
    if (every <= 0) return false;
    const count = (counts.get(`${quirk} ${action}`) ?? 0) + 1;
    counts.set(`${quirk} ${action}`, count);
    return count % every === 0;
  };
  return (quirks, action) => {
    const lasting = quirks.failFor[action];
    if (lasting === "gateway") return true;
    if (lasting !== undefined) throw new CloudRefusal(lasting, "as the quirks have it");
    if (isTurn("droppedConnection", action, quirks.droppedConnection)) throw new DroppedConnection("now and then");
    if (isTurn("badGateway", action, quirks.badGateway)) return true;
    if (isTurn("rateLimit", action, quirks.rateLimit)) throw new CloudRefusal("RequestLimitExceeded", "Too many.");
    if (isTurn("uinRateLimit", action, quirks.uinRateLimit)) {
      throw new CloudRefusal("RequestLimitExceeded.UinLimitExceeded", "Too many of this account.");
    }
    if (isTurn("internalErrors", action, quirks.internalErrors))
      throw new CloudRefusal("InternalError", "Internal error.");
    if (isTurn("databaseErrors", action, quirks.databaseErrors)) {
      throw new CloudRefusal("FailedOperation.DBOperationError", "SQL execution error.");
    }
    return false;
  };
}
