import { hasLeft } from "../company/calendar.ts";
import { type Employee, employeeOf } from "../company/company.ts";
import { employeeShape, type IdTypes } from "./employee-shape.ts";
import { emptyPage, pageOf, positionOf, sliceAfter } from "./pages.ts";
import { bodyList, departmentIdType, knownIds, pageSizeInQuery, userIdType } from "./parameters.ts";
import { faulty, Refusal } from "./refusal.ts";
import { type Call, derived, type Handler, type World } from "./world.ts";

const idTypesOf = (call: Call): IdTypes => ({ user: userIdType(call, "open_id"), department: departmentIdType(call) });

function isReadable(world: World, employee: Employee): boolean {
  return !employee.isUnreadable && !(world.quirks.onTheJobRange && hasLeft(employee, world.now()));
}

const employeesOf = (world: World, ids: readonly string[]): Employee[] =>
  [...new Set(ids)].map((id) => employeeOf(world.company, id)).filter((employee) => employee !== undefined);

/** Refuses a whole batch because of those in it whom the app may not see. */
export function refuseOutsideRange(world: World, ids: readonly string[]): void {
  const outside = ids.filter((id) => world.quirks.outsideDataRange.includes(id));
  if (outside.length === 0) return;
  // The whole batch fails, and the message is the only place that says because of whom.
  throw new Refusal(403, 1160104, `No authority error: [${outside.join(",")}]`);
}

/** The first of the three selections that is not empty counts. */
function selected(world: World, call: Call, types: IdTypes): Employee[] {
  const ids = bodyList(call, "employment_ids");
  const personIds = bodyList(call, "person_ids");
  const emails = bodyList(call, "work_emails");
  if (ids.length > 0) {
    const known = knownIds(ids, types.user);
    refuseOutsideRange(world, known);
    return employeesOf(world, known);
  }
  if (personIds.length > 0) {
    return employeesOf(
      world,
      personIds.flatMap((id) => world.company.employmentsByPerson.get(id) ?? []),
    );
  }
  if (emails.length === 0) throw faulty(call.endpoint, "missing", "employment_ids");
  return world.company.employees.filter((employee) => emails.includes(employee.email));
}

/** `POST corehr/v2/employees/batch_get`: employments by id, person or e-mail; who is not found is just absent. */
export const batchGetEmployees: Handler = (world, call) => {
  const types = idTypesOf(call);
  const fields = bodyList(call, "fields");
  const readable = selected(world, call, types).filter((employee) => isReadable(world, employee));
  const shown = readable.filter((employee) => !world.quirks.outsideDataRange.includes(employee.id));
  return { items: shown.map((employee) => employeeShape(world, employee, fields, types)) };
};

type Filter = (employee: Employee) => boolean;

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

type Period = { first: string; last: string };

/** Both days are included; the start is refused without the end. */
function hirePeriodOf(call: Call): Period | null {
  const { effective_time_start: from, effective_time_end: until } = call.body;
  if (from !== undefined && until === undefined) throw faulty(call.endpoint, "missing", "effective_time_end");
  for (const day of [from, until]) {
    if (day !== undefined && (typeof day !== "string" || !dayPattern.test(day))) {
      throw faulty(call.endpoint, "type", "effective_time");
    }
  }
  if (until === undefined) return null;
  return { first: (from as string | undefined) ?? "", last: until as string };
}

/** Whoever was hired in the period: found in a list by day, as hundreds of periods must not cost hundreds of walks past everybody. */
function hiredIn(world: World, { first, last }: Period): Employee[] {
  const byDay = derived(world, "by day of hire", () =>
    world.company.employees.toSorted((a, b) => (a.hiredOn < b.hiredOn ? -1 : 1)).map(({ id }) => id),
  );
  const dayAt = (place: number): string => employeeOf(world.company, byDay[place]!)!.hiredOn;
  const placeWhere = (isThere: (day: string) => boolean): number => {
    let [low, high] = [0, byDay.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isThere(dayAt(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const ids = byDay.slice(
    placeWhere((day) => day >= first),
    placeWhere((day) => day > last),
  );
  return employeesOf(world, ids);
}

function filtersOf(world: World, call: Call, types: IdTypes): Filter[] {
  const status = call.body.employment_status;
  if (status !== undefined && status !== "hired" && status !== "terminated") {
    throw faulty(call.endpoint, "enum", "employment_status");
  }
  const ids = bodyList(call, "employment_id_list");
  const departmentIds = bodyList(call, "department_id_list");
  const emails = bodyList(call, "email_address_list");
  const known = new Set(knownIds(ids, types.user));
  const knownDepartments = new Set(knownIds(departmentIds, types.department));
  return [
    (employee) => status === undefined || hasLeft(employee, world.now()) === (status === "terminated"),
    (employee) => ids.length === 0 || known.has(employee.id),
    (employee) => departmentIds.length === 0 || knownDepartments.has(employee.departmentId),
    (employee) => emails.length === 0 || emails.includes(employee.email),
    (employee) => isReadable(world, employee) && !world.quirks.outsideDataRange.includes(employee.id),
  ];
}

function found(world: World, call: Call, types: IdTypes): string[] {
  const filters = filtersOf(world, call, types);
  const period = hirePeriodOf(call);
  const { page_token: _token, fields: _fields, ...criteria } = call.body;
  const { onTheJobRange, outsideDataRange } = world.quirks;
  const hour = Math.floor(world.now() / 3_600_000);
  const key = `found ${hour} ${types.user} ${types.department} ${JSON.stringify([criteria, onTheJobRange, outsideDataRange])}`;
  return derived(world, key, () =>
    (period ? hiredIn(world, period) : world.company.employees)
      .filter((employee) => filters.every((filter) => filter(employee)))
      .map(({ id }) => id),
  );
}

/** `POST corehr/v2/employees/search`: employments by filters, all of which must match; `page_size` is a number. */
export const searchEmployees: Handler = (world, call) => {
  const types = idTypesOf(call);
  const size = pageSizeInQuery(call, null, 100);
  const fields = bodyList(call, "fields");
  const token = call.query.get("page_token");
  const position = positionOf(world, call, token);
  if (position.isEmptyPage) return emptyPage(position);
  const { page, next } = sliceAfter(found(world, call, types), position.cursor, size);
  const items = employeesOf(world, page).map((employee) => employeeShape(world, employee, fields, types));
  return pageOf(world, { token, items, next });
};
