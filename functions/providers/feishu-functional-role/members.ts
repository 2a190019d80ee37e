import type { GrantEntry, Scopes } from "../../review/grants/grant.ts";
import { mostMembers } from "./calls.ts";
import type { MemberReply } from "./replies.ts";
import type { ConfiguredRoles } from "./roles.ts";

/** The dimension of a scope that is everything or nothing, and of one that is departments. */
export const wholeDimension = "contact";
export const departmentDimension = "department";

/** A member of a role as a grant. */
export function toEntry(member: MemberReply, roleId: string, roles: ConfiguredRoles): GrantEntry {
  const scopes = toScopes(member);
  return {
    holderId: member.user_id,
    role: roles.of(roleId),
    scopes,
    removable: true,
    unremovableReason: null,
    // Whoever was in a role that is deleted cannot be put back into it.
    restorable: isSettable(scopes) && !roles.isRetiring(roleId),
    grantedAt: null,
  };
}

/** Null where the provider did not say, or not in words that we know. */
function toScopes({ scope_type: type, department_ids: ids }: MemberReply): Scopes | null {
  if (type === "All") return whole("all");
  if (type === "None") return whole("none");
  // Departments without a department would mean nothing by another name: that is not what was said.
  if (type !== "Part" || !ids || ids.length === 0) return null;
  return [[{ dimension: departmentDimension, ids, names: ids.map(() => null) }]];
}

const whole = (id: string): Scopes => [[{ dimension: wholeDimension, ids: [id], names: [null] }]];

/** The departments of a scope; null where it is not departments alone. */
export function departmentsOf(scopes: Scopes | null): string[] | null {
  const [part, ...others] = scopes?.flat() ?? [];
  return part && others.length === 0 && part.dimension === departmentDimension ? part.ids : null;
}

const isUnset = (scopes: Scopes | null): boolean => scopes?.[0]?.[0]?.ids[0] === "none";

/** `None` is what the vendor calls a scope that was never set; no call sets `All`, nor more than 100 departments. */
function isSettable(scopes: Scopes | null): boolean {
  const departments = departmentsOf(scopes);
  return departments === null ? isUnset(scopes) : departments.length <= mostMembers;
}
