import { type Company, type Employee, employeeOf, hasLeft } from "../company/company.ts";
import { toIdType } from "../company/ids.ts";
import { type IdTypes, languages } from "./organisation.ts";
import {
  bodyList,
  departmentIdType,
  emptyPage,
  knownIds,
  pageOf,
  pageSizeInQuery,
  positionOf,
  sliceAfter,
  userIdType,
} from "./parameters.ts";
import { faulty, Refusal } from "./refusal.ts";
import { type Call, derived, type World } from "./world.ts";

// The vendor's employee calls. Above 300 lines, as they share one shape and one filter.

function idTypesOf(call: Call): IdTypes {
  return { user: userIdType(call, "open_id"), department: departmentIdType(call) };
}

function isReadable(world: World, employee: Employee): boolean {
  return !employee.isUnreadable && !(world.quirks.onTheJobRange && hasLeft(employee, world.now()));
}

function employeesOf(world: World, ids: readonly string[]): Employee[] {
  return [...new Set(ids)].map((id) => employeeOf(world.company, id)).filter((employee) => employee !== undefined);
}

/** Refuses the whole batch if it names an employment outside the app's data range. */
export function refuseOutsideRange(world: World, ids: readonly string[]): void {
  const outside = ids.filter((id) => world.quirks.outsideDataRange.includes(id));
  if (outside.length === 0) return;
  // Only the message says which ids the batch is refused for.
  throw new Refusal(403, 1160104, `No authority error: [${outside.join(",")}]`);
}

/** The employments that a call selects by id, by person or by e-mail: the first list that is not empty counts. */
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

/** `POST corehr/v2/employees/batch_get`: employments by id, person or e-mail. Unknown employments are absent. */
export function batchGetEmployees(world: World, call: Call): unknown {
  const types = idTypesOf(call);
  const fields = bodyList(call, "fields");
  const readable = selected(world, call, types).filter((employee) => isReadable(world, employee));
  const shown = readable.filter((employee) => !world.quirks.outsideDataRange.includes(employee.id));
  return { items: shown.map((employee) => employeeShape(world, employee, fields, types)) };
}

function emailOf({ quirks }: World, { id, email }: Employee): string {
  return quirks.otherFields[id]?.email_address ?? email;
}

function numberOf({ quirks }: World, { id, number }: Employee): string {
  return quirks.otherFields[id]?.employee_number ?? number;
}

type Filter = (employee: Employee) => boolean;

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

type Period = { first: string; last: string };

/** The period of hire that a call filters by, both days included. A start without an end is refused. */
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

/**
 * Employments that began in the period, by binary search in a list sorted by day: a client asks for hundreds of
 * periods.
 */
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
  const numbers = bodyList(call, "employee_number_list");
  const known = new Set(knownIds(ids, types.user));
  const knownDepartments = new Set(knownIds(departmentIds, types.department));
  return [
    (employee) => status === undefined || hasLeft(employee, world.now()) === (status === "terminated"),
    (employee) => ids.length === 0 || known.has(employee.id),
    (employee) => departmentIds.length === 0 || knownDepartments.has(employee.departmentId),
    (employee) => emails.length === 0 || emails.includes(emailOf(world, employee)),
    (employee) => numbers.length === 0 || numbers.includes(numberOf(world, employee)),
    (employee) => isReadable(world, employee) && !world.quirks.outsideDataRange.includes(employee.id),
  ];
}

function foundIds(world: World, call: Call, types: IdTypes): string[] {
  const filters = filtersOf(world, call, types);
  const period = hirePeriodOf(call);
  const { page_token: _token, fields: _fields, ...criteria } = call.body;
  const { onTheJobRange, outsideDataRange, otherFields } = world.quirks;
  const hour = Math.floor(world.now() / 3_600_000);
  const key = `found ${hour} ${types.user} ${types.department} ${JSON.stringify([criteria, onTheJobRange, outsideDataRange, otherFields])}`;
  return derived(world, key, () =>
    (period ? hiredIn(world, period) : world.company.employees)
      .filter((employee) => filters.every((filter) => filter(employee)))
      .map(({ id }) => id),
  );
}

