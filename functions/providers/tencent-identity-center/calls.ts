import * as z from "zod/mini";
import { eachPage, type PageMarks } from "../../http/pages.ts";
import { UnsettledListingError } from "../../review/ports.ts";
import { decodeAs, type Placed, placeIn } from "../provider-call.ts";
import { type Action, callWords } from "./limits.ts";
import { type CloudCall, type CloudRequest, readRequest } from "./signed-call.ts";

// The schemas pick field by field, and what no schema names is dropped: the vendor may send a user's `Password`.
// The pattern of ids is wider than real ids are, as the vendor's own examples have `rc2-…` and shorter ones.
const id = z.string().check(z.regex(/^[a-z0-9]+-[A-Za-z0-9]{1,64}$/));
// Of somebody whose id the vendor does not give.
const idOrNone = z.union([id, z.literal("")]);
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
  PrincipalId: idOrNone,
  PrincipalType: z.enum(["User", "Group"]),
  PrincipalName: text,
  CreateTime: text,
});
const configuration = z.object({ RoleConfigurationId: id, RoleConfigurationName: text, Description: text });
const user = z.object({ UserId: idOrNone, UserName: text, DisplayName: text, Email: text, UserStatus: text });
const group = z.object({ GroupId: idOrNone, GroupName: text });
const task = z.object({
  TaskId: text,
  TaskType: text,
  Status: text,
  FailureReason: text,
  RoleConfigurationId: text,
  TargetUin: z.nullish(z.number()),
  PrincipalId: text,
});

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

/** One page of a listing, with what the page says of what follows. `total` counts the items of all pages. */
export type TokenPage<Item> = { items: Item[]; total: number; marks: PageMarks };

/** What asks for one page of a listing. */
export type PageRequest<Item> = CloudRequest<TokenPage<Item>> & { words: string };

type Filter = Readonly<Record<string, unknown>>;

/** Which page of a listing to ask for, and of which items. */
type PageOptions = { size?: number; filter?: Filter };

type ListedIn<Item extends z.ZodMiniType> = {
  key: string;
  item: Item;
  /** What tells the items of one listing apart. */
  idOf: (item: z.infer<Item>) => string;
};

function listing<Item extends z.ZodMiniType>(name: Action, listed: ListedIn<Item>) {
  return (
    zoneId: string,
    token: string | null,
    { size = pageSize, filter = {} }: PageOptions = {},
  ): PageRequest<z.infer<Item>> => ({
    name,
    words: callWords[name],
    repeatable: "always",
    parameters: { ZoneId: zoneId, ...filter, MaxResults: size, ...(token === null ? {} : { NextToken: token }) },
    decode: (response, status) => decodePage(response, status, { name, filter, ...listed }),
  });
}

// The types of the two marks are looked at where it is decided what follows the page.
const pageMarks = z.object({
  IsTruncated: z.optional(z.unknown()),
  NextToken: z.optional(z.unknown()),
  TotalCounts: count,
});

/** `IsTruncated` and `NextToken` as documented: https://www.tencentcloud.com/document/product/1031/63607. An empty token is none. */
function decodePage<Item extends z.ZodMiniType>(
  response: Record<string, unknown>,
  status: number,
  { name, filter, key, item, idOf }: ListedIn<Item> & { name: Action; filter: Filter },
): TokenPage<z.infer<Item>> {
  const {
    IsTruncated: more,
    NextToken: token,
    TotalCounts: total,
  } = decodeAs(name, pageMarks, "Response")(response, status);
  const items = decodeAs(name, z.nullish(z.array(item)), "Response")(response[key], status) ?? [];
  return {
    items,
    total,
    marks: {
      hasMore: typeof more === "boolean" ? more : null,
      pageToken: typeof token === "string" && token !== "" ? token : null,
      ids: items.map(idOf),
      total,
      stranger: strangerIn(items, filter),
    },
  };
}

/** A page of everybody must not be taken for the page of those who were asked for, where the vendor ignored the filter. */
function strangerIn(items: unknown[], filter: Filter): string | null {
  // A status is left out: a task may end while it is asked for.
  const { Status: _status, ...asked } = filter;
  for (const item of items as Filter[]) {
    // An item whose id comes empty is of whoever was asked for.
    const other = Object.keys(asked).find((name) => (item[name] || asked[name]) !== asked[name]);
    if (other) return `an item of ${other} ${item[other]}`;
  }
  return null;
}

