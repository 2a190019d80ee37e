import { type Company, employeeOf, type Grant, hasLeft, type Scopes } from "../company/company.ts";
import { fromIdType, toIdType, type UserIdType } from "../company/ids.ts";
import type { Quirks } from "../quirks.ts";
import {
  emptyPage,
  knownIds,
  pageOf,
  pageSizeInQuery,
  positionOf,
  queryList,
  requiredQuery,
  sliceAfter,
  userIdType,
} from "./parameters.ts";
import { faulty } from "./refusal.ts";
import { briefRole, roleShape } from "./roles.ts";
import { type Call, derived, type World } from "./world.ts";

const mostPerPage = 20;

type Filters = { roleIds: Set<string>; holderIds: string[] | null; fromS: number; untilS: number };

/** The ids that a listing pages through, in a stable order. A cursor stays valid while the company changes. */
type Walk = { ids: readonly string[]; cursorAt(place: number): number; placeAfter(cursor: number): number };

function inOrderOf(ids: readonly string[]): Walk {
  return {
    ids,
    cursorAt: (place) => place,
    placeAfter: (cursor) => cursor + 1,
  };
}

function holdersOfRoles(world: World, roleIds: Set<string>): string[] {
  return derived(world, `holders of ${[...roleIds].sort().join(" ")}`, () => {
    const holders = new Set([...roleIds].flatMap((roleId) => [...(world.company.holdersByRole.get(roleId) ?? [])]));
    const positionOfHolder = (id: string): number => world.company.positionById.get(id) ?? -1;
    return [...holders].sort((left, right) => positionOfHolder(left) - positionOfHolder(right));
  });
}

