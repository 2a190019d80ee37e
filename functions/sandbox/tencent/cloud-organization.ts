import type { CloudGroup, CloudUser } from "../company/cloud-books.ts";
import { employeeOf, hasLeft } from "../company/company.ts";
import { booksOf, type CloudCall, CloudRefusal, type CloudWorld, pageOf, textOf, vendorTime } from "./cloud-world.ts";

const largestPage = 50;

export function describeIdentityCenter(world: CloudWorld): Record<string, unknown> {
  return {
    ZoneId: booksOf(world).zoneId,
    ZoneName: "spruce",
    ServiceStatus: "Enabled",
    ScimSyncStatus: "Enabled",
    CreateTime: vendorTime(world.company.createdAt / 1000 - 500 * 86_400),
    UpdateTime: vendorTime(world.company.createdAt / 1000 - 500 * 86_400),
  };
}

export function describeOrganization(world: CloudWorld): Record<string, unknown> {
  return {
    OrgId: 10_001,
    HostUin: booksOf(world).managerUin,
    NickName: booksOf(world).managerName,
    OrgType: 1,
    IsManager: true,
    PayUin: String(booksOf(world).managerUin),
  };
}

export function describeOrganizationMembers(world: CloudWorld, { parameters }: CloudCall): Record<string, unknown> {
  const { Offset: offset, Limit: limit } = parameters as { Offset: number; Limit: number };
  if (limit < 1 || limit > largestPage || offset < 0 || offset % limit !== 0) {
    throw new CloudRefusal("InvalidParameter", "Limit is 1 to 50, and Offset a multiple of it.");
  }
  const { accountsByUin, managerUin, managerName } = booksOf(world);
  // The console shows the management account as a member too.
  const all = [{ uin: managerUin, name: managerName }, ...accountsByUin.values()];
  const items = all.slice(offset, offset + limit).map(({ uin, name }) => ({
    MemberUin: uin,
    Name: name,
    MemberType: "Create",
    PayUin: String(managerUin),
    PermissionStatus: "Confirmed",
  }));
  return { Items: items, Total: all.length };
}

export function listRoleConfigurations(world: CloudWorld, call: CloudCall): Record<string, unknown> {
  const filter = textOf(call, "Filter").toLowerCase();
  const matching = [...booksOf(world).configurationsById.values()].filter(
    ({ name, description }) => !filter || `${name}\n${description}`.toLowerCase().includes(filter),
  );
  const items = matching.map(({ id, name, description, createdAtS }) => ({
    RoleConfigurationId: id,
    RoleConfigurationName: name,
    Description: description,
    SessionDuration: 3600,
    RelayState: "",
    CreateTime: vendorTime(createdAtS),
    UpdateTime: vendorTime(createdAtS),
    IsSelected: false,
  }));
  return pageOf(world, call, { name: "RoleConfigurations", items });
}

/** Whether a user may sign in. Users of leavers are disabled, except if `isForgotten`. */
function isEnabled({ company, now }: Pick<CloudWorld, "company" | "now">, user: CloudUser): boolean {
  const employee = employeeOf(company, user.holderId);
  if (user.isDisabled) return false;
  return user.isForgotten || employee === undefined || !hasLeft(employee, now());
}

function statusOf(world: CloudWorld, user: CloudUser): "Enabled" | "Disabled" {
  return isEnabled(world, user) ? "Enabled" : "Disabled";
}

/** The fields of a user that every reply has. */
function nameOf(world: CloudWorld, user: CloudUser) {
  const employee = employeeOf(world.company, user.holderId);
  const email = employee?.email ?? "";
  return {
    UserName: email.split("@")[0] ?? "",
    DisplayName: employee?.name ?? "",
    Description: "",
    Email: email,
    ...(world.quirks.withoutUserStatus ? {} : { UserStatus: statusOf(world, user) }),
    UserType: "Synchronized",
    UserId: user.id,
  };
}

function toUserInfo(world: CloudWorld, user: CloudUser) {
  return {
    ...nameOf(world, user),
    FirstName: "",
    LastName: "",
    CreateTime: vendorTime(user.createdAtS),
    UpdateTime: vendorTime(user.createdAtS),
    IsSelected: false,
    NeedResetPassword: false,
    ...(world.quirks.showsPasswords ? { Password: "P4ssw0rd-of-a-person" } : {}),
  };
}

function toGroupInfo({ id, name, memberIds, createdAtS }: CloudGroup) {
  return {
    GroupId: id,
    GroupName: name,
    Description: "",
    GroupType: "Manual",
    MemberCount: memberIds.length,
    CreateTime: vendorTime(createdAtS),
    UpdateTime: vendorTime(createdAtS),
    IsSelected: false,
  };
}

export function listUsers(world: CloudWorld, call: CloudCall): Record<string, unknown> {
  const status = textOf(call, "UserStatus");
  const users = [...booksOf(world).usersById.values()].filter((user) => !status || statusOf(world, user) === status);
  const all = users.map((user) => toUserInfo(world, user));
  return pageOf(world, call, { name: "Users", items: all });
}

export function getUser(world: CloudWorld, call: CloudCall): Record<string, unknown> {
  const user = booksOf(world).usersById.get(textOf(call, "UserId"));
  if (!user) throw new CloudRefusal("ResourceNotFound.UserNotExist", "The user does not exist.");
  return { UserInfo: toUserInfo(world, user) };
}

export function listGroups(world: CloudWorld, call: CloudCall): Record<string, unknown> {
  return pageOf(world, call, { name: "Groups", items: [...booksOf(world).groupsById.values()].map(toGroupInfo) });
}

export function listGroupMembers(world: CloudWorld, call: CloudCall): Record<string, unknown> {
  const { groupsById, usersById } = booksOf(world);
  const group = groupsById.get(textOf(call, "GroupId"));
  if (!group) throw new CloudRefusal("InvalidParameter.GroupNotExist", "The group does not exist.");
  const members = group.memberIds.flatMap((id) => usersById.get(id) ?? []);
  const items = members.map((user) => ({ ...nameOf(world, user), JoinTime: vendorTime(group.createdAtS) }));
  return pageOf(world, call, { name: "GroupMembers", items });
}
