import type { Action } from "./actions.ts";

/** An access key and what CAM lets it do. A temporary one has a token. */
export type CloudKey = { secretId: string; secretKey: string; token?: string; actions: ReadonlySet<Action> };

const readActions: Action[] = [
  "DescribeIdentityCenter",
  "DescribeOrganization",
  "DescribeOrganizationMembers",
  "ListRoleConfigurations",
  "ListRoleAssignments",
  "ListUsers",
  "GetUser",
  "ListGroups",
  "ListGroupMembers",
  "GetTaskStatus",
  "ListTasks",
];

/** The key that may only read. */
export const readKey: CloudKey = {
  secretId: "AKIDsandboxread0000000000000000000",
  secretKey: "sandbox-read-key",
  actions: new Set(readActions),
};

/** The key that may give and take, and nothing else. */
export const writeKey: CloudKey = {
  secretId: "AKIDsandboxwrite000000000000000000",
  secretKey: "sandbox-write-key",
  actions: new Set(["DeleteRoleAssignment", "CreateRoleAssignment"]),
};

/** A temporary key that may only read. */
export const temporaryKey: CloudKey = {
  secretId: "AKIDsandboxtemporary00000000000000",
  secretKey: "sandbox-temporary-key",
  token: "sandbox-temporary-token",
  actions: new Set(readActions),
};