/** The cursor is the index in the staff list, because holders come and go between two pages. */
function inStaffOrder(world: World, ids: readonly string[]): Walk {
  const cursorAt = (place: number): number => world.company.positionById.get(ids[place] ?? "") ?? -1;
  return {
    ids,
    cursorAt,
    placeAfter: (cursor) => {
      let low = 0;
      let high = ids.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (cursorAt(middle) <= cursor) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

/** The vendor's documentation does not say which ids pages go through. Quirks choose. */
function walkOf(world: World, filters: Filters): Walk {
  if (filters.holderIds !== null) {
    const skips = world.quirks.employeeFilterSkipsNonHolders;
    return skips
      ? inStaffOrder(world, sortedHolders(world, filters.holderIds))
      : inOrderOf(filters.holderIds.filter((id) => employeeOf(world.company, id) !== undefined));
  }
  if (filters.roleIds.size > 0 && world.quirks.roleFilterNarrows) {
    return inStaffOrder(world, holdersOfRoles(world, filters.roleIds));
  }
  return inOrderOf(derived(world, "staff", () => world.company.employees.map((employee) => employee.id)));
}

function sortedHolders(world: World, ids: string[]): string[] {
  const positionOfHolder = (id: string): number => world.company.positionById.get(id) ?? -1;
  return [...new Set(ids)]
    .filter((id) => mayHold(world, id))
    .sort((left, right) => positionOfHolder(left) - positionOfHolder(right));
}

function instantInQuery(call: Call, field: string, usual: number): number {
  const value = call.query.get(field);
  if (value === null || value === "") return usual;
  if (!/^\d+$/.test(value)) throw faulty(call.endpoint, "type", field);
  return Number(value);
}

function filtersOf(call: Call, idType: UserIdType): Filters {
  const holderIds = queryList(call, "employment_id_list", 100);
  return {
    roleIds: new Set(queryList(call, "role_id_list", 100)),
    holderIds: holderIds.length === 0 ? null : knownIds(holderIds, idType),
    fromS: instantInQuery(call, "updated_at_gte", Number.NEGATIVE_INFINITY),
    untilS: instantInQuery(call, "updated_at_lte", Number.POSITIVE_INFINITY),
  };
}

function passesFilters(filters: Filters, grant: Grant): boolean {
  return (
    (filters.roleIds.size === 0 || filters.roleIds.has(grant.roleId)) &&
    (grant.grantedAtS ?? filters.fromS) >= filters.fromS &&
    (grant.grantedAtS ?? filters.untilS) <= filters.untilS
  );
}

const dimensionNames: Record<string, { zh_cn: string; en_us: string }> = {
  department: { zh_cn: "部门", en_us: "department" },
  work_location: { zh_cn: "工作地点", en_us: "work location" },
  company: { zh_cn: "公司", en_us: "company" },
};

/** Scopes in the form of the read calls. */
function organisations(scopes: Scopes) {
  return scopes.map((combination) =>
    combination.map(({ dimension, ids }) => ({
      org_key: dimension,
      org_name: dimensionNames[dimension] ?? { zh_cn: dimension, en_us: dimension },
      org_id_list: ids,
    })),
  );
}

function ruleValue(type: number, value: string) {
  return { type, value, lookup_value: "1", lookup_type: "user" };
}

function grantorRules(ruleType: number) {
  return [
    {
      rule_dimension: { entity_key: "user", entity_name: { zh_cn: "员工", en_us: "User" } },
      rule_type: ruleType,
      expression: {
        conditions: [
          { left: ruleValue(0, "employee_type"), right: ruleValue(0, "regular"), operator: 1, right_value_type: 1 },
        ],
        logic_expression: "1",
      },
    },
  ];
}

/** A grant in the form of both read calls. Only `authorizations/query` (with `quirks`) shows the whole role. */
function detailShape(company: Company, grant: Grant, quirks: Quirks | null) {
  const role = company.roleById.get(grant.roleId);
  if (role === undefined) throw new Error("Cannot show a grant as its role does not exist");
  return {
    role: quirks === null ? briefRole(role) : roleShape(company, role, "queryPage", quirks),
    assigned_organization_list: grant.scopes === null ? null : organisations(grant.scopes),
    grantor_rule_list: grant.ruleType === null ? null : grantorRules(grant.ruleType),
    ...(grant.grantedAtS === null ? {} : { update_time: String(grant.grantedAtS) }),
  };
}

type Item = { employment_id: string; permission_detail_list: ReturnType<typeof detailShape>[] };

function itemsOf(world: World, ids: readonly string[], filters: Filters, idType: UserIdType): Item[] {
  const reading: Reading = filters.holderIds === null ? "listing" : "byId";
  const items: Item[] = [];
  for (const id of ids) {
    const grants = mayHold(world, id)
      ? visibleGrants(world, id, reading).filter((grant) => passesFilters(filters, grant))
      : [];
    if (grants.length === 0) continue;
    const details = grants.map((grant) => detailShape(world.company, grant, world.quirks));
    const shown = world.quirks.emptyIds.includes(id) ? "" : toIdType(id, idType);
    items.push({ employment_id: shown, permission_detail_list: details });
  }
  return world.quirks.duplicateEntries ? doubled(items) : items;
}

/** The items with their first grant and first employee twice. The second copy of the grant is a day older. */
function doubled(items: Item[]): Item[] {
  const [first] = items;
  const detail = first?.permission_detail_list[0];
  if (first === undefined || detail === undefined) return items;
  const older = detail.update_time === undefined ? {} : { update_time: String(Number(detail.update_time) - 86_400) };
  first.permission_detail_list.push({ ...detail, ...older });
  return [...items, { ...first }];
}

/** `GET corehr/v1/authorizations/query`: grants by employee, at most 20 employees a page. */
export function queryAuthorizations(world: World, call: Call): unknown {
  const size = pageSizeInQuery(call, mostPerPage, mostPerPage);
  const idType = userIdType(call, "people_corehr_id");
  const filters = filtersOf(call, idType);
  const token = call.query.get("page_token");
  const position = positionOf(world, call, token);
  if (position.isEmptyPage) return emptyPage(position);
  const walk = walkOf(world, filters);
  const { page, next } = sliceAfter(walk.ids, walk.placeAfter(position.cursor) - 1, size);
  const shown = new Set(filters.holderIds ?? page);
  world.repeats.looked((key) => shown.has(key.split(":")[0] ?? ""));
  const items = itemsOf(world, page, filters, idType);
  return pageOf(world, { token, items, next: next === null ? null : walk.cursorAt(next) });
}

/** `GET corehr/v1/authorizations/get_by_param`: grants of one employee, perhaps none. */
export function getAuthorizationsByParam(world: World, call: Call): unknown {
  const asked = requiredQuery(call, "employment_id");
  const id = fromIdType(asked, userIdType(call, "people_corehr_id"));
  if (id === null || employeeOf(world.company, id) === undefined)
    throw faulty(call.endpoint, "missing", "employment_id");
  const details = visibleGrants(world, id, "byId").map((grant) => detailShape(world.company, grant, null));
  return { role_authorization: { employment_id: asked, permission_detail_list: details } };
}

/** How a read chooses holders. A listing is not asked for holders by id, and may hide leavers. */
type Reading = "listing" | "byId";

/** Grants as they were before a write, as this read still shows them. Each read counts down how often they are shown. */
function ghostsOf(world: World, holderId: string): { grant: Grant; isFormer?: true }[] {
  const ghosts = world.ghostsByHolder.get(holderId);
  if (ghosts === undefined) return [];
  const shown = ghosts.filter((ghost) => ghost.readsLeft > 0);
  for (const ghost of shown) ghost.readsLeft -= 1;
  if (shown.length === 0) world.ghostsByHolder.delete(holderId);
  return shown;
}

/** Whether the app's data range shows this holder at all. */
function isInRange(world: World, holderId: string, reading: Reading): boolean {
  const employee = employeeOf(world.company, holderId);
  if (employee === undefined) return false;
  const isHiding = world.quirks.onTheJobRange || (world.quirks.leaversHidden && reading === "listing");
  return !isHiding || !hasLeft(employee, world.now());
}

/** The grants of a holder that a read shows. */
function visibleGrants(world: World, holderId: string, reading: Reading): Grant[] {
  if (!isInRange(world, holderId, reading)) return [];
  const held = [...(world.company.grantsByHolder.get(holderId)?.values() ?? [])];
  const ghosts = ghostsOf(world, holderId);
  const former = new Map(ghosts.flatMap(({ grant, isFormer }) => (isFormer ? [[grant.roleId, grant]] : [])));
  const removed = ghosts.filter((ghost) => !held.some((grant) => grant.roleId === ghost.grant.roleId));
  const all = [...held.map((grant) => former.get(grant.roleId) ?? grant), ...removed.map(({ grant }) => grant)];
  const missed = world.quirks.listingMissesGrant;
  if (reading === "byId" || missed.length === 0) return all;
  return all.filter((grant) => !missed.includes(holderId) && !missed.includes(`${holderId}:${grant.roleId}`));
}

/** Whether a holder has grants to show. Unlike `visibleGrants`, it does not count as a read of removed grants. */
function mayHold(world: World, holderId: string): boolean {
  return world.company.grantsByHolder.has(holderId) || world.ghostsByHolder.has(holderId);
}
