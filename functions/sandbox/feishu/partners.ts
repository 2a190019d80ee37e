import { employeeOf, hasLeft, nearestPartners } from "../company/company.ts";
import { toIdType } from "../company/ids.ts";
import { refuseOutsideRange } from "./employees.ts";
import {
  bodyList,
  departmentIdType,
  emptyPage,
  knownIds,
  pageOf,
  pageSizeInQuery,
  positionOf,
  requiredText,
  sliceAfter,
  userIdType,
} from "./parameters.ts";
import { faulty } from "./refusal.ts";
import { type Call, derived, type World } from "./world.ts";

/**
 * `POST corehr/v2/employees/bps/batch_get`: the partners of each employee. Employees outside the data range are left
 * out.
 */
export function batchGetEmployeeBps(world: World, call: Call): unknown {
  const type = userIdType(call, "open_id");
  const ids = bodyList(call, "employment_ids");
  if (ids.length === 0) throw faulty(call.endpoint, "length", "employment_ids");
  const { get_all: getAll = false } = call.body;
  if (typeof getAll !== "boolean") throw faulty(call.endpoint, "type", "get_all");
  if (world.quirks.partnerBatchRefuses) refuseOutsideRange(world, knownIds(ids, type));
  const employees = knownIds(ids, type).flatMap((id) => employeeOf(world.company, id) ?? []);
  const shown = employees.filter(
    (employee) =>
      !employee.isUnreadable &&
      !world.quirks.outsideDataRange.includes(employee.id) &&
      !(world.quirks.onTheJobRange && hasLeft(employee, world.now())),
  );
  const direct = shown.map(({ id, departmentId, locationId }) => ({
    employment_id: toIdType(id, type),
    hrbp_ids: nearestPartners(world.company, departmentId).map((partner) => toIdType(partner, type)),
    location_bp_ids: (world.company.partners.byLocation.get(locationId) ?? []).map((partner) =>
      toIdType(partner, type),
    ),
  }));
  // The list of all partners, also from departments further up, needs a permission of its own. Without it the list is
  // absent.
  const mayShowAll = getAll && call.app.scopes.has("corehr:employee.all_bp:read");
  return { employment_direct_bps: direct, ...(mayShowAll ? { employment_all_bps: direct } : {}) };
}

function rowKeys(world: World): string[] {
  return derived(world, "partners", () =>
    [...world.company.partners.byDepartment].flatMap(([id, partners]) => partners.map((partner) => `${id} ${partner}`)),
  );
}

/** `GET corehr/v2/bps`: a row for each department and each of its own HRBPs. */
export function listBps(world: World, call: Call): unknown {
  const [user, department] = [userIdType(call, "open_id"), departmentIdType(call)];
  const size = pageSizeInQuery(call, null, 500);
  const token = call.query.get("page_token");
  const position = positionOf(world, call, token);
  if (position.isEmptyPage) return emptyPage(position);
  const { page, next } = sliceAfter(rowKeys(world), position.cursor, size);
  const items = page.map((key) => {
    const [departmentId = "", partner = ""] = key.split(" ");
    return { department_id: toIdType(departmentId, department), hrbp_id: toIdType(partner, user) };
  });
  return pageOf(world, { token, items, next });
}

/** `POST corehr/v2/bps/get_by_department`: the department and every department above it, each with its own HRBPs. */
export function getBpsByDepartment(world: World, call: Call): unknown {
  const [user, department] = [userIdType(call, "open_id"), departmentIdType(call)];
  const { departmentById, partners } = world.company;
  const [asked] = knownIds([requiredText(call, "department_id")], department);
  const items: unknown[] = [];
  for (let at = departmentById.get(asked ?? ""); at; at = departmentById.get(at.parentId ?? "")) {
    items.push({
      department_id: toIdType(at.id, department),
      hrbp_ids: (partners.byDepartment.get(at.id) ?? []).map((partner) => toIdType(partner, user)),
    });
  }
  if (items.length === 0) throw faulty(call.endpoint, "missing", "department_id");
  return { items };
}

type Place = { role_key: string; department_id: string; work_location_id?: string };

function placesIn(call: Call): Place[] {
  const places = call.body.item_list;
  if (!Array.isArray(places) || places.length === 0) throw faulty(call.endpoint, "missing", "item_list");
  if (places.length > 50) throw faulty(call.endpoint, "length", "item_list");
  for (const { role_key, department_id, work_location_id } of places as Partial<Place>[]) {
    if (role_key !== "hrbp" && role_key !== "location_bp") throw faulty(call.endpoint, "enum", "role_key");
    if (!department_id) throw faulty(call.endpoint, "missing", "department_id");
    if (role_key === "location_bp" && !work_location_id) throw faulty(call.endpoint, "missing", "work_location_id");
  }
  return places as Place[];
}

/** `POST corehr/v1/security_groups/query`: HRBPs of departments and BPs of locations, always by employment id. */
export function querySecurityGroups(world: World, call: Call): unknown {
  // Unlike the calls of v2, this call defaults to CoreHR's own department ids.
  if (!call.query.has("department_id_type")) call.query.set("department_id_type", "people_corehr_department_id");
  const type = departmentIdType(call);
  const { company, quirks } = world;
  const rows = placesIn(call).flatMap(({ role_key, department_id, work_location_id = "" }) => {
    const [departmentId = ""] = knownIds([department_id], type);
    const found =
      role_key === "hrbp"
        ? nearestPartners(company, departmentId)
        : (company.partners.byLocation.get(work_location_id) ?? []);
    if (found.length === 0) return [];
    const root = company.departments[0]?.id ?? "";
    return {
      employment_id_list: quirks.listsWithinText ? [`[${found.map((id) => `'${id}'`).join(",")}]`] : found,
      department_id: quirks.partnersNamedFromAbove ? toIdType(root, type) : department_id,
      ...(role_key === "location_bp" ? { work_location_id } : {}),
    };
  });
  return { hrbp_list: rows };
}
