import type { Holder } from "../review/grant.ts";

const plain = (text: string | null): string | null => text?.trim().toLowerCase() || null;

/**
 * Whether a reviewer holds this grant: `own` by e-mail or id, as `decide` refuses it; `same-name` where only the name
 * was given, which two people may share.
 */
export function ownership(holder: Pick<Holder, "id" | "email" | "name">, reviewer: string): "own" | "same-name" | null {
  const said = plain(reviewer);
  if (said === null) return null;
  if (said === plain(holder.id) || said === plain(holder.email)) return "own";
  return said === plain(holder.name) ? "same-name" : null;
}
