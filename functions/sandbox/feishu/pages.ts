import { faultCode, messageOf, Refusal } from "./refusal.ts";
import type { Call, World } from "./world.ts";

/** Where a listing goes on: after the element with this cursor, perhaps with an empty page in between. */
export type Position = { cursor: number; isEmptyPage: boolean };

const checkDigit = (value: number): number => (value * 7 + 3) % 89;
const encode = ({ cursor, isEmptyPage }: Position): string => {
  const value = cursor * 2 + (isEmptyPage ? 1 : 0);
  return `${value}${String(checkDigit(value)).padStart(2, "0")}`;
};

function decode(token: string): Position | null {
  if (!/^\d{3,}$/.test(token)) return null;
  const value = Number(token.slice(0, -2));
  if (checkDigit(value) !== Number(token.slice(-2))) return null;
  return { cursor: Math.floor(value / 2), isEmptyPage: value % 2 === 1 };
}

/** The beginning of a listing. */
export const listingStart: Position = { cursor: -1, isEmptyPage: false };

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
export const emptyPage = <T>(position: Position): Page<T> => ({
  items: [],
  has_more: true,
  page_token: encode({ cursor: position.cursor, isEmptyPage: false }),
});

/** The elements after a cursor, at most `size`, where an element's cursor is its place in the list; with what comes next. */
export function sliceAfter<T>(list: readonly T[], cursor: number, size: number): { page: T[]; next: number | null } {
  const end = Math.min(list.length, cursor + 1 + size);
  return { page: list.slice(cursor + 1, end), next: end < list.length ? end - 1 : null };
}
