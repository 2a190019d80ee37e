import { admitCall, DroppedConnection, type RollingWindow, rollingWindow, turnsByCount } from "../calls.ts";
import type { Quirks } from "../quirks.ts";
import type { App } from "./apps.ts";
import { declarationOf, type Endpoint, endpointNames } from "./endpoints.ts";
import { messageOf, Refusal } from "./refusal.ts";

/** The endpoint of a path, and the parameters within the path. */
type Route = { endpoint: Endpoint; parameters: Record<string, string> };

const patterns = endpointNames.map((endpoint) => ({
  endpoint,
  method: declarationOf(endpoint).method,
  path: new RegExp(`^${declarationOf(endpoint).path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`),
}));

/** The endpoint of a path and method. */
export function routeOf(path: string, method: string | undefined): Route {
  const matching = patterns.filter((pattern) => pattern.path.test(path));
  if (matching.length === 0) throw new Refusal(404, 99991201, "path not found");
  const found = matching.find((pattern) => pattern.method === method);
  if (found === undefined) throw new Refusal(405, 99991301, "method not allowed");
  const parameters = { ...found.path.exec(path)?.groups };
  return { endpoint: found.endpoint, parameters };
}

/** Refuses an app that has none of the endpoint's permissions, and names them. */
export function checkScopes(endpoint: Endpoint, app: App): void {
  const { scopes } = declarationOf(endpoint);
  if (scopes.length === 0 || scopes.some((scope) => app.scopes.has(scope))) return;
  throw new Refusal(400, 99991672, `Access denied. One of the following scopes is required: [${scopes.join(", ")}]`, {
    details: {
      permission_violations: scopes.map((subject) => ({ type: "action_scope_required", subject })),
      helps: [{ url: "https://open.feishu.cn/app", description: "apply for the missing scopes" }],
    },
  });
}

/** Keeps every documented limit, per app and endpoint. */
type Limiter = (call: { endpoint: Endpoint; app: App; now: number; pace: number; status: number }) => void;

function secondsOf(ms: number, pace: number): string {
  // The vendor says whole seconds. At a quicker pace one second would be longer than the window.

  return pace > 1 ? (Math.ceil(ms) / 1000).toFixed(3) : String(Math.ceil(ms / 1000));
}

/**
 * A limiter with empty windows. A full window refuses with 99991400, the given status, and the time until it has room.
 */
export function limiter(): Limiter {
  const windowsByKey = new Map<string, RollingWindow[]>();
  return ({ endpoint, app, now, pace, status }) => {
    const key = `${app.appId} ${endpoint}`;
    const windows = windowsByKey.get(key) ?? declarationOf(endpoint).limits.map(rollingWindow);
    windowsByKey.set(key, windows);
    const admission = admitCall(windows, now, pace);
    if (admission.isAdmitted) return;
    throw new Refusal(status, 99991400, "request trigger frequency limit", {
      headers: {
        "x-ogw-ratelimit-limit": String(admission.limit.calls),
        "x-ogw-ratelimit-reset": secondsOf(admission.resetMs, pace),
      },
    });
  };
}

/** Faults of a call before its handler: throws, or gives an HTML page that is answered instead, or null. */
type Faults = (quirks: Quirks, endpoint: Endpoint, forgetToken: () => void) => { html: string; status?: number } | null;

const gatewayPage =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
const listings: readonly Endpoint[] = [
  "authorizationsQuery",
  "assignedUsersSearch",
  "employeesSearch",
  "functionalMembers",
];

/** Faults by count: the same calls in the same order always meet the same faults. */
export function faultsByCount(): Faults {
  const isTurn = turnsByCount();
  const expireToken = (quirks: Quirks, endpoint: Endpoint, forgetToken: () => void): void => {
    const status = quirks.tokenExpiresMidListing;
    if (
      status === false ||
      !listings.includes(endpoint) ||
      !isTurn("tokenExpiresMidListing", "authorizationsQuery", 3)
    ) {
      return;
    }
    quirks.tokenExpiresMidListing = false;
    forgetToken();
    throw new Refusal(status, 99991663, "Invalid access token for authorization");
  };
  return (quirks, endpoint, forgetToken) => {
    const lasting = quirks.failFor[endpoint];
    if (lasting?.code === 0) return { html: gatewayPage, status: lasting.status };
    if (lasting !== undefined) throw new Refusal(lasting.status, lasting.code, messageOf(lasting.code));
    if (isTurn("droppedConnection", endpoint, quirks.droppedConnection)) throw new DroppedConnection("now and then");
    if (isTurn("htmlBadGateway", endpoint, quirks.htmlBadGateway)) return { html: gatewayPage };
    expireToken(quirks, endpoint, forgetToken);
    if (isTurn("rateLimit", endpoint, quirks.rateLimit)) {
      const headers = { "x-ogw-ratelimit-limit": "100", "x-ogw-ratelimit-reset": "0.05" };
      throw new Refusal(quirks.rateLimitAs400 ? 400 : 429, 99991400, "request trigger frequency limit", { headers });
    }
    if (isTurn("serviceRateLimit", endpoint, quirks.serviceRateLimit)) {
      throw new Refusal(429, 1161604, messageOf(1161604));
    }
    if (isTurn("internalErrors", endpoint, quirks.internalErrors)) {
      const { internal = 1161501 } = declarationOf(endpoint);
      throw new Refusal(internal === 1161501 || internal === 1051001 ? 500 : 400, internal, messageOf(internal));
    }
    return null;
  };
}
