import type { ScopePart, Scopes } from "./grant.ts";

/** What one combination allows: in each dimension one of these ids. A dimension it does not name is unlimited. */
type Box = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * No provider says whether a list without ids means everything or nothing, so emptiness stands for itself:
 * it covers only its like, and is covered only by its like.
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

/** What of a box another leaves over, as boxes that do not overlap. */
function subtract(box: Box, cover: Box): Box[] {
  const leftovers: Box[] = [];
  const rest = new Map(box);
  for (const [dimension, coveredIds] of cover) {
    const ids = rest.get(dimension);
    // An unlimited dimension cannot be exhausted by ids: nothing of this box is certainly covered.
    if (ids === undefined) return [box];
    const outside = [...ids].filter((id) => !coveredIds.has(id));
    if (outside.length === ids.size) return [box];
    if (outside.length > 0) leftovers.push(new Map(rest).set(dimension, new Set(outside)));
    rest.set(dimension, new Set([...ids].filter((id) => coveredIds.has(id))));
  }
  return leftovers;
}

/** Whether every place where a combination holds is among the scopes, be it over several of their combinations. */
export function isCombinationCovered(combination: ScopePart[], scopes: Scopes): boolean {
  let uncovered: Box[] = [boxOf(combination)];
  for (const cover of scopes.map(boxOf)) {
    uncovered = uncovered.flatMap((box) => subtract(box, cover));
    if (uncovered.length === 0) return true;
  }
  return false;
}
