import { hashOf } from "../../basics/hash.ts";
import { isoInstant } from "../../basics/time.ts";
import type { GrantEntry, ScopePart, Scopes } from "../../review/grants/grant.ts";
import type { AuthorizationsReply, PermissionReply } from "./replies.ts";
import { roleStatus, toRole } from "./roles.ts";

const organisationalType = 3;

/** `active_status` by role id, as the role list shows it. */
export type ListedStatuses = ReadonlyMap<string, number | null>;

/** One entry for each employee and role of a page, as often as the page shows it. */
export function toEntries(items: AuthorizationsReply["items"], listedStatuses: ListedStatuses): GrantEntry[] {
  return (items ?? []).flatMap(({ employment_id, permission_detail_list }) =>
    (permission_detail_list ?? []).map((permission) => toEntry(employment_id, permission, listedStatuses)),
  );
}

function toEntry(holderId: string, permission: PermissionReply, listedStatuses: ListedStatuses): GrantEntry {
  const { role, update_time } = permission;
  const organizations = organizationScopes(permission);
  const isOrganisational = role.group_type === organisationalType;
  return {
    holderId,
    role: toRole(role, roleStatus(listedStatuses.get(role.id) ?? null, role.active_status ?? null)),
    scopes: isByRule(permission) ? ruleScopes(permission) : organizations,
    removable: true,
    unremovableReason: null,
    // add_role_assign takes organisational roles only, and needs the objects; by a rule nothing can be given back.
    restorable: isOrganisational && organizations !== null && organizations.length > 0,
    grantedAt: toInstant(update_time),
  };
}

// One of the two lists is null; an empty list beside rules says no more than null does.
const isByRule = ({ assigned_organization_list: organizations, grantor_rule_list: rules }: PermissionReply): boolean =>
  !organizations || (organizations.length === 0 && (rules ?? []).length > 0);

/** The objects a grant holds for; null where the provider does not name them all. */
function organizationScopes({ assigned_organization_list: combinations }: PermissionReply): Scopes | null {
  if (!combinations) return null;
  const scopes: Scopes = [];
  for (const combination of combinations) {
    const parts: ScopePart[] = [];
    for (const { org_key: dimension, org_id_list: ids } of combination) {
      if (!ids) return null;
      parts.push({ dimension, ids, names: ids.map(() => null) });
    }
    scopes.push(parts);
  }
  return scopes;
}

/** What the rules of a non-organisational grant say, a dimension each; they hold together. */
function ruleScopes({ grantor_rule_list: rules }: PermissionReply): Scopes | null {
  if (!rules) return null;
  return [
    rules.map(({ rule_dimension, rule_type, expression }) => ({
      dimension: rule_dimension.entity_key,
      ids: [ruleId(rule_type, expression)],
      names: [null],
    })),
  ];
}

function ruleId(type: number, expression: unknown): string {
  const names: Record<number, string> = { 0: "none", 1: "all", 2: "self" };
  // A rule has no id of its own; by its hash two reviews can tell whether it is still the same.
  return names[type] ?? `rule:${hashOf(expression ?? null).slice(0, 16)}`;
}

// Seconds, as a string; "0" and "" where the vendor knows no date.
function toInstant(seconds: PermissionReply["update_time"]): string | null {
  const value = Number(seconds ?? 0);
  return Number.isSafeInteger(value) && value > 0 && value < 1e11 ? isoInstant(value * 1000) : null;
}
