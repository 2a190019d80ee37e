import type { Role } from "../../review/grants/grant.ts";
import { type Organization, roleIdOf, rowKeyOf, toRole } from "./assignments.ts";
import type { CloudCall } from "./call.ts";
import { describeIdentityCenter, describeOrganization, listRoleAssignments, listRoleConfigurations } from "./calls.ts";
import { readEvery, readMemberUins, readShown } from "./pages.ts";

/** The organisation's one zone. Throws where Identity Center is switched off. */
export async function discoverZone(call: CloudCall): Promise<string> {
  const { ZoneId, ServiceStatus } = (await call(describeIdentityCenter())).data;
  if (ServiceStatus !== "Enabled") {
    throw new Error(
      "Cannot review Identity Center as it is not enabled: open it in the console, or take the source out",
    );
  }
  return ZoneId;
}

/** Accounts and configurations as they are now. */
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

/**
 * Every configuration in every account where somebody holds it: there is no list of these, and all that could be is the
 * product of both. A configuration that the list of configurations lacks makes no role, so that the review notices.
 */
export async function readRoles(call: CloudCall, zoneId: string, organization: Organization): Promise<Role[]> {
  // Whether all are shown is proved of the listing itself.
  const { items } = await readShown(call, (token) => listRoleAssignments(zoneId, token), rowKeyOf);
  const known = items.filter(({ RoleConfigurationId }) => organization.descriptionById.has(RoleConfigurationId));
  return [...new Map(known.map((row) => [roleIdOf(row), toRole(row, organization)])).values()];
}
