import { DroppedConnection, type HttpAnswer, type HttpRequest } from "../calls.ts";
import { feishuMarks, openContradictions } from "../contradictions.ts";
import { type App, tokensFor } from "./apps.ts";
import { getAuthorizationsByParam, queryAuthorizations } from "./authorizations.ts";
import { batchGetContactDepartments, batchGetUsers } from "./contact.ts";
import { batchGetEmployees, searchEmployees, searchOffboardings } from "./employees.ts";
import type { Endpoint } from "./endpoints.ts";
import {
  batchCreateMembers,
  batchDeleteMembers,
  createRole,
  deleteRole,
  getMember,
  listMembers,
  renameRole,
  setMemberScopes,
} from "./functional-roles.ts";
import { checkScopes, faultsByCount, limiter, routeOf } from "./gateway.ts";
import { convertId, createMessage, getBot, isInChat, listScopes, listVersions, updateMessage } from "./messages.ts";
import { batchGetCompanies, batchGetDepartments, batchGetLocations } from "./organisation.ts";
import { batchGetEmployeeBps, getBpsByDepartment, listBps, querySecurityGroups } from "./partners.ts";
import { faulty, Refusal } from "./refusal.ts";
import { addRoleAssign, removeRoleAssign, updateRoleAssign } from "./role-assign.ts";
import { listSecurityGroups, searchAssignedUsers } from "./roles.ts";
import { isSignInEndpoint, openSignIn, queryTenant, type SignInEndpoint } from "./sign-in.ts";
import { listUserStats } from "./user-stats.ts";
import type { CallLog, Handler, World } from "./world.ts";

/** Who answers which endpoint. The endpoints of tokens and of people's sign-in have no handler: their answers have no envelope. */
const handlers: Record<Exclude<Endpoint, "tenantAccessToken" | SignInEndpoint>, Handler> = {
  securityGroups: listSecurityGroups,
  authorizationsQuery: queryAuthorizations,
  authorizationsGetByParam: getAuthorizationsByParam,
  assignedUsersSearch: searchAssignedUsers,
  addRoleAssign,
  updateRoleAssign,
  removeRoleAssign,
  employeesBatchGet: batchGetEmployees,
  employeesSearch: searchEmployees,
  offboardingsSearch: searchOffboardings,
  departmentsBatchGet: batchGetDepartments,
  companiesBatchGet: batchGetCompanies,
  locationsBatchGet: batchGetLocations,
  employeesBpsBatchGet: batchGetEmployeeBps,
  bps: listBps,
  bpsGetByDepartment: getBpsByDepartment,
  securityGroupsQuery: querySecurityGroups,
  convertId,
  adminUserStats: listUserStats,
  createMessage,
  updateMessage,
  getBot,
  tenantQuery: queryTenant,
  listScopes,
  listVersions,
  isInChat,
  functionalRoleCreate: createRole,
  functionalRoleUpdate: renameRole,
  functionalRoleDelete: deleteRole,
  functionalMembers: listMembers,
  functionalMember: getMember,
  functionalMembersBatchCreate: batchCreateMembers,
  functionalMembersBatchDelete: batchDeleteMembers,
  functionalMembersScopes: setMemberScopes,
  contactUsersBatch: batchGetUsers,
  contactDepartmentsBatch: batchGetContactDepartments,
};

/** What the Feishu API is answered from. `pace` divides every window of a limit. */
type FeishuParts = { world: World; calls: CallLog; apps: readonly App[]; pace(): number };

const jsonHeaders = { "content-type": "application/json; charset=utf-8" };

function successAnswer(body: object): HttpAnswer {
  return { status: 200, headers: jsonHeaders, body: JSON.stringify(body) };
}

function refusalAnswer(refusal: Refusal, logId: string): HttpAnswer {
  const error = {
    message: refusal.message,
    log_id: logId,
    troubleshooter: `https://open.feishu.cn/search?from=openapi&log_id=${logId}&code=${refusal.code}`,
    ...refusal.details,
  };
  const body = JSON.stringify({ code: refusal.code, msg: refusal.message, error });
  return { status: refusal.status, headers: { ...jsonHeaders, ...refusal.headers }, body };
}

