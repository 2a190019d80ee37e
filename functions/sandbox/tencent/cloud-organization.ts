import { pageOf } from "./cloud-pages.ts";
import { CloudRefusal } from "./cloud-refusal.ts";
import { booksOf, type CloudHandler, textOf, vendorTime } from "./cloud-world.ts";

const largestPage = 50;

export const describeIdentityCenter: CloudHandler = (world) => ({
  ZoneId: booksOf(world).zoneId,
  ZoneName: "spruce",
  ServiceStatus: "Enabled",
  ScimSyncStatus: "Enabled",
  CreateTime: vendorTime(world.company.createdAt / 1000 - 500 * 86_400),
  UpdateTime: vendorTime(world.company.createdAt / 1000 - 500 * 86_400),
});

export const describeOrganization: CloudHandler = (world) => ({
  OrgId: 10_001,
  HostUin: booksOf(world).managerUin,
  NickName: booksOf(world).managerName,
  OrgType: 1,
  IsManager: true,
  PayUin: String(booksOf(world).managerUin),
});

export const describeOrganizationMembers: CloudHandler = (world, { parameters }) => {
  const { Offset: offset, Limit: limit } = parameters as { Offset: number; Limit: number };
  if (limit < 1 || limit > largestPage || offset < 0 || offset % limit !== 0) {
    throw new CloudRefusal("InvalidParameter", "Limit is 1 to 50, and Offset a multiple of it.");
  }
  const { accountsByUin, managerUin, managerName } = booksOf(world);
  // The management account is a member too, as the console shows it.
  const all = [{ uin: managerUin, name: managerName }, ...accountsByUin.values()];
  const items = all.slice(offset, offset + limit).map(({ uin, name }) => ({
    MemberUin: uin,
    Name: name,
    MemberType: "Create",
    PayUin: String(managerUin),
    PermissionStatus: "Confirmed",
  }));
  return { Items: items, Total: all.length };
};

export const listRoleConfigurations: CloudHandler = (world, call) => {
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
};
