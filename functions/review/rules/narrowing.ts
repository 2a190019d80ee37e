import type { ScopePart, Scopes } from "../grants/grant.ts";
import { normalizeScopes } from "../grants/grant-comparison.ts";

/**
 * What a rule's `keepScope` leaves of a grant. `dropped`: the objects that do not stay, as `objectKey` has them. `keep`: the
 * scopes that stay; none: the whole grant goes.
 */
export type ScopesLeft = { dropped: string[]; keep: Scopes };

/** By rule id. */
export type LeftByRule = Readonly<Record<string, ScopesLeft>>;

function objectKey(dimension: string, id: string): string {
  return JSON.stringify([dimension, id]);
}

/** The objects of some scopes that do not stay, each once. */
export function dropsOf(scopes: Scopes, stays: (dimension: string, id: string) => boolean): string[] {
  const judged = new Map<string, boolean>();
  for (const { dimension, ids } of scopes.flat()) {
    for (const id of ids) {
      const key = objectKey(dimension, id);
      if (!judged.has(key)) judged.set(key, stays(dimension, id));
    }
  }
  return [...judged].flatMap(([key, isKept]) => (isKept ? [] : [key]));
}

/**
 * The scopes without the dropped objects. Every combination keeps each dimension that it has: a combination of which all objects
 * of a dimension are dropped goes as a whole, as without the dimension it would reach further than before.
 */
export function keptScopes(scopes: Scopes, dropped: Iterable<string>): Scopes {
  const gone = new Set(dropped);
  const kept = scopes
    .map((combination) => combination.map((part) => keptPart(part, gone)))
    .filter((combination) => combination.every(({ ids }) => ids.length > 0));
  return normalizeScopes(kept) ?? [];
}

function keptPart({ dimension, ids, names }: ScopePart, gone: ReadonlySet<string>): ScopePart {
  const kept = ids.flatMap((id, at) => (gone.has(objectKey(dimension, id)) ? [] : [{ id, name: names[at] ?? null }]));
  return { dimension, ids: kept.map(({ id }) => id), names: kept.map(({ name }) => name) };
}

/** What several rules leave together: the scopes that every one of them keeps. */
export function keptByAll(scopes: Scopes, rules: readonly string[], narrowings: LeftByRule): Scopes {
  return keptScopes(
    scopes,
    rules.flatMap((id) => narrowings[id]?.dropped ?? []),
  );
}
