import { hashOf } from "../../basics/hash.ts";
import type { Role } from "../../review/grants/grant.ts";
import type { ListingPlan, Reader } from "../../review/ports.ts";
import { type FeishuCall, openPageReader } from "../feishu/call.ts";
import { listMembers } from "./calls.ts";
import { toEntry } from "./grants.ts";
import { type ConfiguredRoles, isRoleMissing } from "./roles.ts";

/** One listing for each role: the vendor has no other way to list members. */
export function planListings(roles: Role[]): ListingPlan {
  return {
    way: "by-role",
    why: "members are listed role by role, and roles are those of the configuration",
    listings: roles.map(({ id }) => ({
      id: `members-${hashOf(id).slice(0, 16)}`,
      kind: "members",
      parameters: { roleId: id },
    })),
  };
}

/** Reads one page of a role's members. A retiring role that is gone has no members; any other role has to exist. */
export function createPageReader(call: FeishuCall, roles: ConfiguredRoles): Reader["readPage"] {
  const readPageOf = openPageReader(call);
  return async ({ id, parameters }, token) => {
    const roleId = String(parameters.roleId);
    try {
      const { data, next } = await readPageOf({ id, token }, (asked) => listMembers(roleId, asked));
      const entries = (data.members ?? []).map((member) => toEntry(member, roleId, roles));
      return { entries, next, spawned: [], counts: {} };
    } catch (error) {
      if (!isRoleMissing(error)) throw error;
      if (roles.isRetiring(roleId)) return { entries: [], next: null, spawned: [], counts: {} };
      throw new Error(
        `Cannot list the members of ${roleId} as there is no such role: correct the source's roles, or take it out`,
        { cause: error },
      );
    }
  };
}
