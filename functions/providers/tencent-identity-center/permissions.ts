import { ApiError } from "../../http/errors.ts";
import type { PermissionCheck } from "../../review/ports.ts";
import type { CloudCall, CloudRequest } from "./call.ts";
import * as calls from "./calls.ts";
import { PermissionError } from "./envelope.ts";

// Ids that nothing has: CAM judges the action before anything is looked up, and nothing is read or changed.
const nobody = "u-000000000000";
const nothing: calls.AssignmentKey = {
  RoleConfigurationId: "rc-000000000000",
  TargetType: "MemberUin",
  TargetUin: 1,
  PrincipalType: "User",
  PrincipalId: nobody,
};

const readRequests = (zoneId: string): CloudRequest<unknown>[] => [
  calls.describeIdentityCenter(),
  calls.describeOrganization(),
  calls.describeOrganizationMembers(0, 1),
  calls.listRoleConfigurations(zoneId, null, { size: 1 }),
  calls.listRoleAssignments(zoneId, null, { size: 1 }),
  calls.listUsers(zoneId, null, { size: 1 }),
  calls.getUser(zoneId, nobody),
  calls.listGroups(zoneId, null, { size: 1 }),
  calls.listGroupMembers(zoneId, null, { size: 1, filter: { GroupId: "g-000000000000" } }),
  calls.listTasks(zoneId, null, { size: 1 }),
  calls.getTaskStatus(zoneId, "t-000000000000"),
];

const writeRequests = (zoneId: string): CloudRequest<unknown>[] => [
  calls.deleteRoleAssignment(zoneId, nothing),
  calls.createRoleAssignment(zoneId, nothing),
];

/** Makes the least call of everything a review needs of each key, and names the CAM action where one is denied. */
export async function checkPermissions(
  zoneId: string,
  read: CloudCall,
  write: CloudCall | null,
): Promise<PermissionCheck[]> {
  const checks: PermissionCheck[] = [];
  for (const request of readRequests(zoneId)) checks.push(await check(read, request));
  if (write) for (const request of writeRequests(zoneId)) checks.push(await check(write, request));
  return checks;
}

async function check(call: CloudCall, request: CloudRequest<unknown>): Promise<PermissionCheck> {
  try {
    await call(request);
  } catch (error) {
    if (error instanceof PermissionError) return { call: request.name, passed: false, missing: error.action };
    // Refused for what was asked, not for who asked.
    if (!(error instanceof ApiError) || error.concerns === "app" || error.isTransient) throw error;
  }
  return { call: request.name, passed: true, missing: null };
}
