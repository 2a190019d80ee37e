import { ApiError, UnexpectedReplyError } from "../../http/errors.ts";
import type { Holder, HolderMember, HolderStatus } from "../../review/grants/grant.ts";
import { isGroupId } from "./assignments.ts";
import type { CloudCall } from "./call.ts";
import { getUser, listGroupMembers, listGroups, listUsers, pageSize } from "./calls.ts";
import { readEvery } from "./pages.ts";
import type { Group, User } from "./replies.ts";

export type ReadHolders = (ids: string[]) => Promise<Map<string, Holder>>;

/** Facts by principal id, read anew each time; a user or group that is gone is absent. */
export function createHolderReader(call: CloudCall, zoneId: string): ReadHolders {
  const readUsers = createUserReader(call, zoneId);
  return async (ids) => {
    const userIds = ids.filter((id) => !isGroupId(id));
    const groupIds = ids.filter(isGroupId);
    const [users, groups] = await Promise.all([readUsers(userIds), readGroups(call, zoneId, groupIds)]);
    return new Map([...users.map(toUserHolder), ...groups].map((holder) => [holder.id, holder]));
  };
}

/** One call a user, or a page for every hundred users there are: whichever is fewer. */
function createUserReader(call: CloudCall, zoneId: string): (ids: string[]) => Promise<User[]> {
  let pages = 10;

  async function readListed(ids: string[]): Promise<User[]> {
    const listed = await readEvery(
      call,
      (token) => listUsers(zoneId, token),
      ({ UserId }) => UserId,
    );
    pages = Math.ceil(listed.length / pageSize);
    const wanted = new Set(ids);
    return listed.filter(({ UserId }) => wanted.has(UserId));
  }

  async function readOne(id: string): Promise<User | null> {
    const user = await unlessGone(call(getUser(zoneId, id)), "ResourceNotFound.UserNotExist");
    if (user && user.data.UserInfo.UserId !== id) {
      throw new UnexpectedReplyError("GetUser", 200, "another user than was asked for");
    }
    return user?.data.UserInfo ?? null;
  }

  return async (ids) =>
    ids.length > pages ? await readListed(ids) : (await Promise.all(ids.map(readOne))).filter((user) => user !== null);
}

const statuses: Record<string, HolderStatus> = { Enabled: "active", Disabled: "disabled" };

const statusOf = ({ UserStatus }: User): HolderStatus => statuses[UserStatus ?? ""] ?? "unknown";

const nobody = { departmentId: null, managerId: null, lastDay: null, employedAgain: null };

const toMember = (user: User): HolderMember => ({
  id: user.UserId,
  status: statusOf(user),
  name: user.DisplayName || user.UserName || null,
  email: user.Email || null,
});

const toUserHolder = (user: User): Holder => ({ ...toMember(user), kind: "user", ...nobody });

async function readGroups(call: CloudCall, zoneId: string, ids: string[]): Promise<Holder[]> {
  if (ids.length === 0) return [];
  const wanted = new Set(ids);
  const listed = await readEvery(
    call,
    (token) => listGroups(zoneId, token),
    ({ GroupId }) => GroupId,
  );
  const groups = listed.filter(({ GroupId }) => wanted.has(GroupId));
  const holders = groups.map(async (group) => {
    const members = await unlessGone(readMembers(call, zoneId, group), "InvalidParameter.GroupNotExist");
    return members && toGroupHolder(group, members);
  });
  return (await Promise.all(holders)).filter((holder) => holder !== null);
}

const readMembers = (call: CloudCall, zoneId: string, { GroupId }: Group): Promise<User[]> =>
  readEvery(
    call,
    (token) => listGroupMembers(zoneId, token, { filter: { GroupId } }),
    ({ UserId }) => UserId,
  );

function toGroupHolder(group: Group, members: User[]): Holder {
  return {
    id: group.GroupId,
    kind: "group",
    status: groupStatus(members.map(statusOf)),
    name: group.GroupName || null,
    email: null,
    ...nobody,
    members: members.map(toMember),
  };
}

/** A group serves somebody as long as one member is not disabled; an empty one serves nobody. */
function groupStatus(members: HolderStatus[]): HolderStatus {
  if (members.includes("active")) return "active";
  return members.includes("unknown") ? "unknown" : "disabled";
}

async function unlessGone<Reply>(reply: Promise<Reply>, code: string): Promise<Reply | null> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof ApiError && error.code === code) return null;
    throw error;
  }
}
