import type { Limits } from "../../http/throttles.ts";

const secondMs = 1_000;
// Half of the documented 20 a second: others in the account (consoles, Terraform) draw on the same limit.
const half = [{ calls: 10, perMs: secondMs }];

/**
 * How often each call is made at most. Every page says 20 a second, but 220 for GetTaskStatus and 40 for
 * DescribeOrganization: https://www.tencentcloud.com/document/product/1031/63607 and each call's own page.
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

/** The actions that this provider makes use of, as `X-TC-Action` names them. */
export type Action = keyof typeof callLimits;

export const actions = Object.keys(callLimits) as Action[];

/** Those that change something. */
export const writeActions: readonly Action[] = ["DeleteRoleAssignment", "CreateRoleAssignment"];

/** The limits of these actions, with those replaced that the configuration has otherwise. */
export const limitsWith = (
  overrides: Record<string, { calls: number; perMs: number }>,
  wanted: readonly Action[],
): Limits => Object.fromEntries(wanted.map((name) => [name, overrides[name] ? [overrides[name]] : callLimits[name]]));
