import { type DepartmentIdType, departmentIdTypes, fromIdType, type UserIdType, userIdTypes } from "../company/ids.ts";
import { faultCode, faulty, messageOf, Refusal } from "./refusal.ts";
import type { Call, World } from "./world.ts";

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
export function knownIds(ids: readonly string[], type: UserIdType | DepartmentIdType): string[] {
  return ids.map((id) => fromIdType(id, type)).filter((id) => id !== null);
}

/** Where a listing goes on: after the element with this cursor, perhaps with an empty page in between. */
type Position = { cursor: number; isEmptyPage: boolean };

function checkDigit(value: number): number {
  return (value * 7 + 3) % 89;
}
function encode({ cursor, isEmptyPage }: Position): string {
  const value = cursor * 2 + (isEmptyPage ? 1 : 0);
  return `${value}${String(checkDigit(value)).padStart(2, "0")}`;
}

function decode(token: string): Position | null {
  if (!/^\d{3,}$/.test(token)) return null;
  const value = Number(token.slice(0, -2));
  if (checkDigit(value) !== Number(token.slice(-2))) return null;
  return { cursor: Math.floor(value / 2), isEmptyPage: value % 2 === 1 };
}

/** The beginning of a listing. */
const listingStart: Position = { cursor: -1, isEmptyPage: false };

function refuseExpired(world: World, call: Call): void {
  const { expiredPageToken } = world.quirks;
  if (expiredPageToken === false) return;
  world.pageTokensSeen += 1;
  if (world.pageTokensSeen < 3) return;
  world.pageTokensSeen = 0;
  world.quirks.expiredPageToken = false;
  const code = expiredPageToken === true ? faultCode(call.endpoint, "missing") : expiredPageToken;
  throw new Refusal(400, code, `${messageOf(code)}: page_token`);
}

/** Where the call wants to go on. */
export function positionOf(world: World, call: Call, token: unknown): Position {
  if (token === undefined || token === null || token === "") return listingStart;
  refuseExpired(world, call);
  const position = typeof token === "string" ? decode(token) : null;
  if (position !== null) return position;
  const code = faultCode(call.endpoint, "missing");
  throw new Refusal(400, code, `${messageOf(code)}: page_token`);
}

type Page<T> = { items: T[]; has_more: boolean; page_token?: string };

/** The page as answered: `next` is the cursor of the last element walked, or null at the end of the listing. */
export function pageOf<T>(world: World, asked: { token: unknown; items: T[]; next: number | null }): Page<T> {
  const { items, next, token } = asked;
  if (next === null) return { items, has_more: false, ...(world.quirks.emptyTokenAtEnd ? { page_token: "" } : {}) };
  const isRepeated = world.quirks.repeatedPageToken && typeof token === "string" && token !== "";
  const fresh = encode({ cursor: next, isEmptyPage: world.quirks.emptyPages });
  return { items, has_more: true, page_token: isRepeated ? (token as string) : fresh };
}

/** The page without items that comes between two real ones. */
export function emptyPage<T>(position: Position): Page<T> {
  return {
    items: [],
    has_more: true,
    page_token: encode({ cursor: position.cursor, isEmptyPage: false }),
  };
}

/** The elements after a cursor, at most `size`, where an element's cursor is its place in the list; with what comes next. */
export function sliceAfter<T>(list: readonly T[], cursor: number, size: number): { page: T[]; next: number | null } {
  const end = Math.min(list.length, cursor + 1 + size);
  return { page: list.slice(cursor + 1, end), next: end < list.length ? end - 1 : null };
}
