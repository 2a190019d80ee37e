import { createHash } from "node:crypto";
import {
  admitCall,
  DroppedConnection,
  type HttpAnswer,
  type HttpRequest,
  type RollingWindow,
  rollingWindow,
  turnsByCount,
} from "../calls.ts";
import { accountMarks, cloudMarks, openContradictions } from "../contradictions.ts";
import { type Action, declarationOf, isAction, type ParameterType } from "./actions.ts";
import { createRoleAssignment, deleteRoleAssignment, listRoleAssignments } from "./cloud-assignments.ts";
import { type CloudKey, verifySignature } from "./cloud-keys.ts";
import {
  describeIdentityCenter,
  describeOrganization,
  describeOrganizationMembers,
  getUser,
  listGroupMembers,
  listGroups,
  listRoleConfigurations,
  listUsers,
} from "./cloud-organization.ts";
import type { CloudQuirks } from "./cloud-quirks.ts";
import { endDueTasks, getTaskStatus, listTasks } from "./cloud-tasks.ts";
import { type CloudHandler, CloudRefusal, type CloudWorld, refuseOtherZone } from "./cloud-world.ts";

const handlers: Record<Action, CloudHandler> = {
  DescribeIdentityCenter: describeIdentityCenter,
  DescribeOrganization: describeOrganization,
  DescribeOrganizationMembers: describeOrganizationMembers,
  ListRoleConfigurations: listRoleConfigurations,
  ListRoleAssignments: listRoleAssignments,
  ListUsers: listUsers,
  GetUser: getUser,
  ListGroups: listGroups,
  ListGroupMembers: listGroupMembers,
  GetTaskStatus: getTaskStatus,
  ListTasks: listTasks,
  DeleteRoleAssignment: deleteRoleAssignment,
  CreateRoleAssignment: createRoleAssignment,
};

const jsonHeaders = { "content-type": "application/json" };
const gatewayPage = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>";

/** The vendor's API over one zone. It answers every request with the header `X-TC-Action`. */
export function cloudServer(world: CloudWorld, keys: readonly CloudKey[]): (request: HttpRequest) => HttpAnswer {
  const limit = cloudLimiter();
  const faults = cloudFaults();
  const contradictions = openContradictions();
  let answered = 0;

  const admitted = (request: HttpRequest): { action: Action; key: CloudKey } => {
    const action = actionOf(request);
    world.calls.byAction[action].calls += 1;
    const { staleTimestampOnce: stale } = world.quirks;
    if (stale === true || stale === action) {
      world.quirks.staleTimestampOnce = false;
      throw new CloudRefusal("AuthFailure.SignatureExpire", "The signature has expired.");
    }
    const key = verifySignature(request, keys, world.now() / 1000 + world.quirks.clockAheadS);
    checkAllowed(action, key, world.quirks);
    limit(world, action, key);
    return { action, key };
  };

  const responseTo = (request: HttpRequest): Record<string, unknown> | "gateway" => {
    const { action, key } = admitted(request);
    if (faults(world.quirks, action)) return "gateway";
    const call = { action, secretId: key.secretId, parameters: parametersOf(action, request) };
    refuseOtherZone(world, call);
    endDueTasks(world);
    const sent = { call: action, parameters: call.parameters };
    const marks = action === "DescribeOrganizationMembers" ? accountMarks : cloudMarks;
    const { contradictoryPage } = world.quirks;
    return (
      contradictions.endlessPage(contradictoryPage, sent, marks) ??
      contradictions.rewrite(contradictoryPage, sent, handlers[action](world, call), marks)
    );
  };

  return (request) => {
    answered += 1;
    const RequestId = createHash("sha256").update(`request ${answered}`).digest("hex").slice(0, 32);
    const ok = (response: Record<string, unknown>): HttpAnswer => ({
      status: 200,
      headers: jsonHeaders,
      body: JSON.stringify({ Response: { ...response, RequestId } }),
    });
    try {
      const response = responseTo(request);
      if (response !== "gateway") return ok(response);
      return { status: 502, headers: { "content-type": "text/html" }, body: gatewayPage };
    } catch (error) {
      if (error instanceof DroppedConnection) return "dropped";
      if (error instanceof CloudRefusal) return ok({ Error: { Code: error.code, Message: error.message } });
      // Clients are right to retry the vendor's internal error, so a bug of the sandbox must not look like one.
      const stack = error instanceof Error ? error.stack : String(error);
      return ok({ Error: { Code: "SandboxBug", Message: `sandbox bug: ${stack}` } });
    }
  };
}

function header({ headers }: HttpRequest, name: string): string {
  return String(headers[name] ?? "");
}

/** The action that a request asks for. A region is optional, but must have the form of a region. */
function actionOf(request: HttpRequest): Action {
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

/** Refuses an action that CAM does not allow the key, or that the quirks deny. */
function checkAllowed(action: Action, key: CloudKey, { denied }: CloudQuirks): void {
  if (key.actions.has(action) && !denied.includes(action)) return;
  throw new CloudRefusal(
    "AuthFailure.UnauthorizedOperation",
    `You are not authorized to perform operation (organization:${action}), resource (*).`,
  );
}

/** Keeps the documented limit of every action, per key. */
function cloudLimiter(): (world: CloudWorld, action: Action, key: CloudKey) => void {
  const windowsByKey = new Map<string, RollingWindow[]>();
  return (world, action, key) => {
    const id = `${key.secretId} ${action}`;
    const calls = declarationOf(action).perSecond;
    const windows = windowsByKey.get(id) ?? [rollingWindow({ calls, perMs: 1000 })];
    windowsByKey.set(id, windows);
    if (admitCall(windows, world.now(), world.pace()).isAdmitted) return;
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

/** The parameters of the body. Undeclared parameters are refused, as by the vendor. */
function parametersOf(action: Action, { headers, body }: HttpRequest): Record<string, unknown> {
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

/** Faults of a call before its handler: throws, or gives true where a gateway answers instead. */
function cloudFaults(): (quirks: CloudQuirks, action: Action) => boolean {
  const isTurn = turnsByCount();
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
