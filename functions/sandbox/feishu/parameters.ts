import { type DepartmentIdType, departmentIdTypes, fromIdType, type UserIdType, userIdTypes } from "../company/ids.ts";
import { faultCode, faulty, messageOf, Refusal } from "./refusal.ts";
import type { Call, World } from "./world.ts";

/** A required query parameter. */
export function requiredQuery(call: Call, field: string): string {
  const value = call.query.get(field);
  if (value === null || value === "") throw faulty(call.endpoint, "missing", field);
  return value;
}

/** The `page_size` of the query, from 1 to `most`. An absent one gives `usual`, or is a fault if `usual` is null. */
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

/** A repeated query parameter (`key=a&key=b`), at most `most` times. `key[]` is a different, unknown key. */
export function queryList(call: Call, field: string, most: number): string[] {
  const values = call.query.getAll(field);
  if (values.length > most) throw faulty(call.endpoint, "length", field);
  return values;
}

/** A list of strings in the body; empty if it is absent. */
export function bodyList(call: Call, field: string, most = 100): string[] {
  const value = call.body[field];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== "string")) {
    throw faulty(call.endpoint, "type", field);
  }
  if (value.length > most) throw faulty(call.endpoint, "length", field);
  return value as string[];
}

/** A required string in the body. */
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

/** Ids of some type as CoreHR ids. An id of another type matches nothing and is left out. */
export function knownIds(ids: readonly string[], type: UserIdType | DepartmentIdType): string[] {
  return ids.map((id) => fromIdType(id, type)).filter((id) => id !== null);
}

/** Where a listing goes on: after the element with this cursor. An empty page may come in between. */
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

/** The position that a call's page token stands for. */
export function positionOf(world: World, call: Call, token: unknown): Position {
  if (token === undefined || token === null || token === "") return listingStart;
  refuseExpired(world, call);
  const position = typeof token === "string" ? decode(token) : null;
  if (position !== null) return position;
  const code = faultCode(call.endpoint, "missing");
  throw new Refusal(400, code, `${messageOf(code)}: page_token`);
}

type Page<T> = { items: T[]; has_more: boolean; page_token?: string };

/** A page of an answer. `next` is the cursor of its last element, or null at the end of the listing. */
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

/** At most `size` elements after a cursor, and the cursor to go on after. An element's cursor is its index. */
export function sliceAfter<T>(list: readonly T[], cursor: number, size: number): { page: T[]; next: number | null } {
  const end = Math.min(list.length, cursor + 1 + size);
  return { page: list.slice(cursor + 1, end), next: end < list.length ? end - 1 : null };
}
