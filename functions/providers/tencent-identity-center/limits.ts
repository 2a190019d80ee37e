import type { Limits } from "../../http/throttles.ts";

const secondMs = 1_000;
// Half of the documented 20 calls a second: consoles and Terraform in the same account share the limit.
const half = [{ calls: 10, perMs: secondMs }];

/**
 * The limit of every call. The vendor documents 20 calls a second, 220 for GetTaskStatus and 40 for DescribeOrganization:
 * https://www.tencentcloud.com/document/product/1031/63607 and each call's own page.
 */
export const callLimits = {
  DescribeIdentityCenter: half,
  DescribeOrganization: half,
  DescribeOrganizationMembers: half,
  ListRoleConfigurations: half,
  ListRoleAssignments: half,
  ListUsers: half,
  GetUser: half,
  ListGroups: half,
  ListGroupMembers: half,
  ListTasks: half,
  GetTaskStatus: [{ calls: 100, perMs: secondMs }],
  DeleteRoleAssignment: half,
  CreateRoleAssignment: half,
} satisfies Limits;

/** The actions that this provider calls, named as in `X-TC-Action`. */
export type Action = keyof typeof callLimits;

/** What each call is to do, as errors say it after "Cannot". */
export const callWords: Readonly<Record<Action, string>> = {
  DescribeIdentityCenter: "find the zone of Identity Center",
  DescribeOrganization: "read which account manages the organisation",
  DescribeOrganizationMembers: "list the organisation's accounts",
  ListRoleConfigurations: "list the permission configurations",
  ListRoleAssignments: "list who holds which configuration",
  ListUsers: "list the users of the directory",
  GetUser: "read one user of the directory",
  ListGroups: "list the groups of the directory",
  ListGroupMembers: "list the members of a group",
  ListTasks: "list the tasks under way",
  GetTaskStatus: "read how a task is going",
  DeleteRoleAssignment: "take a configuration away",
  CreateRoleAssignment: "give a configuration back",
};

export const actions = Object.keys(callLimits) as Action[];

/** The actions that change something. The key that writes calls no others. */
export const writeActions: readonly Action[] = ["DeleteRoleAssignment", "CreateRoleAssignment"];

export const readActions: readonly Action[] = actions.filter((action) => !writeActions.includes(action));

/** The hosts of the API, besides loopback: https://www.tencentcloud.com/document/product/1031/63610 and its mainland twin. */
export const cloudHosts: readonly string[] = [
  "organization.intl.tencentcloudapi.com",
  "organization.tencentcloudapi.com",
];