/** A page of who holds what; `filter` takes `PrincipalType` and `PrincipalId`. */
export const listRoleAssignments = listing("ListRoleAssignments", {
  key: "RoleAssignments",
  item: assignment,
  idOf: ({ PrincipalId, PrincipalName, RoleConfigurationId, TargetUin }) =>
    `${PrincipalId || ` ${PrincipalName}`} ${RoleConfigurationId}@${TargetUin}`,
});
/** A page of permission configurations. */
export const listRoleConfigurations = listing("ListRoleConfigurations", {
  key: "RoleConfigurations",
  item: configuration,
  idOf: ({ RoleConfigurationId }) => RoleConfigurationId,
});
/** A name is no id: the blank before it keeps both apart. */
function userKey({ UserId, UserName }: User): string {
  return UserId || ` ${UserName}`;
}

/** A page of the directory's users. */
export const listUsers = listing("ListUsers", { key: "Users", item: user, idOf: userKey });
/** A page of the directory's groups. */
export const listGroups = listing("ListGroups", {
  key: "Groups",
  item: group,
  idOf: ({ GroupId, GroupName }) => GroupId || ` ${GroupName}`,
});
/** A page of a group's members; `filter` takes the `GroupId`. */
export const listGroupMembers = listing("ListGroupMembers", {
  key: "GroupMembers",
  item: user,
  idOf: userKey,
});
/** A page of tasks; `filter` takes the fields of `AssignmentKey` and a `Status`. */
export const listTasks = listing("ListTasks", { key: "Tasks", item: task, idOf: ({ TaskId }) => TaskId ?? "" });

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

/**
 * A page of the organisation's accounts. Their listing is the only one that is paged by offset and not by token: the token
 * is the offset, a multiple of `limit`. https://www.tencentcloud.com/document/product/1031/52062
 */
export function describeOrganizationMembers(
  token: string | null,
  limit = accountsPageSize,
): PageRequest<{ MemberUin: number }> {
  const name = "DescribeOrganizationMembers";
  const offset = Number(token ?? 0);
  const decode = decodeAs(name, accountsReply, "Response");
  return {
    name,
    words: callWords[name],
    parameters: { Offset: offset, Limit: limit },
    repeatable: "always",
    decode: (response, status) => {
      const { Items, Total: total } = decode(response, status);
      const next = offset + limit;
      const ids = (Items ?? []).map(({ MemberUin }) => String(MemberUin));
      const marks = { hasMore: next < total, pageToken: String(next), ids, total };
      return { items: Items ?? [], total, marks };
    },
  };
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
    words: callWords.DeleteRoleAssignment,
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
    words: callWords.CreateRoleAssignment,
    parameters: { ZoneId: zoneId, RoleAssignmentInfo: [key] },
    repeatable: "if-not-executed",
    decode: decodeAs("CreateRoleAssignment", creationReply, "Response"),
  } satisfies CloudRequest<unknown>;
}

type PageRequests<Item> = (token: string | null) => PageRequest<Item>;

/** What a listing showed: its distinct items, and the total and the number of its last page. */
export type Shown<Item> = { items: Item[]; total: number; pages: number };

/** Reads a listing to its end. The number of items and the total differ while the listing changes. */
export async function readShown<Item>(call: CloudCall, request: PageRequests<Item>): Promise<Shown<Item>> {
  const itemsById = new Map<string, Item>();
  let total = 0;
  let pages = 0;
  const { name, words } = request(null);
  const fetchPage = async (token: string | null) => (await call(request(token))).data;
  for await (const page of eachPage({ call: name, words, ...placeIn(call) }, fetchPage, ({ marks }) => marks)) {
    for (const [at, item] of page.items.entries()) itemsById.set(page.marks.ids[at]!, item);
    total = page.total;
    pages += 1;
  }
  return { items: [...itemsById.values()], total, pages };
}

/** How often a listing is read that changes while it is read. */
const maxAttempts = 3;

/** Every item of a listing. Throws UnsettledListingError where the pages never show as many items as they announce. */
export async function readEvery<Item>(call: CloudCall, request: PageRequests<Item>): Promise<Item[]> {
  for (let attempt = 1; ; attempt += 1) {
    const shown = await readShown(call, request);
    if (shown.items.length === shown.total) return shown.items;
    if (attempt === maxAttempts) throw unsettled(request(null), shown, call);
  }
}

function unsettled<Item>(
  { name, words }: PageRequest<Item>,
  { items, total, pages }: Shown<Item>,
  { place }: Placed,
): Error {
  const found = `its ${pages} pages show ${items.length} items, and page ${pages} says that there are ${total}`;
  return new UnsettledListingError(
    `Cannot ${words} (${name})${place ? ` ${place}` : ""} as ${found}, in ${maxAttempts} readings: either the listing keeps changing, or items are hidden`,
  );
}
