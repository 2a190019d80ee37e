import { canonicalJson, hashOf, sha256 } from "../../basics/hash.ts";
import { byText } from "../../basics/sorted.ts";
import { epochMs } from "../../basics/time.ts";
import type { Grant, GrantEntry, Role, ScopePart, Scopes } from "./grant.ts";

/** The id of a grant: the first 16 hex digits of the SHA-256 of `<source>\n<holder.id>\n<role.id>`. */
export function grantId(source: string, holderId: string, roleId: string): string {
  return sha256(`${source}\n${holderId}\n${roleId}`).slice(0, 16);
}

function leastText(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

/**
 * One scope part from ids with names: sorted, each id once. Of several names of an id the least is taken, so that the
 * order of reading makes no difference.
 */
function partOf(dimension: string, named: (readonly [string, string | null])[]): ScopePart {
  const nameById = new Map<string, string | null>();
  for (const [id, name] of named) nameById.set(id, leastText(nameById.get(id) ?? null, name));
  const entries = [...nameById].sort(([a], [b]) => byText(a, b));
  return { dimension, ids: entries.map(([id]) => id), names: entries.map(([, name]) => name) };
}

function namedIds({ ids, names }: ScopePart) {
  return ids.map((id, at) => [id, names[at] ?? null] as const);
}

function partKey({ dimension, ids }: ScopePart): string {
  return canonicalJson([dimension, ids]);
}

function combinationKey(parts: ScopePart[]): string {
  return canonicalJson(parts.map(({ dimension, ids }) => [dimension, ids]));
}

function normalizeCombination(parts: ScopePart[]): ScopePart[] {
  const [only] = parts;
  if (only && parts.length === 1) return [partOf(only.dimension, namedIds(only))];
  const partByKey = new Map<string, ScopePart>();
  for (const part of parts) {
    const normal = partOf(part.dimension, namedIds(part));
    const same = partByKey.get(partKey(normal));
    partByKey.set(partKey(normal), same ? partOf(normal.dimension, [...namedIds(same), ...namedIds(normal)]) : normal);
  }
  return [...partByKey.values()].sort((a, b) => byText(a.dimension, b.dimension) || byText(partKey(a), partKey(b)));
}

/** The scopes in their normal form: ids, parts and combinations sorted and without repeats. Names follow their ids. */
export function normalizeScopes(scopes: Scopes | null): Scopes | null {
  if (scopes === null) return null;
  if (scopes.length < 2) return scopes.map(normalizeCombination);
  const combinationByKey = new Map<string, ScopePart[]>();
  for (const combination of scopes.map(normalizeCombination)) {
    const key = combinationKey(combination);
    const same = combinationByKey.get(key);
    const joined = same?.map((part, at) =>
      partOf(part.dimension, [...namedIds(part), ...namedIds(combination[at] ?? part)]),
    );
    combinationByKey.set(key, joined ?? combination);
  }
  return [...combinationByKey].sort(([a], [b]) => byText(a, b)).map(([, combination]) => combination);
}

function newestDate(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return (epochMs(a) - epochMs(b) || byText(a, b)) > 0 ? a : b;
}

/**
 * Merges two listed entries of one holder and role: scopes joined, the newest date, removable and restorable only if
 * both entries are.
 */
export function mergeEntries(a: GrantEntry, b: GrantEntry): GrantEntry {
  if (a.holderId !== b.holderId || a.role.id !== b.role.id) {
    throw new Error("Cannot merge entries as they are of different holders or roles");
  }
  const reasons = [a, b].map((entry) => (entry.removable ? null : entry.unremovableReason));
  return {
    holderId: a.holderId,
    role: canonicalJson(a.role) <= canonicalJson(b.role) ? a.role : b.role,
    scopes: a.scopes === null || b.scopes === null ? null : normalizeScopes([...a.scopes, ...b.scopes]),
    removable: a.removable && b.removable,
    unremovableReason: leastText(reasons[0] ?? null, reasons[1] ?? null),
    restorable: a.restorable && b.restorable,
    grantedAt: newestDate(a.grantedAt, b.grantedAt),
  };
}

/**
 * The hash by which a plan recognises an unchanged grant: over scopes (with names), date and holder's status as the
 * snapshot has them.
 */
export function seenHash(grant: Grant): string {
  return hashOf({ scopes: grant.scopes, grantedAt: grant.grantedAt, status: grant.holder.status });
}

function scopesKey(scopes: Scopes | null): string {
  return canonicalJson(normalizeScopes(scopes)?.map((parts) => combinationKey(parts)) ?? null);
}

/** Whether a role is named as another place names it; what the other place does not say may be anything. */
export function isNamedAs(role: Pick<Role, "code" | "name">, other: Pick<Role, "code" | "name">): boolean {
  const pairs = [
    [role.code, other.code],
    [role.name.zh, other.name.zh],
    [role.name.en, other.name.en],
  ];
  return pairs.every(([said, known]) => known === null || said === known);
}

/** A role with the code and names that the role list has; what the list does not say stays. */
export function namedAs(role: Role, { code, name: { zh, en } }: Pick<Role, "code" | "name">): Role {
  return { ...role, code: code ?? role.code, name: { zh: zh ?? role.name.zh, en: en ?? role.name.en } };
}

/** Whether two scopes are equal, whatever their order and names. Two unknown scopes (`null`) are equal. */
export function sameScopes(a: Scopes | null, b: Scopes | null): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b) || scopesKey(a) === scopesKey(b);
}

