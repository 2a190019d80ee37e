import { hashOf } from "../../basics/hash.ts";
import type { PageChain } from "../../http/pages.ts";
import type { Role } from "../../review/grants/grant.ts";
import type { Listing, ListingPlan, Page } from "../../review/ports.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { blameToken } from "../feishu/page-tokens.ts";
import { listMembers } from "./calls.ts";
import { toEntry } from "./members.ts";
import { type ConfiguredRoles, isRoleMissing } from "./roles.ts";

/** One listing a role: there is no other way. */
export const planListings = (roles: Role[]): ListingPlan => ({
  way: "by-role",
  why: "members are listed role by role, and roles are those of the configuration",
  listings: roles.map(({ id }) => ({
    id: `members-${hashOf(id).slice(0, 16)}`,
    kind: "members",
    parameters: { roleId: id },
  })),
});

/** Reads one page of a role's members. */
export function createPageReader(
  call: FeishuCall,
  chain: PageChain,
  roles: ConfiguredRoles,
): (listing: Listing, token: string | null) => Promise<Page> {
  return async ({ id, parameters }, token) => {
    const roleId = String(parameters.roleId);
    try {
      const { data } = await call(listMembers(roleId, token)).catch((error) =>
        blameToken(error, { id, token }, () => call(listMembers(roleId, null))),
      );
      const marks = { hasMore: data.has_more, pageToken: data.page_token ?? null };
      const entries = (data.members ?? []).map((member) => toEntry(member, roleId, roles));
      return { entries, next: chain.follow(id, token, marks), spawned: [], counts: {} };
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
