import { createHash } from "node:crypto";
import { Refusal } from "./refusal.ts";

/** An app of the tenant with its permissions. */
export type App = { appId: string; appSecret: string; scopes: ReadonlySet<string> };

type Issued = { token: string; app: App; expiresAt: number };

/** The access tokens of all apps. Instants are epoch milliseconds. */
type Tokens = {
  issue(request: unknown, now: number): { tenant_access_token: string; expire: number };
  /** The app whose token is in a call's `Authorization` header. */
  authorize(header: string | undefined, now: number): App;
  /** Makes a token invalid before it expires. */
  revoke(header: string | undefined): void;
};

const lifetimeMs = 7_200_000;
const reuseMs = 1_800_000;
function invalid(status: number): Refusal {
  return new Refusal(status, 99991663, "Invalid access token for authorization");
}

/**
 * The token endpoint gives the same token while it is valid for at least 30 minutes, then a new token. Both tokens stay
 * valid. `invalidStatus` is the HTTP status that answers an invalid token: clients have reported different ones.
 */
export function tokensFor(apps: readonly App[], invalidStatus: () => number): Tokens {
  const issuedByToken = new Map<string, Issued>();
  const newestByApp = new Map<string, Issued>();
  let serial = 0;
  const renew = (app: App, now: number): Issued => {
    serial += 1;
    // The process id makes tokens of an earlier process unknown to this process, as after an outage of the vendor.
    const token = `t-g${createHash("sha256").update(`${app.appId} ${serial} ${process.pid} ${now}`).digest("hex").slice(0, 32)}`;
    const issued = { token, app, expiresAt: now + lifetimeMs };
    issuedByToken.set(token, issued);
    newestByApp.set(app.appId, issued);
    return issued;
  };
  return {
    issue(request, now) {
      const app = appOf(apps, request);
      const newest = newestByApp.get(app.appId);
      const issued = newest !== undefined && newest.expiresAt - now >= reuseMs ? newest : renew(app, now);
      return { tenant_access_token: issued.token, expire: Math.floor((issued.expiresAt - now) / 1000) };
    },
    authorize(header, now) {
      const token = tokenIn(header);
      const issued = issuedByToken.get(token);
      if (issued === undefined || issued.expiresAt <= now) throw invalid(invalidStatus());
      return issued.app;
    },
    revoke(header) {
      const token = tokenIn(header);
      const issued = issuedByToken.get(token);
      issuedByToken.delete(token);
      if (issued !== undefined && newestByApp.get(issued.app.appId) === issued) newestByApp.delete(issued.app.appId);
    },
  };
}

function appOf(apps: readonly App[], request: unknown): App {
  const { app_id: appId, app_secret: appSecret } = (request ?? {}) as { app_id?: unknown; app_secret?: unknown };
  if (typeof appId !== "string" || typeof appSecret !== "string") throw new Refusal(400, 10003, "invalid param");
  const app = apps.find((candidate) => candidate.appId === appId);
  if (app === undefined) throw new Refusal(200, 10003, "invalid app_id");
  // The only published recording of a wrong secret shows HTTP 200 with 10014.
  if (app.appSecret !== appSecret) throw new Refusal(200, 10014, "app secret invalid");
  return app;
}

function tokenIn(header: string | undefined): string {
  if (header === undefined || header === "") throw new Refusal(400, 99991661, "Missing access token for authorization");
  const token = header.startsWith("Bearer ") ? header.slice("Bearer ".length) : "";
  if (!/^[tu]-/.test(token)) throw new Refusal(400, 99991671, "Invalid access token: must start with t- or u-");
  if (token.startsWith("u-")) throw new Refusal(400, 99991668, "user access token is not supported");
  return token;
}

/** The permissions that reading needs, and no more: neither `get_by_param` nor legal names. */
const readScopes = [
  "corehr:security_group:read",
  "corehr:authorization:read",
  "corehr:offboarding:read",
  "corehr:employee:read",
  "corehr:department:read",
  "corehr:company:read",
  "corehr:locations:read",
  "corehr:employee.bp:read",
  "corehr:bp.list:read",
  "corehr:bp.get_by_department:read",
  "contact:functional_role:readonly",
  "contact:contact.base:readonly",
  "contact:department.base:readonly",
  "contact:user.base:readonly",
  "contact:user.department:readonly",
  "contact:user.email:readonly",
  "contact:user.employee:readonly",
  "contact:user.employee_id:readonly",
  "admin:admin_user_stat:readonly",
  "corehr:common_data.id.convert:read",
  "tenant:tenant:readonly",
];

/** The app that may only read. */
export const readApp: App = {
  appId: "cli_sandbox_read",
  appSecret: "sandbox-read-secret",
  scopes: new Set(readScopes),
};

/** The app whose bot sends messages. It may do nothing else. */
export const botApp: App = {
  appId: "cli_sandbox_bot",
  appSecret: "sandbox-bot-secret",
  scopes: new Set(["im:message:send_as_bot", "im:chat:readonly", "corehr:common_data.id.convert:read"]),
};

/** The app by which people sign in at the desk, and that receives events: the vendor's SDK wants an id of its form for that. It may tell whose account an employment is, and read what its events are about. */
export const deskApp: App = {
  appId: "cli_5a9db0c5de5c0001",
  appSecret: "sandbox-desk-secret",
  scopes: new Set([
    "corehr:common_data.id.convert:read",
    "contact:user.employee_id:readonly",
    "contact:contact.base:readonly",
    "contact:user.employee:readonly",
    "corehr:offboarding:read",
    "corehr:job_change.status_update_event:read",
    "corehr:authorization:read",
    "application:application.app_version:readonly",
  ]),
};

/** The app that may give, remove and read grants, but read nothing about people. */
export const writeApp: App = {
  appId: "cli_sandbox_write",
  appSecret: "sandbox-write-secret",
  scopes: new Set(["corehr:authorization:write", "contact:functional_role", "contact:user.employee_id:readonly"]),
};
