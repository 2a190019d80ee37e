import { hasLeft } from "../company/calendar.ts";
import { employeeOf } from "../company/company.ts";
import type { CloudGroup, CloudUser } from "./cloud-books.ts";
import { pageOf } from "./cloud-pages.ts";
import { CloudRefusal } from "./cloud-refusal.ts";
import { booksOf, type CloudHandler, type CloudWorld, textOf, vendorTime } from "./cloud-world.ts";

/** Whether a user may sign in: whoever has left is disabled, unless nobody thought of it. */
export function isEnabled({ company, now }: Pick<CloudWorld, "company" | "now">, user: CloudUser): boolean {
  const employee = employeeOf(company, user.holderId);
  if (user.isDisabled) return false;
  return user.isForgotten || employee === undefined || !hasLeft(employee, now());
}

/** What every reply says of a user. */
function nameOf(world: CloudWorld, user: CloudUser) {
  const employee = employeeOf(world.company, user.holderId);
  const email = employee?.email ?? "";
  return {
    UserName: email.split("@")[0] ?? "",
    DisplayName: employee?.name ?? "",
    Description: "",
    Email: email,
    UserStatus: isEnabled(world, user) ? "Enabled" : "Disabled",
    UserType: "Synchronized",
    UserId: user.id,
  };
}

const toUserInfo = (world: CloudWorld, user: CloudUser) => ({
  ...nameOf(world, user),
  FirstName: "",
  LastName: "",
  CreateTime: vendorTime(user.createdAtS),
  UpdateTime: vendorTime(user.createdAtS),
  IsSelected: false,
  NeedResetPassword: false,
  ...(world.quirks.showsPasswords ? { Password: "P4ssw0rd-of-a-person" } : {}),
});

const toGroupInfo = ({ id, name, memberIds, createdAtS }: CloudGroup) => ({
  GroupId: id,
  GroupName: name,
  Description: "",
  GroupType: "Manual",
  MemberCount: memberIds.length,
  CreateTime: vendorTime(createdAtS),
  UpdateTime: vendorTime(createdAtS),
  IsSelected: false,
});

export const listUsers: CloudHandler = (world, call) => {
  const status = textOf(call, "UserStatus");
  const all = [...booksOf(world).usersById.values()].map((user) => toUserInfo(world, user));
  return pageOf(world, call, { name: "Users", items: all.filter((user) => !status || user.UserStatus === status) });
};

export const getUser: CloudHandler = (world, call) => {
  const user = booksOf(world).usersById.get(textOf(call, "UserId"));
  if (!user) throw new CloudRefusal("ResourceNotFound.UserNotExist", "The user does not exist.");
  return { UserInfo: toUserInfo(world, user) };
};

export const listGroups: CloudHandler = (world, call) =>
  pageOf(world, call, { name: "Groups", items: [...booksOf(world).groupsById.values()].map(toGroupInfo) });

export const listGroupMembers: CloudHandler = (world, call) => {
  const { groupsById, usersById } = booksOf(world);
  const group = groupsById.get(textOf(call, "GroupId"));
  if (!group) throw new CloudRefusal("InvalidParameter.GroupNotExist", "The group does not exist.");
  const members = group.memberIds.flatMap((id) => usersById.get(id) ?? []);
  const items = members.map((user) => ({ ...nameOf(world, user), JoinTime: vendorTime(group.createdAtS) }));
  return pageOf(world, call, { name: "GroupMembers", items });
};
