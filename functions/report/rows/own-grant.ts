import { isOwnGrant } from "../../review/rules/own-grant.ts";
import type { ListedHolder } from "./packed-rows.ts";

const plain = (text: string | null): string => (text ?? "").trim().toLowerCase();

/**
 * Whether a reviewer holds this grant: `own` by e-mail or id, as `decide` refuses it; `same-name` where only a name was
 * given, which two people may share. Of a group those members are looked at that the list has.
 */
export function ownership({ members, ...holder }: ListedHolder, reviewer: string): "own" | "same-name" | null {
  const listed = members?.first ?? [];
  if (isOwnGrant({ ...holder, members: listed }, reviewer)) return "own";
  const said = plain(reviewer);
  return said !== "" && [holder, ...listed].some(({ name }) => plain(name) === said) ? "same-name" : null;
}
