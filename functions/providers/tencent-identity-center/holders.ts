import { hashOf } from "../../basics/hash.ts";
import { UnexpectedReplyError } from "../../http/errors.ts";
import {
  type Holder,
  type HolderMember,
  type HolderStatus,
  idOfNobody,
  isWithoutId,
} from "../../review/grants/grant.ts";
import { hasCode } from "../provider-call.ts";
import {
  type Group,
  getUser,
  listGroupMembers,
  listGroups,
  listUsers,
  pageSize,
  readEvery,
  type User,
} from "./calls.ts";
import { isGroupId } from "./grants.ts";
import type { CloudCall } from "./signed-call.ts";

/** Facts of users and groups by id. Every read is a new one. A user or group that is gone is absent. */
export function createHolderReader(
  call: CloudCall,
  zoneId: string,
): (holderIds: string[]) => Promise<Map<string, Holder>> {
  const readUsers = createUserReader(call, zoneId);
  return async (holderIds) => {
    const userIds = holderIds.filter((id) => !isGroupId(id) && !isWithoutId(id));
    const groupIds = holderIds.filter(isGroupId);
    const [users, groups] = await Promise.all([readUsers(userIds), readGroups(call, zoneId, groupIds)]);
    return new Map([...users.map(toUserHolder), ...groups].map((holder) => [holder.id, holder]));
  };
}

/** Reads users one by one, or the pages of all users, whichever takes fewer calls. */
function createUserReader(call: CloudCall, zoneId: string): (userIds: string[]) => Promise<User[]> {
  // How many pages the directory has: a guess until the directory was read once.
  let pages = 10;

  async function readListed(userIds: string[]): Promise<User[]> {
    const listed = await readEvery(call, (token) => listUsers(zoneId, token));
    pages = Math.ceil(listed.length / pageSize);
    const wanted = new Set(userIds);
    return listed.filter(({ UserId }) => wanted.has(UserId));
  }

  async function readOne(userId: string): Promise<User | null> {
    const user = await unlessGone(call(getUser(zoneId, userId)), "ResourceNotFound.UserNotExist");
    if (!user) return null;
    const { UserInfo: found } = user.data;
    // Asked for alone, somebody without an id is who was asked for.
    if (found.UserId === "" || found.UserId === userId) return { ...found, UserId: userId };
    throw new UnexpectedReplyError("GetUser", 200, "another user than was asked for");
  }

  return async (userIds) =>
    userIds.length > pages
      ? await readListed(userIds)
      : (await Promise.all(userIds.map(readOne))).filter((user) => user !== null);
}

/** What Identity Center knows of no holder. */
const unknownFacts = { departmentId: null, managerId: null, lastDay: null, employedAgain: null };

function toUserHolder(user: User): Holder {
  return { ...toMember(user), kind: "user", ...unknownFacts };
}

function toMember(user: User): HolderMember {
  return {
    id: user.UserId || idOfNobody(hashOf(user.UserName ?? null).slice(0, 16)),
    status: statusOf(user),
    name: user.DisplayName || user.UserName || null,
    email: user.Email || null,
  };
}

const statuses: Record<string, HolderStatus> = { Enabled: "active", Disabled: "disabled" };

function statusOf({ UserStatus }: User): HolderStatus {
  return statuses[UserStatus ?? ""] ?? "unknown";
}

async function readGroups(call: CloudCall, zoneId: string, groupIds: string[]): Promise<Holder[]> {
  if (groupIds.length === 0) return [];
  const wanted = new Set(groupIds);
  const listed = await readEvery(call, (token) => listGroups(zoneId, token));
  const groups = listed.filter(({ GroupId }) => wanted.has(GroupId));
  const holders = groups.map(async (group) => {
    const members = await unlessGone(readMembers(call, zoneId, group), "InvalidParameter.GroupNotExist");
    return members && toGroupHolder(group, members);
  });
  return (await Promise.all(holders)).filter((holder) => holder !== null);
}

function readMembers(call: CloudCall, zoneId: string, { GroupId }: Group): Promise<User[]> {
  return readEvery(call, (token) => listGroupMembers(zoneId, token, { filter: { GroupId } }));
}

function toGroupHolder(group: Group, members: User[]): Holder {
  return {
    id: group.GroupId,
    kind: "group",
    status: groupStatus(members.map(statusOf)),
    name: group.GroupName || null,
    email: null,
    ...unknownFacts,
    members: members.map(toMember),
  };
}

/** A group is active while one member is active, and disabled where every member is disabled or there is none. */
function groupStatus(members: HolderStatus[]): HolderStatus {
  if (members.includes("active")) return "active";
  return members.includes("unknown") ? "unknown" : "disabled";
}

async function unlessGone<Reply>(reply: Promise<Reply>, code: string): Promise<Reply | null> {
  try {
    return await reply;
  } catch (error) {
    if (hasCode(error, code)) return null;
    throw error;
  }
}
