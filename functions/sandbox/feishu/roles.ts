import { type Company, employeeOf, hasLeft, type Role } from "../company/company.ts";
import { toIdType } from "../company/ids.ts";
import type { Quirks } from "../quirks.ts";
import { emptyPage, pageOf, pageSizeInQuery, positionOf, requiredText, sliceAfter, userIdType } from "./parameters.ts";
import { faulty } from "./refusal.ts";
import { type Call, derived, type World } from "./world.ts";

/** `GET corehr/v1/security_groups`: all roles. The vendor does not state the largest `page_size`; it is 100 here. */
export function listSecurityGroups(world: World, call: Call): unknown {
  const size = pageSizeInQuery(call, null, 100);
  const token = call.query.get("page_token");
  const position = positionOf(world, call, token);
  if (position.isEmptyPage) return emptyPage(position);
  const { page, next } = sliceAfter(world.company.roles, position.cursor, size);
  const items = page.map((role) => roleShape(world.company, role, "listPage", world.quirks));
  return pageOf(world, { token, items, next });
}

/** `active_status`: the list page says 1 inactive, 2 active; the query page says 1 enabled, 2 disabled. */
function activeStatus(role: Role, page: "listPage" | "queryPage", meaning: Quirks["activeStatusMeaning"]): number {
  const rule = meaning === "asDocumented" ? page : meaning;
  return role.isActive === (rule === "listPage") ? 2 : 1;
}

export function briefRole(role: Role) {
  return {
    id: role.id,
    code: role.code,
    name: { zh_cn: role.name.zh, en_us: role.name.en },
    description: { zh_cn: `${role.name.zh}的权限`, en_us: `What a ${role.name.en} may do` },
    org_truncation: role.dimensions.map((dimension) => ({ org_key: dimension, type: 0, depth: 0 })),
  };
}

/** A role in the form of `security_groups` and `authorizations/query`. */
export function roleShape(company: Company, role: Role, page: "listPage" | "queryPage", quirks: Quirks) {
  const { org_truncation, ...brief } = briefRole(role);
  return {
    ...brief,
    active_status: activeStatus(role, page, quirks.activeStatusMeaning),
    group_type: role.kind === "organisational" ? 3 : 7,
    created_by: role.updatedAtS % 2 === 0 ? "sys" : (company.employees[0]?.id ?? "sys"),
    update_time: String(role.updatedAtS),
    org_truncation,
  };
}

type Scope = { management_dimension: string; obj_id: string };

const dimensions = ["department", "work_location", "company", "social_security_location"];

function scopesIn(call: Call): Scope[] {
  const scopes = call.body.management_scope_list;
  if (!Array.isArray(scopes) || scopes.length === 0) throw faulty(call.endpoint, "missing", "management_scope_list");
  for (const scope of scopes as Partial<Scope>[]) {
    if (typeof scope.obj_id !== "string" || scope.obj_id === "") throw faulty(call.endpoint, "missing", "obj_id");
    if (!dimensions.includes(scope.management_dimension ?? "")) {
      throw faulty(call.endpoint, "enum", "management_dimension");
    }
  }
  return scopes as Scope[];
}

/** The holders of a role who have a combination of scopes with all of these objects. */
function holdersOf(world: World, roleId: string, scopes: Scope[]): string[] {
  return derived(world, `assigned ${roleId} ${JSON.stringify(scopes)}`, () => {
    const holds = (holderId: string): boolean => {
      const held = world.company.grantsByHolder.get(holderId)?.get(roleId)?.scopes ?? [];
      return held.some((combination) =>
        scopes.every((scope) =>
          combination.some((part) => part.dimension === scope.management_dimension && part.ids.includes(scope.obj_id)),
        ),
      );
    };
    return [...(world.company.holdersByRole.get(roleId) ?? [])].filter(holds).sort();
  });
}

/** The same scopes with the first department's parent; null if it has none. */
function scopesAbove(world: World, scopes: Scope[]): Scope[] | null {
  const [first, ...rest] = scopes;
  const above = first && world.company.departmentById.get(first.obj_id)?.parentId;
  return above ? [{ management_dimension: "department", obj_id: above }, ...rest] : null;
}

function searchScopes(
  world: World,
  roleId: string,
  scopes: Scope[],
  climbs: boolean,
): { ids: string[]; scopes: Scope[] } {
  const ids = holdersOf(world, roleId, scopes);
  const above = climbs && ids.length === 0 ? scopesAbove(world, scopes) : null;
  return above === null ? { ids, scopes } : searchScopes(world, roleId, above, climbs);
}

function disagreeing(world: World, ids: string[]): string[] {
  if (world.quirks.secondPathDisagrees === "missing") return ids.slice(1);
  const stranger = world.company.backgroundHolders.find((id) => !ids.includes(id));
  return world.quirks.secondPathDisagrees === "extra" && stranger !== undefined ? [...ids, stranger] : ids;
}

function pageSizeIn(call: Call): number {
  const value = requiredText(call, "page_size");
  if (!/^\d+$/.test(value)) throw faulty(call.endpoint, "type", "page_size");
  if (Number(value) < 1 || Number(value) > 100) throw faulty(call.endpoint, "range", "page_size");
  return Number(value);
}

function checkedRole(world: World, call: Call): string {
  const roleId = requiredText(call, "role_id");
  const role = world.company.roleById.get(roleId);
  if (role?.kind !== "organisational") throw faulty(call.endpoint, "missing", "role_id");
  return roleId;
}

/** `POST corehr/v1/assigned_users/search`: holders of an organisational role in a scope; `page_size` is a string. */
export function searchAssignedUsers(world: World, call: Call): unknown {
  const idType = userIdType(call, "people_corehr_id");
  const roleId = checkedRole(world, call);
  const method = requiredText(call, "search_method");
  if (method !== "1" && method !== "2") throw faulty(call.endpoint, "enum", "search_method");
  const asked = scopesIn(call);
  const size = pageSizeIn(call);
  const token = call.body.page_token;
  const position = positionOf(world, call, token);
  if (position.isEmptyPage) return emptyPage(position);
  const found = searchScopes(world, roleId, asked, method === "2");
  const shown = disagreeing(world, found.ids).filter((id) => {
    const employee = employeeOf(world.company, id);
    return employee !== undefined && !(world.quirks.onTheJobRange && hasLeft(employee, world.now()));
  });
  const { page, next } = sliceAfter(shown, position.cursor, size);
  const items = page.map((id) => ({ employment_id: toIdType(id, idType), management_scope_list: found.scopes }));
  return pageOf(world, { token, items, next });
}
