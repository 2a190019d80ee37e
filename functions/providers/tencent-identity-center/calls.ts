import type * as z from "zod/mini";
import type { CloudRequest } from "./call.ts";
import type { Action } from "./limits.ts";
import * as replies from "./replies.ts";
import { decodeAs, decodePage } from "./replies.ts";

/** The largest page that the listings take. */
export const pageSize = 100;
/** The largest page of the organisation's accounts. */
export const accountsPageSize = 50;

const read = <Data>(
  name: Action,
  parameters: CloudRequest<Data>["parameters"],
  decode: CloudRequest<Data>["decode"],
): CloudRequest<Data> => ({ name, parameters, repeatable: "always", decode });

// The first page is asked for without a token.
const withToken = (token: string | null) => (token === null ? {} : { NextToken: token });

function listing<Item extends z.ZodMiniType>(name: Action, key: string, item: Item) {
  return (zoneId: string, token: string | null, more: { size?: number; filter?: Record<string, unknown> } = {}) =>
    read(
      name,
      { ZoneId: zoneId, ...more.filter, MaxResults: more.size ?? pageSize, ...withToken(token) },
      decodePage(name, key, item),
    );
}

/** A page of who holds what; `filter` narrows to `PrincipalType` and `PrincipalId`. */
export const listRoleAssignments = listing("ListRoleAssignments", "RoleAssignments", replies.assignment);
/** A page of permission configurations. */
export const listRoleConfigurations = listing("ListRoleConfigurations", "RoleConfigurations", replies.configuration);
/** A page of the directory's users. */
export const listUsers = listing("ListUsers", "Users", replies.user);
/** A page of the directory's groups. */
export const listGroups = listing("ListGroups", "Groups", replies.group);
/** A page of a group's members; `filter` has the `GroupId`. */
export const listGroupMembers = listing("ListGroupMembers", "GroupMembers", replies.user);

/** One user. */
export const getUser = (zoneId: string, userId: string) =>
  read("GetUser", { ZoneId: zoneId, UserId: userId }, decodeAs("GetUser", replies.userReply));

/** The one zone of the organisation. */
export const describeIdentityCenter = () =>
  read("DescribeIdentityCenter", {}, decodeAs("DescribeIdentityCenter", replies.centerReply));

/** The organisation, with the uin of its management account. */
export const describeOrganization = () =>
  read("DescribeOrganization", {}, decodeAs("DescribeOrganization", replies.organizationReply));

/** A page of the organisation's accounts, by offset: a multiple of the limit. */
export const describeOrganizationMembers = (offset: number, limit = accountsPageSize) =>
  read(
    "DescribeOrganizationMembers",
    { Offset: offset, Limit: limit },
    decodeAs("DescribeOrganizationMembers", replies.accountsReply),
  );

/** A page of tasks; `filter` narrows to what `AssignmentKey` names and a `Status`. */
export const listTasks = listing("ListTasks", "Tasks", replies.task);

/** How a removal or a creation is going. */
export const getTaskStatus = (zoneId: string, taskId: string) =>
  read("GetTaskStatus", { ZoneId: zoneId, TaskId: taskId }, decodeAs("GetTaskStatus", replies.taskReply));

/** What names one assignment, beside the zone: it has no id of its own. */
export type AssignmentKey = {
  RoleConfigurationId: string;
  TargetType: "ManagerUin" | "MemberUin";
  TargetUin: number;
  PrincipalType: "User" | "Group";
  PrincipalId: string;
};

/** Takes one configuration in one account from one user or group. The configuration stays deployed there. */
export const deleteRoleAssignment = (zoneId: string, key: AssignmentKey) =>
  ({
    name: "DeleteRoleAssignment",
    // The other strategy tears down the account's CAM role with its last assignment, and nothing here could put it back.
    parameters: { ZoneId: zoneId, ...key, DeprovisionStrategy: "None" },
    repeatable: "if-not-executed",
    decode: decodeAs("DeleteRoleAssignment", replies.removalReply),
  }) satisfies CloudRequest<unknown>;

/** Gives one configuration in one account to one user or group: one a call, as it is not said what a partial failure does. */
export const createRoleAssignment = (zoneId: string, key: AssignmentKey) =>
  ({
    name: "CreateRoleAssignment",
    parameters: { ZoneId: zoneId, RoleAssignmentInfo: [key] },
    repeatable: "if-not-executed",
    decode: decodeAs("CreateRoleAssignment", replies.creationReply),
  }) satisfies CloudRequest<unknown>;
