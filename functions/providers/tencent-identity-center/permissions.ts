import type { PermissionCheck } from "../../review/ports.ts";
import { checkCalls, plain } from "../provider-call.ts";
import * as calls from "./calls.ts";
import type { CloudCall, CloudRequest } from "./signed-call.ts";

// Ids of nothing that exists. CAM checks the action before any id is looked up, so that nothing is read or changed.
const noUser = "u-000000000000";
const noAssignment: calls.AssignmentKey = {
  RoleConfigurationId: "rc-000000000000",
  TargetType: "MemberUin",
  TargetUin: 1,
  PrincipalType: "User",
  PrincipalId: noUser,
};

/** Makes every call of a review once, as small as the call can be. Names the CAM action of each call that CAM denies. */
export async function checkPermissions(
  zoneId: string,
  read: CloudCall,
  write: CloudCall | null,
): Promise<PermissionCheck[]> {
  const checks = [...(await checkCalls(read, readRequests(zoneId))), ...(await checkFields(zoneId, read))];
  return write ? [...checks, ...(await checkCalls(write, writeRequests(zoneId)))] : checks;
}

/**
 * Reads a page of users, and gives a failed check for each field that came for none of them. None where the page cannot be
 * read: the call's own check says why.
 */
async function checkFields(zoneId: string, read: CloudCall): Promise<PermissionCheck[]> {
  const page = await read(calls.listUsers(zoneId, null)).catch(() => null);
  const users = page?.data.items ?? [];
  const checked = [
    { call: "holder.status", key: "UserStatus", remedy: "nobody can be told to be active or disabled" },
    { call: "holder.email", key: "Email", field: "email", remedy: "fill it in, in the directory" },
  ] as const;
  return checked.flatMap(({ key, remedy, ...check }): PermissionCheck[] =>
    users.length === 0 || users.some((user) => user[key])
      ? []
      : [{ ...check, passed: false, missing: `${key} came for none of ${users.length} users: ${remedy}` }],
  );
}

function readRequests(zoneId: string): CloudRequest<unknown>[] {
  const size = 1;
  return [
    plain(calls.describeIdentityCenter()),
    plain(calls.describeOrganization()),
    plain(calls.describeOrganizationMembers(null, 1)),
    plain(calls.listRoleConfigurations(zoneId, null, { size })),
    plain(calls.listRoleAssignments(zoneId, null, { size })),
    plain(calls.listUsers(zoneId, null, { size })),
    calls.getUser(zoneId, noUser),
    plain(calls.listGroups(zoneId, null, { size })),
    calls.listGroupMembers(zoneId, null, { size, filter: { GroupId: "g-000000000000" } }),
    plain(calls.listTasks(zoneId, null, { size })),
    calls.getTaskStatus(zoneId, "t-000000000000"),
  ];
}

function writeRequests(zoneId: string): CloudRequest<unknown>[] {
  return [calls.deleteRoleAssignment(zoneId, noAssignment), calls.createRoleAssignment(zoneId, noAssignment)];
}
