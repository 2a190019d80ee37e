import { employeeOf, type Grant } from "../company/company.ts";
import { fromIdType, type UserIdType } from "../company/ids.ts";
import { emptyPage, pageOf, positionOf, sliceAfter } from "./pages.ts";
import { knownIds, pageSizeInQuery, queryList, requiredQuery, userIdType } from "./parameters.ts";
import { faulty } from "./refusal.ts";
import { detailShape, shownId } from "./shapes.ts";
import { mayHold, type Reading, visibleGrants } from "./visible-grants.ts";
import { type Call, derived, type Handler, type World } from "./world.ts";

const mostPerPage = 20;

type Filters = { roleIds: Set<string>; holderIds: string[] | null; fromS: number; untilS: number };

/** What the pages walk: ids in an order that stays, each with a cursor that stays while the company changes. */
type Walk = { ids: readonly string[]; cursorAt(place: number): number; placeAfter(cursor: number): number };

const inOrderOf = (ids: readonly string[]): Walk => ({
  ids,
  cursorAt: (place) => place,
  placeAfter: (cursor) => cursor + 1,
});

const holdersOfRoles = (world: World, roleIds: Set<string>): string[] =>
  derived(world, `holders of ${[...roleIds].sort().join(" ")}`, () => {
    const holders = new Set([...roleIds].flatMap((roleId) => [...(world.company.holdersByRole.get(roleId) ?? [])]));
    const positionOfHolder = (id: string): number => world.company.positionById.get(id) ?? -1;
    return [...holders].sort((left, right) => positionOfHolder(left) - positionOfHolder(right));
  });

/** Holders come and go while a listing is paged, so that their cursor is the place in the staff list. */
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

/** The vendor's documentation leaves open what pages walk; see the quirks. */
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

const passes = (filters: Filters, grant: Grant): boolean =>
  (filters.roleIds.size === 0 || filters.roleIds.has(grant.roleId)) &&
  (grant.grantedAtS ?? filters.fromS) >= filters.fromS &&
  (grant.grantedAtS ?? filters.untilS) <= filters.untilS;

type Item = { employment_id: string; permission_detail_list: ReturnType<typeof detailShape>[] };

function itemsOf(world: World, ids: readonly string[], filters: Filters, idType: UserIdType): Item[] {
  const reading: Reading = filters.holderIds === null ? "listing" : "byId";
  const items: Item[] = [];
  for (const id of ids) {
    const grants = mayHold(world, id)
      ? visibleGrants(world, id, reading).filter((grant) => passes(filters, grant))
      : [];
    if (grants.length === 0) continue;
    const details = grants.map((grant) => detailShape(world.company, grant, world.quirks));
    items.push({ employment_id: shownId(id, idType), permission_detail_list: details });
  }
  return world.quirks.duplicateEntries ? doubled(items) : items;
}

/** The second showing of a grant is a day older than the first. */
function doubled(items: Item[]): Item[] {
  const [first] = items;
  const detail = first?.permission_detail_list[0];
  if (first === undefined || detail === undefined) return items;
  const older = detail.update_time === undefined ? {} : { update_time: String(Number(detail.update_time) - 86_400) };
  first.permission_detail_list.push({ ...detail, ...older });
  return [...items, { ...first }];
}

/** `GET corehr/v1/authorizations/query`: grants by employee, at most 20 employees a page. */
export const queryAuthorizations: Handler = (world, call) => {
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
};

/** `GET corehr/v1/authorizations/get_by_param`: grants of one employee; somebody who holds nothing has an empty list. */
export const getAuthorizationsByParam: Handler = (world, call) => {
  const asked = requiredQuery(call, "employment_id");
  const id = fromIdType(asked, userIdType(call, "people_corehr_id"));
  if (id === null || employeeOf(world.company, id) === undefined)
    throw faulty(call.endpoint, "missing", "employment_id");
  const details = visibleGrants(world, id, "byId").map((grant) => detailShape(world.company, grant, null));
  return { role_authorization: { employment_id: asked, permission_detail_list: details } };
};
