import type { Company, Department, Place, Text } from "../company/company.ts";
import { type DepartmentIdType, toIdType, type UserIdType } from "../company/ids.ts";
import { bodyList, departmentIdType, knownIds, userIdType } from "./parameters.ts";
import { faulty } from "./refusal.ts";
import type { Call, Handler, World } from "./world.ts";

/** The id types of an answer. */
export type IdTypes = { user: UserIdType; department: DepartmentIdType };

type Reader = (department: Department, types: IdTypes) => unknown;

const beginning = "2020-01-01";
const end = "9999-12-31";
const noText = { zh: "", en: "" };

/** A text in the form of organisation and employee objects. */
export function languages(text: Text) {
  return [
    { lang: "zh-CN", value: text.zh },
    { lang: "en-US", value: text.en },
  ];
}

/** Department fields by name; an absent value is left out. */
const departmentReaders: Record<string, Reader> = {
  version_id: ({ id }) => `${id.slice(0, -1)}1`,
  department_name: ({ name }) => languages(name),
  parent_department_id: ({ parentId }, types) => (parentId === null ? undefined : toIdType(parentId, types.department)),
  manager: ({ managerId }, types) => (managerId === null ? undefined : toIdType(managerId, types.user)),
  code: ({ code }) => code,
  effective_date: () => beginning,
  expiration_date: () => end,
  active: ({ isActive }) => isActive,
  description: () => languages(noText),
};

function departmentShape(department: Department, fields: string[], types: IdTypes): Record<string, unknown> {
  const shape: Record<string, unknown> = {
    id: toIdType(department.id, types.department),
    is_root: department.parentId === null,
  };
  for (const field of fields) {
    const value = departmentReaders[field]?.(department, types);
    if (value !== undefined) shape[field] = value;
  }
  return shape;
}

/** `POST corehr/v2/departments/batch_get`: departments by id or name; none if the call names neither. */
export function batchGetDepartments({ company, quirks }: World, call: Call): unknown {
  const types = { user: userIdType(call, "open_id"), department: departmentIdType(call) };
  const ids = bodyList(call, "department_id_list");
  const names = bodyList(call, "department_name_list");
  const fields = bodyList(call, "fields");
  const byId = knownIds(ids, types.department).map((id) => company.departmentById.get(id));
  const candidates =
    ids.length > 0 ? byId.filter((found) => found !== undefined) : names.length > 0 ? company.departments : [];
  const isNamed = (department: Department): boolean =>
    names.length === 0 || names.includes(department.name.zh) || names.includes(department.name.en);
  const isThere = (department: Department): boolean => !quirks.goneDepartments.includes(department.id);
  return {
    items: candidates
      .filter(isNamed)
      .filter(isThere)
      .map((department) => departmentShape(department, fields, types)),
  };
}

function commonShape(company: Company, place: Place) {
  return {
    name: languages(place.name),
    type: { enum_name: "example", display: languages({ zh: "示例", en: "Example" }) },
    active: true,
    effective_time: `${beginning} 00:00:00`,
    expiration_time: `${end} 00:00:00`,
    code: place.code,
    description: languages(noText),
    parent_id: company.companies[0]?.id ?? "",
  };
}

function placesHandler(idField: "company" | "location"): Handler {
  return ({ company }, call) => {
    const ids = bodyList(call, `${idField}_ids`);
    if (ids.length === 0) throw faulty(call.endpoint, "missing", `${idField}_ids`);
    const known = idField === "company" ? company.companies : company.locations;
    const found = known.filter((place) => ids.includes(place.id));
    return {
      items: found.map((place) => ({ [`${idField}_id`]: place.id, hiberarchy_common: commonShape(company, place) })),
    };
  };
}

/** `POST corehr/v2/companies/batch_get`: companies by id. */
export const batchGetCompanies: Handler = placesHandler("company");

/** `POST corehr/v2/locations/batch_get`: work locations by id. */
export const batchGetLocations: Handler = placesHandler("location");
