import { createHash } from "node:crypto";
import { accountMarks, cloudMarks, openContradictions } from "../contradictions.ts";
import { DroppedConnection } from "../feishu/refusal.ts";
import type { Action } from "./actions.ts";
import { createRoleAssignment, deleteRoleAssignment, listRoleAssignments } from "./cloud-assignments.ts";
import { actionOf, checkAllowed, cloudFaults, cloudLimiter, parametersOf } from "./cloud-gateway.ts";
import type { CloudKey } from "./cloud-keys.ts";
import {
  describeIdentityCenter,
  describeOrganization,
  describeOrganizationMembers,
  listRoleConfigurations,
} from "./cloud-organization.ts";
import { CloudRefusal } from "./cloud-refusal.ts";
import { endDueTasks, getTaskStatus, listTasks } from "./cloud-tasks.ts";
import { type CloudHandler, type CloudWorld, refuseOtherZone } from "./cloud-world.ts";
import { getUser, listGroupMembers, listGroups, listUsers } from "./directory.ts";
import { type CloudHttpRequest, verifySignature } from "./signature.ts";

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

/** An HTTP answer, or `dropped`: the connection ends without one. */
export type CloudAnswer = { status: number; headers: Record<string, string>; body: string } | "dropped";

const jsonHeaders = { "content-type": "application/json" };
const gatewayPage = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>";

/** The vendor's API over one zone: whoever asks with `X-TC-Action` is answered here. */
export function cloudServer(world: CloudWorld, keys: readonly CloudKey[]): (request: CloudHttpRequest) => CloudAnswer {
  const limit = cloudLimiter();
  const faults = cloudFaults();
  const contradictions = openContradictions();
  let answered = 0;

  const admitted = (request: CloudHttpRequest): { action: Action; key: CloudKey } => {
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

  const responseTo = (request: CloudHttpRequest): Record<string, unknown> | "gateway" => {
    const { action, key } = admitted(request);
    if (faults(world.quirks, action)) return "gateway";
    const call = { action, key, parameters: parametersOf(action, request) };
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
    const ok = (response: Record<string, unknown>): CloudAnswer => ({
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
      // A bug of the sandbox must not look like the vendor's internal error, which clients are right to retry.
      const stack = error instanceof Error ? error.stack : String(error);
      return ok({ Error: { Code: "SandboxBug", Message: `sandbox bug: ${stack}` } });
    }
  };
}