/** A page of the gateway's, before the vendor's server. */
function pageAnswer({ html, status = 502 }: { html: string; status?: number }): HttpAnswer {
  return { status, headers: { "content-type": "text/html" }, body: html };
}

function parseBody(endpoint: Endpoint, { method, headers, body }: HttpRequest): Record<string, unknown> {
  if (body === "" || method === "GET") return {};
  if (!(headers["content-type"] ?? "").startsWith("application/json")) throw faulty(endpoint, "parse", "Content-Type");
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw faulty(endpoint, "parse", "body");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw faulty(endpoint, "parse", "body");
  return parsed as Record<string, unknown>;
}

function withoutDenied(app: App, denied: string[]): App {
  if (denied.length === 0) return app;
  return { ...app, scopes: new Set([...app.scopes].filter((scope) => !denied.includes(scope))) };
}

function parametersIn(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(query.keys())].map((key) => [key, query.getAll(key).join(",")]));
}

/** Faults by count spare the token endpoint, so that they hit the calls that a test is about. */
const noFaultsByCount = {
  droppedConnection: 0,
  htmlBadGateway: 0,
  rateLimit: 0,
  serviceRateLimit: 0,
  internalErrors: 0,
  tokenExpiresMidListing: false as const,
};

/** The Feishu API over one company. The log id of a request stands in its refusal. */
export function feishuServer(parts: FeishuParts): (request: HttpRequest, logId: string) => HttpAnswer {
  const { world, calls, apps, pace } = parts;
  const tokens = tokensFor(apps, () => (world.quirks.tokenExpiresMidListing === 200 ? 200 : 400));
  const limit = limiter();
  const faults = faultsByCount();
  const contradictions = openContradictions();
  const answerSignIn = openSignIn(world, apps);

  const admitWithinLimits = (endpoint: Endpoint, app: App): void => {
    const status = world.quirks.rateLimitAs400 ? 400 : 429;
    try {
      limit({ endpoint, app, now: world.now(), pace: pace(), status });
    } catch (error) {
      calls.byEndpoint[endpoint].refusals += 1;
      throw error;
    }
  };

  const answerTo = (request: HttpRequest): HttpAnswer => {
    const { endpoint, parameters } = routeOf(request.path, request.method);
    calls.byEndpoint[endpoint].calls += 1;
    if (endpoint === "tenantAccessToken") {
      faults({ ...world.quirks, ...noFaultsByCount }, endpoint, () => {});
      return successAnswer({ code: 0, msg: "ok", ...tokens.issue(parseBody(endpoint, request), world.now()) });
    }
    if (isSignInEndpoint(endpoint)) {
      const fault = faults(world.quirks, endpoint, () => {});
      return fault === null ? answerSignIn(endpoint, request) : pageAnswer(fault);
    }
    const { authorization } = request.headers;
    const app = withoutDenied(tokens.authorize(authorization, world.now()), world.quirks.deniedScopes);
    checkScopes(endpoint, app);
    admitWithinLimits(endpoint, app);
    const fault = faults(world.quirks, endpoint, () => tokens.revoke(authorization));
    if (fault !== null) return pageAnswer(fault);
    const body = parseBody(endpoint, request);
    const sent = { call: endpoint, parameters: { ...parameters, ...parametersIn(request.query), ...body } };
    const { contradictoryPage } = world.quirks;
    const data =
      contradictions.endlessPage(contradictoryPage, sent, feishuMarks) ??
      contradictions.rewrite(
        contradictoryPage,
        sent,
        handlers[endpoint](world, { endpoint, app, query: request.query, parameters, body }),
        feishuMarks,
      );
    // The page of this old API documents its object beside the code, not within `data`.
    return successAnswer({ code: 0, msg: "success", ...(endpoint === "getBot" ? { bot: data } : { data }) });
  };

  return (request, logId) => {
    try {
      return answerTo(request);
    } catch (error) {
      if (error instanceof DroppedConnection) return "dropped";
      if (error instanceof Refusal) return refusalAnswer(error, logId);
      // Clients are right to retry the vendor's internal error, so a bug of the sandbox must not look like one.
      const stack = error instanceof Error ? error.stack : String(error);
      return refusalAnswer(new Refusal(500, 1, `sandbox bug: ${stack}`), logId);
    }
  };
}
