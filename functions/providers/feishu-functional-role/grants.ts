import { createHash } from "node:crypto";
import { type GrantEntry, idOfNobody, isWithoutId, type Scopes } from "../../review/grants/grant.ts";
import type { GrantKey } from "../../review/ports.ts";
import { eachReply, type FeishuCall } from "../feishu/call.ts";
import { isRequestRefused } from "../provider-call.ts";
import { getMember, listMembers, type MemberReply, maxMembers } from "./calls.ts";
import { type ConfiguredRoles, isRoleMissing } from "./roles.ts";

/** The dimension of a scope that is everything or nothing. */
export const wholeDimension = "contact";
/** The dimension of a scope of departments. */
export const departmentDimension = "department";

/** The grant of a member of a role. */
export function toEntry(member: MemberReply, roleId: string, roles: ConfiguredRoles): GrantEntry {
  // Two people without an id who manage the same in one role cannot be told apart.
  const nobody = (): string => idOfNobody(shortHash([roleId, member.scope_type, member.department_ids]));
  const scopes = toScopes(member);
  return {
    holderId: member.user_id || nobody(),
    role: roles.of(roleId),
    scopes,
    removable: true,
    unremovableReason: null,
    // Nobody can be put back into a role that is deleted.
    restorable: isSettable(scopes) && !roles.isRetiring(roleId),
    grantedAt: null,
  };
}

function shortHash(facts: unknown[]): string {
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 16);
}

/** Null where the vendor does not say what the scopes are, or says it in unknown words. */
function toScopes({ scope_type: type, department_ids: ids }: MemberReply): Scopes | null {
  if (type === "All") return wholeScope("all");
  if (type === "None") return wholeScope("none");
  // `Part` without departments is not read as "none": the vendor has another word for that.
  if (type !== "Part" || !ids || ids.length === 0) return null;
  return [[{ dimension: departmentDimension, ids, names: ids.map(() => null) }]];
}

function wholeScope(id: string): Scopes {
  return [[{ dimension: wholeDimension, ids: [id], names: [null] }]];
}

/** The departments of a scope. Null where the scope has anything but departments. */
export function departmentsOf(scopes: Scopes | null): string[] | null {
  const [part, ...others] = scopes?.flat() ?? [];
  return part && others.length === 0 && part.dimension === departmentDimension ? part.ids : null;
}

/** `None` is the vendor's word for a scope that was never set. No call sets `All`, nor more than 100 departments. */
function isSettable(scopes: Scopes | null): boolean {
  const departments = departmentsOf(scopes);
  return departments === null ? isUnset(scopes) : departments.length <= maxMembers;
}

function isUnset(scopes: Scopes | null): boolean {
  return scopes?.[0]?.[0]?.ids[0] === "none";
}

/** The asked-for grants that exist now. */
export async function readGrants(call: FeishuCall, keys: GrantKey[], roles: ConfiguredRoles): Promise<GrantEntry[]> {
  const keysByRole = Map.groupBy(keys, ({ roleId }) => roleId);
  const reads = [...keysByRole].map(async ([roleId, ofRole]) => {
    const userIds = [...new Set(ofRole.map(({ holderId }) => holderId))].filter((id) => !isWithoutId(id));
    const members = await readMembers(call, roleId, userIds);
    return members.map((member) => toEntry(member, roleId, roles));
  });
  return (await Promise.all(reads)).flat();
}

/** From how many members on the whole role is read: a role has at most 1000 members, which are ten pages. */
const minMembersToList = 10;

async function readMembers(call: FeishuCall, roleId: string, userIds: string[]): Promise<MemberReply[]> {
  if (userIds.length < minMembersToList) {
    const single = await Promise.all(userIds.map((userId) => readMember(call, roleId, userId)));
    if (!single.includes("unclear")) return single.filter((member) => member !== null && member !== "unclear");
  }
  const wanted = new Set(userIds);
  const members = await listAllMembers(call, roleId);
  const found = members.filter(({ user_id: id }) => wanted.has(id));
  if (members.every(({ user_id: id }) => id !== "")) return found;
  // Whoever the list does not show may be the member without an id: asked for alone, that one is who was asked for.
  const shown = new Set(found.map(({ user_id: id }) => id));
  const missing = userIds.filter((id) => !shown.has(id));
  const single = await Promise.all(missing.map((userId) => readMember(call, roleId, userId)));
  if (single.includes("unclear")) {
    throw new Error(
      `Cannot tell who is in ${roleId} as a member without an id may be one who was asked for: try again`,
    );
  }
  return [...found, ...single.filter((member) => member !== null && member !== "unclear")];
}

/**
 * One member. Null where the user is not in the role, or the role is gone. `unclear` where the user's id was refused, as
 * the vendor may do for a deleted account: only the list of all members tells whether the user is in the role.
 */
export async function readMember(
  call: FeishuCall,
  roleId: string,
  userId: string,
): Promise<MemberReply | null | "unclear"> {
  try {
    const { member } = (await call(getMember(roleId, userId))).data;
    return member.user_id === userId || member.user_id === "" ? { ...member, user_id: userId } : "unclear";
  } catch (error) {
    if (isRoleMissing(error)) return null;
    if (!isRequestRefused(error)) throw error;
    return error.code === "41203" ? null : "unclear";
  }
}

/** Every member of a role; none where the role is gone. */
export async function listAllMembers(call: FeishuCall, roleId: string): Promise<MemberReply[]> {
  const members: MemberReply[] = [];
  try {
    for await (const page of eachReply((token) => listMembers(roleId, token), call))
      members.push(...(page.members ?? []));
  } catch (error) {
    if (isRoleMissing(error)) return [];
    throw error;
  }
  return members;
}
