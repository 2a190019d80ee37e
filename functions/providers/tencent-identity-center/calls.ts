import * as z from "zod/mini";
import { IncompleteListingError, UnexpectedReplyError } from "../../http/errors.ts";
import { eachPage } from "../../http/pages.ts";
import { decodeAs } from "../provider-call.ts";
import type { Action } from "./limits.ts";
import { type CloudCall, type CloudRequest, readRequest } from "./signed-call.ts";

// The schemas pick field by field, and what no schema names is dropped: the vendor may send a user's `Password`.
// The pattern of ids is wider than real ids are, as the vendor's own examples have `rc2-…` and shorter ones.
const id = z.string().check(z.regex(/^[a-z0-9]+-[A-Za-z0-9]{1,64}$/));
// A JSON number. A number that a double cannot hold exactly is refused, as it would be taken for its neighbour.
const uin = z.int().check(z.positive());
const count = z.int().check(z.nonnegative());
const text = z.nullish(z.string());

const assignment = z.object({
  RoleConfigurationId: id,
  RoleConfigurationName: text,
  TargetUin: uin,
  TargetType: z.enum(["ManagerUin", "MemberUin"]),
  TargetName: text,
  PrincipalId: id,
  PrincipalType: z.enum(["User", "Group"]),
  PrincipalName: text,
  CreateTime: text,
});
const configuration = z.object({ RoleConfigurationId: id, RoleConfigurationName: text, Description: text });
const user = z.object({ UserId: id, UserName: text, DisplayName: text, Email: text, UserStatus: text });
const group = z.object({ GroupId: id, GroupName: text });
const task = z.object({ TaskId: text, TaskType: text, Status: text, FailureReason: text });

const userReply = z.object({ UserInfo: user });
const centerReply = z.object({ ZoneId: id, ServiceStatus: text });
const organizationReply = z.object({ HostUin: uin });
const accountsReply = z.object({ Items: z.nullish(z.array(z.object({ MemberUin: uin }))), Total: count });
const taskReply = z.object({ TaskStatus: task });
// The vendor marks the task of a removal as not always present.
const removalReply = z.object({ Task: z.nullish(task) });
const creationReply = z.object({ Tasks: z.nullish(z.array(task)) });

export type Assignment = z.infer<typeof assignment>;
export type User = z.infer<typeof user>;
export type Group = z.infer<typeof group>;
export type Task = z.infer<typeof task>;

/** The largest page of every listing by token. */
export const pageSize = 100;
/** The largest page of the organisation's accounts. */
export const accountsPageSize = 50;

/** One page of a listing. `pageToken` is null at the end and nowhere else; `total` counts the items of all pages. */
export type TokenPage<Item> = { items: Item[]; hasMore: boolean; pageToken: string | null; total: number };

/** Which page of a listing to ask for, and of which items. */
type PageOptions = { size?: number; filter?: Record<string, unknown> };

function listing<Item extends z.ZodMiniType>(name: Action, key: string, item: Item) {
  return (
    zoneId: string,
    token: string | null,
    { size = pageSize, filter }: PageOptions = {},
  ): CloudRequest<TokenPage<z.infer<Item>>> => ({
    name,
    repeatable: "always",
    parameters: { ZoneId: zoneId, ...filter, MaxResults: size, ...(token === null ? {} : { NextToken: token }) },
    decode: (response, status) => decodePage(response, status, { name, key, item }),
  });
}

// Without IsTruncated a page is refused and not taken for the last one: half a listing would show live grants as gone.
const pageMarks = z.object({ IsTruncated: z.boolean(), NextToken: text, TotalCounts: count });

function decodePage<Item extends z.ZodMiniType>(
  response: Record<string, unknown>,
  status: number,
  { name, key, item }: { name: Action; key: string; item: Item },
): TokenPage<z.infer<Item>> {
  const marks = decodeAs(name, pageMarks, "Response")(response, status);
  const { IsTruncated: hasMore, NextToken: token, TotalCounts: total } = marks;
  if (hasMore && !token) throw new UnexpectedReplyError(name, status, "IsTruncated without NextToken");
  const items = decodeAs(name, z.nullish(z.array(item)), "Response")(response[key], status) ?? [];
  return { items, hasMore, pageToken: hasMore ? (token ?? null) : null, total };
}

