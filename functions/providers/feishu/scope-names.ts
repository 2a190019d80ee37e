import type { Scopes } from "../../review/grant.ts";
import { chunked } from "./chunks.ts";

/** Names the objects of one dimension: so many ids a call. An id without a name is absent, or null; a failed read throws. */
export type NameLookup = { idsPerCall: number; read(ids: string[]): Promise<ReadonlyMap<string, string | null>> };

/** Fills names in; each object is asked for once. What the provider has no name for is null, a failed read throws. */
export type ScopeNamer = (scopes: Scopes[]) => Promise<Scopes[]>;

/** Names by the dimension's lookup; an id of a dimension that has none is a word (`all`), or has no name. */
export function createScopeNamer(
  lookups: ReadonlyMap<string, NameLookup>,
  wordOf: (dimension: string, id: string) => string | null,
): ScopeNamer {
  const namesByDimension = new Map([...lookups.keys()].map((dimension) => [dimension, rememberedNames()]));

  const askFor = ([dimension, ids]: [string, Set<string>]): void => {
    const names = namesByDimension.get(dimension);
    const lookup = lookups.get(dimension);
    if (!names || !lookup) return;
    const unknown = [...ids].filter((id) => !names.has(id));
    for (const chunk of chunked(unknown, lookup.idsPerCall)) remember(names, chunk, lookup.read(chunk));
  };

  const nameOf = async (dimension: string, id: string): Promise<string | null> => {
    const names = namesByDimension.get(dimension);
    return names ? ((await names.get(id)) ?? null) : wordOf(dimension, id);
  };

  return async (scopes) => {
    for (const asked of idsByDimension(scopes)) askFor(asked);
    return await eachPart(scopes, async ({ dimension, ids }) => ({
      dimension,
      ids,
      names: await Promise.all(ids.map((id) => nameOf(dimension, id))),
    }));
  };
}

type Names = Map<string, Promise<string | null>>;

const rememberedNames = (): Names => new Map();

/** Before it is answered, so that nobody else asks meanwhile; a read that failed is no answer, and is asked for again. */
function remember(names: Names, ids: string[], reading: Promise<ReadonlyMap<string, string | null>>): void {
  for (const id of ids) {
    names.set(
      id,
      reading.then((found) => found.get(id) ?? null),
    );
  }
  reading.catch(() => {
    for (const id of ids) names.delete(id);
  });
}

function idsByDimension(scopes: Scopes[]): Map<string, Set<string>> {
  const byDimension = new Map<string, Set<string>>();
  for (const { dimension, ids } of scopes.flat(2)) {
    byDimension.set(dimension, new Set([...(byDimension.get(dimension) ?? []), ...ids]));
  }
  return byDimension;
}

type Part = Scopes[number][number];

const eachPart = (scopes: Scopes[], change: (part: Part) => Promise<Part>): Promise<Scopes[]> =>
  Promise.all(scopes.map((combinations) => Promise.all(combinations.map((parts) => Promise.all(parts.map(change))))));