/** `POST corehr/v2/employees/search`: employments by filters, all of which must match; `page_size` is a number. */
export function searchEmployees(world: World, call: Call): unknown {
  const types = idTypesOf(call);
  const size = pageSizeInQuery(call, null, 100);
  const fields = bodyList(call, "fields");
  const token = call.query.get("page_token");
  const position = positionOf(world, call, token);
  if (position.isEmptyPage) return emptyPage(position);
  const { page, next } = sliceAfter(foundIds(world, call, types), position.cursor, size);
  const items = employeesOf(world, page).map((employee) => ({
    ...employeeShape(world, employee, fields, types),
    ...(world.quirks.emptyIds.includes(employee.id) ? { employment_id_v2: "" } : {}),
  }));
  return pageOf(world, { token, items, next });
}

/** The days that a call filters the last days by, both included. Half a range is refused. */
function lastDaysOf(call: Call): Period | null {
  const { offboarding_date_start: first, offboarding_date_end: last } = call.body;
  if (first === undefined && last === undefined) return null;
  for (const [name, day] of Object.entries({ offboarding_date_start: first, offboarding_date_end: last })) {
    if (day === undefined) throw faulty(call.endpoint, "missing", name);
    if (typeof day !== "string" || !dayPattern.test(day)) throw faulty(call.endpoint, "type", name);
  }
  return { first: first as string, last: last as string };
}

/** A last day of 9999-12-31 is none. */
const withoutEnd = "2999";

const offboardingStatuses = ["Approving", "Approved", "Offboarded", "Rejected", "Withdrawn", "NoNeedApproval"];

function offboardingStatusOf(world: World, employee: Employee): string {
  return hasLeft(employee, world.now()) ? "Offboarded" : "Approved";
}

/** `POST corehr/v1/offboardings/search`: who leaves or left, by their ids, by their last day, and by how far it is. */
export function searchOffboardings(world: World, call: Call): unknown {
  const user = userIdType(call, "open_id");
  const size = pageSizeInQuery(call, null, 100);
  const ids = bodyList(call, "employment_ids");
  const statuses = bodyList(call, "statuses", 10);
  if (statuses.some((one) => !offboardingStatuses.includes(one))) throw faulty(call.endpoint, "enum", "statuses");
  const known = new Set(knownIds(ids, user));
  const period = lastDaysOf(call);
  const token = call.query.get("page_token");
  const position = positionOf(world, call, token);
  if (position.isEmptyPage) return emptyPage(position);
  const found = world.company.employees.filter(
    (employee) =>
      employee.lastDay !== null &&
      employee.lastDay < withoutEnd &&
      (ids.length === 0 || known.has(employee.id)) &&
      (period === null || (employee.lastDay >= period.first && employee.lastDay <= period.last)) &&
      (statuses.length === 0 || statuses.includes(offboardingStatusOf(world, employee))) &&
      isReadable(world, employee) &&
      !world.quirks.outsideDataRange.includes(employee.id),
  );
  const { page, next } = sliceAfter(found, position.cursor, size);
  const items = page.map((employee) => ({
    initiating_type: "offboarding_directly",
    status: offboardingStatusOf(world, employee),
    offboarding_id: employee.id.replace(/^6/, "7"),
    offboarding_info: {
      employment_id: world.quirks.emptyIds.includes(employee.id) ? "" : toIdType(employee.id, user),
      offboarding_date: employee.lastDay,
    },
  }));
  return pageOf(world, { token, items, next });
}

function enumeration(name: string, zh: string, en: string) {
  return { enum_name: name, display: languages({ zh, en }) };
}

type Reader = (world: World, employee: Employee, types: IdTypes) => Record<string, unknown>;

