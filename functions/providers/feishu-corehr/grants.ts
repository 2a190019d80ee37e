import { hashOf } from "../../basics/hash.ts";
import { isoInstant } from "../../basics/time.ts";
import { type GrantEntry, idOfNobody, isWithoutId, type ScopePart, type Scopes } from "../../review/grants/grant.ts";
import { eachReply, type FeishuCall } from "../feishu/call.ts";
import { readInBatches } from "../provider-source.ts";
import { pageCapacity, queryAuthorizations } from "./calls.ts";
import type { AuthorizationsReply, PermissionReply } from "./replies.ts";
import { type ListedStatuses, roleStatus, toRole } from "./roles.ts";

const organisationalType = 3;

/** The grants of a page: one for each employee and role, as often as the page shows the pair. */
export function toEntries(items: AuthorizationsReply["items"], listedStatuses: ListedStatuses): GrantEntry[] {
  return (items ?? []).flatMap(({ employment_id, permission_detail_list }) =>
    (permission_detail_list ?? []).map((permission) =>
      toEntry(employment_id || nobodyWith(permission_detail_list), permission, listedStatuses),
    ),
  );
}

/** Stands for an employee without an id: what this one holds tells them from others. */
function nobodyWith(permissions: unknown): string {
  return idOfNobody(hashOf(permissions).slice(0, 16));
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
    // add_role_assign takes organisational roles with their objects. No call gives a grant back by a rule.
    restorable: isOrganisational && organizations !== null && organizations.length > 0,
    grantedAt: toInstant(update_time),
  };
}

// The vendor sends null for one of the two lists. An empty list beside rules means the same as null.
function isByRule({ assigned_organization_list: organizations, grantor_rule_list: rules }: PermissionReply): boolean {
  return !organizations || (organizations.length === 0 && (rules ?? []).length > 0);
}

/** The scope objects of a grant. Null where the vendor does not name all of them. */
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

/** The rules of a non-organisational grant as one combination of scopes, a dimension for each rule. */
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
  // A rule has no id of its own. The hash of its expression tells two reviews whether the rule is the same.
  return names[type] ?? `rule:${hashOf(expression ?? null).slice(0, 16)}`;
}

// Unix seconds as a string. The vendor sends "0" or "" for an unknown date.
function toInstant(seconds: PermissionReply["update_time"]): string | null {
  const value = Number(seconds ?? 0);
  return Number.isSafeInteger(value) && value > 0 && value < 1e11 ? isoInstant(value * 1000) : null;
}

/** Everything that these employees hold now, read by their ids, a page for twenty employees. */
export async function readGrantsOf(
  call: FeishuCall,
  employmentIds: Iterable<string>,
  listedStatuses: ListedStatuses,
): Promise<GrantEntry[]> {
  const known = [...employmentIds].filter((id) => !isWithoutId(id));
  return await readInBatches(known, pageCapacity, (batch) => readBatch(call, batch, listedStatuses));
}

async function readBatch(
  call: FeishuCall,
  employmentIds: string[],
  listedStatuses: ListedStatuses,
): Promise<GrantEntry[]> {
  const entries: GrantEntry[] = [];
  for await (const { items } of eachReply((token) => queryAuthorizations({ employmentIds }, token), call)) {
    entries.push(...toEntries(items, listedStatuses));
  }
  if (!entries.some(({ holderId }) => isWithoutId(holderId))) return entries;
  const [only, ...others] = employmentIds;
  // Asked for alone, somebody without an id is who was asked for.
  if (others.length === 0) return entries.map((entry) => ({ ...entry, holderId: only! }));
  return (await Promise.all(employmentIds.map((id) => readBatch(call, [id], listedStatuses)))).flat();
}
