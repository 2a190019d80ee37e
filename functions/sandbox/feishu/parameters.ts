import { type DepartmentIdType, departmentIdTypes, fromIdType, type UserIdType, userIdTypes } from "../company/ids.ts";
import { faulty } from "./refusal.ts";
import type { Call } from "./world.ts";

/** A query parameter that must be there. */
export function requiredQuery(call: Call, field: string): string {
  const value = call.query.get(field);
  if (value === null || value === "") throw faulty(call.endpoint, "missing", field);
  return value;
}

/** Page size as query parameters give it: digits, within 1 and `most`; absent gives `usual`, or is a fault if that is null. */
export function pageSizeInQuery(call: Call, usual: number | null, most: number): number {
  const value = call.query.get("page_size");
  if (value === null || value === "") {
    if (usual === null) throw faulty(call.endpoint, "missing", "page_size");
    return usual;
  }
  if (!/^-?\d+$/.test(value)) throw faulty(call.endpoint, "type", "page_size");
  const size = Number(value);
  if (size < 1 || size > most) throw faulty(call.endpoint, "range", "page_size");
  return size;
}

/** A repeated query parameter (`key=a&key=b`), at most `most` times. A key with brackets is another key, and unknown. */
export function queryList(call: Call, field: string, most: number): string[] {
  const values = call.query.getAll(field);
  if (values.length > most) throw faulty(call.endpoint, "length", field);
  return values;
}

/** A list of strings in the body; absent gives an empty one. */
export function bodyList(call: Call, field: string, most = 100): string[] {
  const value = call.body[field];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== "string")) {
    throw faulty(call.endpoint, "type", field);
  }
  if (value.length > most) throw faulty(call.endpoint, "length", field);
  return value as string[];
}

/** A string in the body that must be there, as a string and nothing else. */
export function requiredText(call: Call, field: string): string {
  const value = call.body[field];
  if (value === undefined || value === null || value === "") throw faulty(call.endpoint, "missing", field);
  if (typeof value !== "string") throw faulty(call.endpoint, "type", field);
  return value;
}

/** The `user_id_type` of a call, or the endpoint's default. */
export function userIdType(call: Call, usual: UserIdType): UserIdType {
  const value = (call.query.get("user_id_type") ?? usual) as UserIdType;
  if (!userIdTypes.includes(value)) throw faulty(call.endpoint, "enum", "user_id_type");
  return value;
}

/** The `department_id_type` of a call; every v2 endpoint defaults to `open_department_id`. */
export function departmentIdType(call: Call): DepartmentIdType {
  const value = (call.query.get("department_id_type") ?? "open_department_id") as DepartmentIdType;
  if (!departmentIdTypes.includes(value)) throw faulty(call.endpoint, "enum", "department_id_type");
  return value;
}

/** Ids of some type as CoreHR ids; those that are none of that type match nothing and are left out. */
export const knownIds = (ids: readonly string[], type: UserIdType | DepartmentIdType): string[] =>
  ids.map((id) => fromIdType(id, type)).filter((id) => id !== null);