/** Whether a grant reaches anything that the grant did not reach before. An unknown scope counts as grown. */
export function scopesGrew(before: Scopes | null, after: Scopes | null): boolean {
  if (before === null || after === null) return true;
  // An empty list may mean nowhere or everywhere, so a change to an empty list does not prove that the scopes shrank.
  if (after.length === 0) return before.length > 0;
  return after.some((combination) => !isCombinationCovered(combination, before));
}

type GivenAt = Pick<Grant, "grantedAt" | "firstSeenAt" | "narrowed">;

/** Since when a holder has a grant, as the provider says; a date that only our own narrowing has moved is the one before it. */
export function grantedSince({ grantedAt, narrowed }: Pick<Grant, "grantedAt" | "narrowed">): string | null {
  return narrowed ? narrowed.grantedAt : grantedAt;
}

/**
 * Whether a grant was removed and given again between two snapshots: the dates differ; without dates, the grant was
 * first seen anew.
 */
export function isGivenAnew(before: GivenAt, after: GivenAt): boolean {
  const [then, now] = [grantedSince(before), grantedSince(after)];
  if (then === null && now === null) {
    return before.firstSeenAt !== after.firstSeenAt && epochMs(before.firstSeenAt) !== epochMs(after.firstSeenAt);
  }
  if (then === null || now === null) return true;
  return then !== now && epochMs(then) !== epochMs(now);
}

/** A combination as a box: the allowed ids of each dimension. A dimension that is not in the box is unlimited. */
type Box = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Stands for a list without ids. No provider documents whether an empty list means everything or nothing, so an empty
 * list covers only an empty list, and only an empty list covers it.
 */
const emptyMark = "";

function boxOf(combination: ScopePart[]): Box {
  const box = new Map<string, ReadonlySet<string>>();
  const occurrences = new Map<string, number>();
  for (const { dimension, ids } of combination) {
    const occurrence = occurrences.get(dimension) ?? 0;
    occurrences.set(dimension, occurrence + 1);
    box.set(JSON.stringify([dimension, occurrence]), new Set(ids.length > 0 ? ids : [emptyMark]));
  }
  if (box.size === 0) box.set(emptyMark, new Set([emptyMark]));
  return box;
}

/** The part of `box` that `cover` leaves uncovered, as boxes that do not overlap. */
function subtract(box: Box, cover: Box): Box[] {
  const leftovers: Box[] = [];
  const rest = new Map(box);
  for (const [dimension, coveredIds] of cover) {
    const ids = rest.get(dimension);
    // Ids cannot exhaust an unlimited dimension, so nothing of this box is certainly covered.
    if (ids === undefined) return [box];
    const outside = [...ids].filter((id) => !coveredIds.has(id));
    if (outside.length === ids.size) return [box];
    if (outside.length > 0) leftovers.push(new Map(rest).set(dimension, new Set(outside)));
    rest.set(dimension, new Set([...ids].filter((id) => coveredIds.has(id))));
  }
  return leftovers;
}

/** What of some scopes other scopes do not cover, in combinations that do not overlap. Names are left out. */
export function scopesWithout(scopes: Scopes, covers: Scopes): Scopes {
  let uncovered: Box[] = scopes.map(boxOf);
  for (const cover of covers.map(boxOf)) uncovered = uncovered.flatMap((box) => subtract(box, cover));
  return uncovered.map(combinationOf);
}

function combinationOf(box: Box): ScopePart[] {
  return [...box].flatMap(([key, allowed]) => {
    if (key === emptyMark) return [];
    const ids = [...allowed].filter((id) => id !== emptyMark);
    return [{ dimension: (JSON.parse(key) as [string, number])[0], ids, names: ids.map(() => null) }];
  });
}

/** Whether the scopes cover a combination, by one of their combinations or by several together. */
export function isCombinationCovered(combination: ScopePart[], scopes: Scopes): boolean {
  let uncovered: Box[] = [boxOf(combination)];
  for (const cover of scopes.map(boxOf)) {
    uncovered = uncovered.flatMap((box) => subtract(box, cover));
    if (uncovered.length === 0) return true;
  }
  return false;
}

/** Scopes by their ids. */
export function scopesText(scopes: Scopes | null): string {
  return (
    (scopes ?? [])
      .map((parts) => parts.map(({ dimension, ids }) => `${dimension} ${ids.join(", ")}`).join(" + "))
      .join(" or ") || "nothing that is known"
  );
}
