import { hashOf } from "../../basics/hash.ts";
import { type Grant, type GrantEntry, idOfNobody, isWithoutId, type Role } from "../../review/grants/grant.ts";
import type { ReadGrantsOf } from "../provider-source.ts";
import { type Assignment, type AssignmentKey, listRoleAssignments, readEvery } from "./calls.ts";
import type { CloudCall } from "./signed-call.ts";

/** What an assignment's row does not say of its configuration and its account. */
export type Organization = {
  managerUin: string;
  memberUins: ReadonlySet<string>;
  /** By the configuration's id; null where the configuration has no description. */
  descriptionById: ReadonlyMap<string, string | null>;
  protectsManagementAccount: boolean;
};

const kinds = { ManagerUin: "management-account", MemberUin: "member-account" } as const;

/** The id of a role: a configuration in an account. */
export function roleIdOf({ RoleConfigurationId, TargetUin }: Assignment): string {
  return `${RoleConfigurationId}@${TargetUin}`;
}

/** The role of a row. Its status is `inactive` where the account has left the organisation. */
export function toRole(row: Assignment, organization: Organization): Role {
  const uin = String(row.TargetUin);
  const isManager = row.TargetType === "ManagerUin" || uin === organization.managerUin;
  const name = `${row.RoleConfigurationName || row.RoleConfigurationId} @ ${row.TargetName || uin}`;
  const description = organization.descriptionById.get(row.RoleConfigurationId) || null;
  return {
    id: roleIdOf(row),
    code: row.RoleConfigurationId,
    // The vendor sends one name and does not say in which language.
    name: { zh: name, en: name },
    description: { zh: description, en: description },
    kind: kinds[row.TargetType],
    status: isManager || organization.memberUins.has(uin) ? "active" : "inactive",
    ...(isManager && organization.protectsManagementAccount ? { isProtected: true } : {}),
  };
}

/** Stands for a user or group without an id: the name tells it from others, or else what the row says. */
function nobodyIn(row: Assignment): string {
  const { PrincipalType: type, PrincipalName: name } = row;
  return idOfNobody(hashOf(name ? [type, name] : row).slice(0, 16));
}

/** The grant of a row. */
export function toEntry(row: Assignment, organization: Organization): GrantEntry {
  const role = toRole(row, organization);
  return {
    holderId: row.PrincipalId || nobodyIn(row),
    role,
    scopes: [[{ dimension: "account", ids: [String(row.TargetUin)], names: [row.TargetName || null] }]],
    removable: true,
    unremovableReason: null,
    // Nothing can be given in an account that has left (FailedOperation.OrganizationMemberNotExist).
    restorable: role.status === "active",
    grantedAt: toInstant(row.CreateTime),
  };
}

// The vendor sends `YYYY-MM-DD HH:MM:SS` and documents no time zone. As UTC, a time of Shanghai makes a grant look younger
// than it is, never older.
function toInstant(text: string | null | undefined): string | null {
  const at = Date.parse(`${(text ?? "").replace(" ", "T")}Z`);
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text ?? "") && at > 0
    ? new Date(at).toISOString().replace(".000Z", "Z")
    : null;
}

/** Whether a holder is a group: the ids of groups are `g-…`, those of users `u-…`. */
export function isGroupId(holderId: string): boolean {
  return holderId.startsWith("g-");
}

/** The key of a grant's assignment. Throws where the grant's role is none of this provider's. */
export function assignmentKeyOf({ holder, role }: Grant): AssignmentKey {
  const [configurationId = "", uin = ""] = role.id.split("@");
  const target = Number(uin);
  if (configurationId === "" || !Number.isSafeInteger(target) || target <= 0) {
    throw new Error(`Cannot name the assignment of ${role.id} as it is no configuration in an account`);
  }
  return {
    RoleConfigurationId: configurationId,
    TargetType: role.kind === kinds.ManagerUin ? "ManagerUin" : "MemberUin",
    TargetUin: target,
    PrincipalType: isGroupId(holder.id) ? "Group" : "User",
    PrincipalId: holder.id,
  };
}

/** Reads what users and groups hold now, each by a listing of its own. */
export function createGrantReader(
  call: CloudCall,
  zoneId: string,
  readOrganization: () => Promise<Organization>,
): ReadGrantsOf {
  return async (holderIds) => {
    const organization = await readOrganization();
    const read = async (holderId: string): Promise<GrantEntry[]> => {
      const filter = { PrincipalType: isGroupId(holderId) ? "Group" : "User", PrincipalId: holderId };
      const rows = await readEvery(call, (token) => listRoleAssignments(zoneId, token, { filter }));
      // A row whose id comes empty is of whoever was asked for: else a grant that is there would count as gone.
      return rows.map((row) => toEntry({ ...row, PrincipalId: row.PrincipalId || holderId }, organization));
    };
    return (await Promise.all([...new Set(holderIds)].filter((id) => !isWithoutId(id)).map(read))).flat();
  };
}
