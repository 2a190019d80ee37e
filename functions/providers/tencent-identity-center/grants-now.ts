import { UnexpectedReplyError } from "../../http/errors.ts";
import type { GrantEntry } from "../../review/grants/grant.ts";
import type { GrantKey } from "../../review/ports.ts";
import { isGroupId, type Organization, rowKeyOf, toEntry } from "./assignments.ts";
import type { CloudCall } from "./call.ts";
import { listRoleAssignments } from "./calls.ts";
import { readEvery } from "./pages.ts";

/** Everything that these principals hold now, a call each. */
export type ReadGrantsOf = (holderIds: Iterable<string>) => Promise<GrantEntry[]>;

export const createGrantReader =
  (call: CloudCall, zoneId: string, readOrganization: () => Promise<Organization>): ReadGrantsOf =>
  async (holderIds) => {
    const organization = await readOrganization();
    const read = async (holderId: string): Promise<GrantEntry[]> => {
      const filter = { PrincipalType: isGroupId(holderId) ? "Group" : "User", PrincipalId: holderId };
      const rows = await readEvery(call, (token) => listRoleAssignments(zoneId, token, { filter }), rowKeyOf);
      // Were the filter ever ignored, the first page of everybody must not pass for this principal's grants.
      if (rows.some(({ PrincipalId }) => PrincipalId !== holderId)) {
        throw new UnexpectedReplyError("ListRoleAssignments", 200, "grants of principals that were not asked for");
      }
      return rows.map((row) => toEntry(row, organization));
    };
    return (await Promise.all([...new Set(holderIds)].map(read))).flat();
  };

/** Those of the asked-for grants that exist now. */
export async function readGrants(readGrantsOf: ReadGrantsOf, keys: GrantKey[]): Promise<GrantEntry[]> {
  const wanted = new Set(keys.map(({ holderId, roleId }) => `${holderId}\n${roleId}`));
  const entries = await readGrantsOf(keys.map(({ holderId }) => holderId));
  return entries.filter(({ holderId, role }) => wanted.has(`${holderId}\n${role.id}`));
}
