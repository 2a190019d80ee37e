import { hasLeft } from "../company/calendar.ts";
import { type Company, type Employee, employeeOf, type Text } from "../company/company.ts";
import { type DepartmentIdType, toIdType, type UserIdType } from "../company/ids.ts";
import type { World } from "./world.ts";

/** In which id types an answer speaks. */
export type IdTypes = { user: UserIdType; department: DepartmentIdType };

/** A text as organisation and employee objects give it. */
export const languages = (text: Text) => [
  { lang: "zh-CN", value: text.zh },
  { lang: "en-US", value: text.en },
];

const enumeration = (name: string, zh: string, en: string) => ({ enum_name: name, display: languages({ zh, en }) });

type Reader = (world: World, employee: Employee, types: IdTypes) => Record<string, unknown>;

const both = (field: string, value: string | null): Record<string, unknown> =>
  value === null ? {} : { [field]: value, [`${field}_v2`]: value };

const person = (fields: Record<string, unknown>): Record<string, unknown> => ({ person_info: fields });

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
  employment_status: hasLeft(employee, world.now())
    ? enumeration("terminated", "离职", "Terminated")
    : enumeration("hired", "在职", "Hired"),
});

/** What each value of `fields` brings; a field that has no value, or that the app may not see, is left out. */
const readerByField: Record<string, Reader> = {
  employment_id: (_world, employee, types) => both("employment_id", toIdType(employee.id, types.user)),
  employment_status: status,
  expiration_date: (_world, employee) => (employee.lastDay === null ? {} : { expiration_date: employee.lastDay }),
  effective_date: (_world, employee) => ({ effective_date: employee.hiredOn }),
  employee_number: (_world, employee) => ({ employee_number: employee.number }),
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
  email_address: (_world, employee) => ({ email_address: employee.email }),
  company_id: (_world, employee) => ({ company_id: employee.companyId }),
  work_location_id: (_world, employee) => ({ work_location_id: employee.locationId }),
  rehire: (_world, employee) => ({
    rehire: employee.rehireOf === null ? enumeration("no", "否", "No") : enumeration("yes", "是", "Yes"),
  }),
  // Does not follow user_id_type.
  rehire_employment_id: (world, employee) =>
    employee.rehireOf === null || world.quirks.rehires === "unlinked"
      ? {}
      : { rehire_employment_id: employee.rehireOf },
};

/** An employee with the fields that were asked for; none asked for: only its `employment_id`. */
export function employeeShape(world: World, employee: Employee, fields: string[], types: IdTypes) {
  const shape: Record<string, unknown> = { employment_id: toIdType(employee.id, types.user) };
  if (fields.length > 0) shape.employment_id_v2 = shape.employment_id;
  for (const field of fields) {
    for (const [key, value] of Object.entries(readerByField[field]?.(world, employee, types) ?? {})) {
      const isNested = key === "person_info" || key === "direct_manager" || key === "department";
      shape[key] = isNested ? { ...(shape[key] as object | undefined), ...(value as object) } : value;
    }
  }
  return shape;
}