/** A page of who holds what; `filter` takes `PrincipalType` and `PrincipalId`. */
export const listRoleAssignments = listing("ListRoleAssignments", "RoleAssignments", assignment);
/** A page of permission configurations. */
export const listRoleConfigurations = listing("ListRoleConfigurations", "RoleConfigurations", configuration);
/** A page of the directory's users. */
export const listUsers = listing("ListUsers", "Users", user);
/** A page of the directory's groups. */
export const listGroups = listing("ListGroups", "Groups", group);
/** A page of a group's members; `filter` takes the `GroupId`. */
export const listGroupMembers = listing("ListGroupMembers", "GroupMembers", user);
/** A page of tasks; `filter` takes the fields of `AssignmentKey` and a `Status`. */
export const listTasks = listing("ListTasks", "Tasks", task);

/** One user. */
export function getUser(zoneId: string, userId: string) {
  return readRequest("GetUser", { ZoneId: zoneId, UserId: userId }, userReply);
}

/** The one zone of the organisation. */
export function describeIdentityCenter() {
  return readRequest("DescribeIdentityCenter", {}, centerReply);
}

/** The organisation, with the uin of its management account. */
export function describeOrganization() {
  return readRequest("DescribeOrganization", {}, organizationReply);
}

/** A page of the organisation's accounts. `offset` is a multiple of `limit`. */
export function describeOrganizationMembers(offset: number, limit = accountsPageSize) {
  return readRequest("DescribeOrganizationMembers", { Offset: offset, Limit: limit }, accountsReply);
}

/** How a task is going: https://www.tencentcloud.com/document/product/1031/63608 */
export function getTaskStatus(zoneId: string, taskId: string) {
  return readRequest("GetTaskStatus", { ZoneId: zoneId, TaskId: taskId }, taskReply);
}

/** What names one assignment within a zone. An assignment has no id of its own. */
export type AssignmentKey = {
  RoleConfigurationId: string;
  TargetType: "ManagerUin" | "MemberUin";
  TargetUin: number;
  PrincipalType: "User" | "Group";
  PrincipalId: string;
};

/**
 * Takes one configuration in one account from one user or group; the configuration stays deployed there.
 * https://www.tencentcloud.com/document/product/1031/63610
 */
export function deleteRoleAssignment(zoneId: string, key: AssignmentKey) {
  return {
    name: "DeleteRoleAssignment",
    // The other strategy removes the account's CAM role with its last assignment, and no call here could restore the role.
    parameters: { ZoneId: zoneId, ...key, DeprovisionStrategy: "None" },
    repeatable: "if-not-executed",
    decode: decodeAs("DeleteRoleAssignment", removalReply, "Response"),
  } satisfies CloudRequest<unknown>;
}

/**
 * Gives one configuration in one account to one user or group. One assignment a call, as the vendor does not document what
 * a partial failure does. https://www.tencentcloud.com/document/product/1031/63611
 */
export function createRoleAssignment(zoneId: string, key: AssignmentKey) {
  return {
    name: "CreateRoleAssignment",
    parameters: { ZoneId: zoneId, RoleAssignmentInfo: [key] },
    repeatable: "if-not-executed",
    decode: decodeAs("CreateRoleAssignment", creationReply, "Response"),
  } satisfies CloudRequest<unknown>;
}

type PageRequest<Item> = (token: string | null) => CloudRequest<TokenPage<Item>>;

/** The distinct items of a listing, and the `total` of its last page: the two differ while the listing changes. */
export async function readShown<Item>(
  call: CloudCall,
  request: PageRequest<Item>,
  keyOf: (item: Item) => string,
): Promise<{ items: Item[]; total: number }> {
  const itemsByKey = new Map<string, Item>();
  let total = 0;
  for await (const page of eachPage(request(null).name, async (token) => (await call(request(token))).data)) {
    for (const item of page.items) itemsByKey.set(keyOf(item), item);
    total = page.total;
  }
  return { items: [...itemsByKey.values()], total };
}

/** How often a listing is read that changes while it is read. */
const maxAttempts = 3;

/** Every item of a listing. Throws IncompleteListingError where the pages never show as many items as they announce. */
export async function readEvery<Item>(
  call: CloudCall,
  request: PageRequest<Item>,
  keyOf: (item: Item) => string,
): Promise<Item[]> {
  for (let attempt = 1; ; attempt += 1) {
    const { items, total } = await readShown(call, request, keyOf);
    if (items.length === total) return items;
    if (attempt === maxAttempts) refuseUnlessWhole(request(null).name, items.length, total);
  }
}

/** Throws IncompleteListingError unless a listing showed as many items as it announced. */
export function refuseUnlessWhole(callName: string, found: number, total: number): void {
  if (found === total) return;
  throw new IncompleteListingError(
    `Cannot use what ${callName} shows as it is ${found} of ${total}: either it keeps changing, or something is hidden`,
  );
}
