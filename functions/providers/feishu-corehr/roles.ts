import type { LocalText, Role } from "../../review/grants/grant.ts";
import type { RoleReply } from "./replies.ts";

const kinds: Record<number, string> = { 3: "organisational", 7: "non-organisational" };

/** A role in our words. `status` says what `roleStatus` can tell. */
export const toRole = (reply: RoleReply, status: string | null): Role => ({
  id: reply.id,
  code: reply.code || null,
  name: toLocalText(reply.name),
  description: toLocalText(reply.description),
  kind: typeof reply.group_type === "number" ? (kinds[reply.group_type] ?? String(reply.group_type)) : null,
  status,
});

const toLocalText = (words: RoleReply["name"]): LocalText => ({ zh: words?.zh_cn || null, en: words?.en_us || null });

/**
 * What `active_status` means. The role list's page says 1 inactive, 2 active, 3 to be activated; the grants' page says
 * 1 enabled, 2 disabled. Only where both calls were answered each in its own page's sense is it more than a guess.
 */
export function roleStatus(inRoleList: number | null, inGrants: number | null): string | null {
  if (inRoleList === 2 && inGrants === 1) return "active";
  if (inRoleList === 1 && inGrants === 2) return "inactive";
  return inRoleList === 3 ? "pending" : null;
}
