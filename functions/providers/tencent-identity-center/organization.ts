import type { Role } from "../../review/grants/grant.ts";
import {
  accountsPageSize,
  describeIdentityCenter,
  describeOrganization,
  describeOrganizationMembers,
  listRoleAssignments,
  listRoleConfigurations,
  readEvery,
  readShown,
  refuseUnlessWhole,
} from "./calls.ts";
import { type Organization, roleIdOf, rowKeyOf, toRole } from "./grants.ts";
import type { CloudCall } from "./signed-call.ts";

/** The id of the organisation's one zone. Throws where Identity Center is switched off. */
export async function discoverZone(call: CloudCall): Promise<string> {
  const { ZoneId, ServiceStatus } = (await call(describeIdentityCenter())).data;
  if (ServiceStatus !== "Enabled") {
    throw new Error(
      "Cannot review Identity Center as it is not enabled: open it in the console, or take the source out",
    );
  }
  return ZoneId;
}

/** The accounts and configurations as they are now. */
export async function readOrganization(
  call: CloudCall,
  zoneId: string,
  protectsManagementAccount: boolean,
): Promise<Organization> {
  const [{ data: organization }, memberUins, configurations] = await Promise.all([
    call(describeOrganization()),
    readMemberUins(call),
    readEvery(
      call,
      (token) => listRoleConfigurations(zoneId, token),
      ({ RoleConfigurationId }) => RoleConfigurationId,
    ),
  ]);
  const descriptions = configurations.map(
    ({ RoleConfigurationId, Description }) => [RoleConfigurationId, Description ?? null] as const,
  );
  return {
    managerUin: String(organization.HostUin),
    memberUins,
    descriptionById: new Map(descriptions),
    protectsManagementAccount,
  };
}

/** The uins of the organisation's accounts. Their listing is the only one that is paged by offset. */
async function readMemberUins(call: CloudCall): Promise<Set<string>> {
  const uins = new Set<string>();
  for (let offset = 0; ; offset += accountsPageSize) {
    const { Items, Total } = (await call(describeOrganizationMembers(offset))).data;
    for (const { MemberUin } of Items ?? []) uins.add(String(MemberUin));
    if (offset + accountsPageSize < Total) continue;
    refuseUnlessWhole("DescribeOrganizationMembers", uins.size, Total);
    return uins;
  }
}

/**
 * Every configuration in every account where somebody holds it. The vendor has no list of these pairs, so they are taken
 * from the assignments. A configuration that is missing from the list of configurations makes no role: the review then
 * finds grants of a role that no role list has.
 */
export async function readRoles(call: CloudCall, zoneId: string, organization: Organization): Promise<Role[]> {
  // Roles need not be whole here: the listing of grants proves that it is whole.
  const { items } = await readShown(call, (token) => listRoleAssignments(zoneId, token), rowKeyOf);
  const known = items.filter(({ RoleConfigurationId }) => organization.descriptionById.has(RoleConfigurationId));
  return [...new Map(known.map((row) => [roleIdOf(row), toRole(row, organization)])).values()];
}
