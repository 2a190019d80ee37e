import type { Role } from "../../review/grants/grant.ts";
import {
  describeIdentityCenter,
  describeOrganization,
  describeOrganizationMembers,
  listRoleAssignments,
  listRoleConfigurations,
  readEvery,
  readShown,
} from "./calls.ts";
import { type Organization, roleIdOf, toRole } from "./grants.ts";
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
    readEvery(call, (token) => listRoleConfigurations(zoneId, token)),
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

/** The uins of the organisation's accounts. */
async function readMemberUins(call: CloudCall): Promise<Set<string>> {
  const accounts = await readEvery(call, (token) => describeOrganizationMembers(token));
  return new Set(accounts.map(({ MemberUin }) => String(MemberUin)));
}

/**
 * Every configuration in every account where somebody holds it. The vendor has no list of these pairs, so they are taken
 * from the assignments. A configuration that is missing from the list of configurations makes no role: the review then
 * finds grants of a role that no role list has.
 */
export async function readRoles(call: CloudCall, zoneId: string, organization: Organization): Promise<Role[]> {
  // Roles need not be whole here: the listing of grants proves that it is whole.
  const { items } = await readShown(call, (token) => listRoleAssignments(zoneId, token));
  const known = items.filter(({ RoleConfigurationId }) => organization.descriptionById.has(RoleConfigurationId));
  return [...new Map(known.map((row) => [roleIdOf(row), toRole(row, organization)])).values()];
}
