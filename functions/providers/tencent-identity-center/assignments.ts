import type { Grant, GrantEntry, Role } from "../../review/grants/grant.ts";
import type { AssignmentKey } from "./calls.ts";
import type { Assignment } from "./replies.ts";

/** What an assignment's row does not say of its configuration and its account. */
export type Organization = {
  managerUin: string;
  memberUins: ReadonlySet<string>;
  /** By configuration id; `null`: it has no description. */
  descriptionById: ReadonlyMap<string, string | null>;
  protectsManagementAccount: boolean;
};

const kinds = { ManagerUin: "management-account", MemberUin: "member-account" } as const;

/** A role is a configuration in an account. */
export const roleIdOf = ({ RoleConfigurationId, TargetUin }: Assignment): string =>
  `${RoleConfigurationId}@${TargetUin}`;

/** One row is one grant. */
export const rowKeyOf = (row: Assignment): string => `${row.PrincipalId}\n${roleIdOf(row)}`;

/** The role that a row names; `inactive` where its account has left the organisation. */
export function toRole(row: Assignment, organization: Organization): Role {
  const uin = String(row.TargetUin);
  const isManager = row.TargetType === "ManagerUin" || uin === organization.managerUin;
  const name = `${row.RoleConfigurationName || row.RoleConfigurationId} @ ${row.TargetName || uin}`;
  const description = organization.descriptionById.get(row.RoleConfigurationId) || null;
  return {
    id: roleIdOf(row),
    code: row.RoleConfigurationId,
    // One name, whatever its language: the vendor does not say which it is.
    name: { zh: name, en: name },
    description: { zh: description, en: description },
    kind: kinds[row.TargetType],
    status: isManager || organization.memberUins.has(uin) ? "active" : "inactive",
    ...(isManager && organization.protectsManagementAccount ? { isProtected: true } : {}),
  };
}

export function toEntry(row: Assignment, organization: Organization): GrantEntry {
  const role = toRole(row, organization);
  return {
    holderId: row.PrincipalId,
    role,
    scopes: [[{ dimension: "account", ids: [String(row.TargetUin)], names: [row.TargetName || null] }]],
    removable: true,
    unremovableReason: null,
    // An account that has left cannot be given anything (FailedOperation.OrganizationMemberNotExist).
    restorable: role.status === "active",
    grantedAt: toInstant(row.CreateTime),
  };
}

/** `YYYY-MM-DD HH:MM:SS`, of which zone is not said. Read as UTC: were it Shanghai's, a grant would look younger, not older. */
function toInstant(text: string | null | undefined): string | null {
  const at = Date.parse(`${(text ?? "").replace(" ", "T")}Z`);
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text ?? "") && at > 0
    ? new Date(at).toISOString().replace(".000Z", "Z")
    : null;
}

/** Whether a holder is a group: ids say so, `g-…` and `u-…`. */
export const isGroupId = (holderId: string): boolean => holderId.startsWith("g-");

/** What names a grant's assignment. Throws where its role is none of this provider's. */
export function keyOf({ holder, role }: Grant): AssignmentKey {
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