function both(field: string, value: string | null): Record<string, unknown> {
  return value === null ? {} : { [field]: value, [`${field}_v2`]: value };
}

function person(fields: Record<string, unknown>): Record<string, unknown> {
  return { person_info: fields };
}

function managerOf(company: Company, employee: Employee): Employee | undefined {
  return employee.managerId === null ? undefined : employeeOf(company, employee.managerId);
}

const departmentName: Reader = (world, employee, types) => {
  const department = world.company.departmentById.get(employee.departmentId);
  if (department === undefined) return {};
  const id = toIdType(department.id, types.department);
  return { department: { id, id_v2: id, department_name: languages(department.name) } };
};

const status: Reader = (world, employee) => ({
  employment_status:
    hasLeft(employee, world.now()) && !world.quirks.shownAsHired.includes(employee.id)
      ? enumeration("terminated", "离职", "Terminated")
      : enumeration("hired", "在职", "Hired"),
});

/** What each value of `fields` adds to the answer. A field without a value is left out. */
const readerByField: Record<string, Reader> = {
  employment_id: (_world, employee, types) => both("employment_id", toIdType(employee.id, types.user)),
  employment_status: status,
  expiration_date: (_world, employee) => (employee.lastDay === null ? {} : { expiration_date: employee.lastDay }),
  effective_date: (_world, employee) => ({ effective_date: employee.hiredOn }),
  employee_number: (world, employee) => ({ employee_number: numberOf(world, employee) }),
  employment_type: () => ({ employment_type: enumeration("regular", "全职", "Regular") }),
  past_offboarding: (world, employee) => ({ past_offboarding: hasLeft(employee, world.now()) }),
  primary_employment: () => ({ primary_employment: true }),
  department_id: (_world, employee, types) => both("department_id", toIdType(employee.departmentId, types.department)),
  "department.name": departmentName,
  "department.department_name": departmentName,
  direct_manager_id: (_world, employee, types) =>
    both("direct_manager_id", employee.managerId === null ? null : toIdType(employee.managerId, types.user)),
  "direct_manager.email_address": (world, employee) => {
    const manager = managerOf(world.company, employee);
    return manager === undefined ? {} : { direct_manager: { email_address: manager.email } };
  },
  "person_info.person_id": (_world, employee) => person({ person_id: employee.personId }),
  "person_info.preferred_name": (_world, employee) => person({ preferred_name: employee.name }),
  email_address: (world, employee) => ({ email_address: emailOf(world, employee) }),
  company_id: (_world, employee) => ({ company_id: employee.companyId }),
  work_location_id: (_world, employee) => ({ work_location_id: employee.locationId }),
  rehire: (_world, employee) => ({
    rehire: employee.rehireOf === null ? enumeration("no", "否", "No") : enumeration("yes", "是", "Yes"),
  }),
  // Always an employment id, whatever the user_id_type is.
  rehire_employment_id: (world, employee) =>
    employee.rehireOf === null || world.quirks.rehires === "unlinked"
      ? {}
      : { rehire_employment_id: employee.rehireOf },
};

/** An employee with the fields that were asked for, and always with its `employment_id`. */
function employeeShape(world: World, employee: Employee, fields: string[], types: IdTypes) {
  const shape: Record<string, unknown> = { employment_id: toIdType(employee.id, types.user) };
  if (fields.length > 0) shape.employment_id_v2 = shape.employment_id;
  const { withheldFields } = world.quirks;
  const isWithheld = (field: string): boolean =>
    (withheldFields[field] ?? []).some((id) => id === "*" || id === employee.id);
  for (const field of fields) {
    if (isWithheld(field)) continue;
    for (const [key, value] of Object.entries(readerByField[field]?.(world, employee, types) ?? {})) {
      const isNested = key === "person_info" || key === "direct_manager" || key === "department";
      shape[key] = isNested ? { ...(shape[key] as object | undefined), ...(value as object) } : value;
    }
  }
  return shape;
}
