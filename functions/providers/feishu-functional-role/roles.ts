import type { Role } from "../../review/grants/grant.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { hasCode } from "../provider-call.ts";
import { listMembers } from "./calls.ts";

/** The settings of a source of functional roles alone. */
export type FunctionalRoleSettings = {
  /** No call lists functional roles: https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/functional_role/resource-introduction */
  roles: { id: string; name: string }[];
  /** Ids of roles to be emptied and deleted. */
  retire: string[];
};

/** The configured roles. */
export type ConfiguredRoles = {
  all: Role[];
  /** The role of this id, as grants name the role. */
  of(roleId: string): Role;
  isRetiring(roleId: string): boolean;
};

export function configuredRoles({ roles, retire }: FunctionalRoleSettings): ConfiguredRoles {
  const isRetiring = (roleId: string): boolean => retire.includes(roleId);
  const toRole = (id: string, name: string | null): Role => ({
    id,
    code: null,
    name: { zh: name, en: null },
    description: { zh: null, en: null },
    kind: "functional",
    status: isRetiring(id) ? "retiring" : null,
  });
  const all = roles.map(({ id, name }) => toRole(id, name));
  const roleById = new Map(all.map((role) => [role.id, role]));
  // A role that was taken out of the configuration may still be in a plan: only its id is known.
  return { all, isRetiring, of: (roleId) => roleById.get(roleId) ?? { ...toRole(roleId, null), kind: null } };
}

/** The configured roles, less the retiring roles that are gone. */
export async function readRoles(call: FeishuCall, { all, isRetiring }: ConfiguredRoles): Promise<Role[]> {
  const existing = await Promise.all(all.map(async (role) => !isRetiring(role.id) || (await hasRole(call, role.id))));
  return all.filter((_role, at) => existing[at]);
}

/** Whether the role exists, found by reading a page of one member. */
export async function hasRole(call: FeishuCall, roleId: string): Promise<boolean> {
  try {
    await call(listMembers(roleId, null, 1));
    return true;
  } catch (error) {
    if (isRoleMissing(error)) return false;
    throw error;
  }
}

/** Whether the vendor answered that there is no such role. */
export function isRoleMissing(error: unknown) {
  return hasCode(error, "41202");
}
