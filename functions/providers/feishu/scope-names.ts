import { chunked } from "../../basics/chunked.ts";
import type { Scopes } from "../../review/grants/grant.ts";

/** Names the objects of one dimension: so many ids a call. An id without a name is absent, or null; a failed read throws. */
export type NameLookup = { idsPerCall: number; read(ids: string[]): Promise<ReadonlyMap<string, string | null>> };

/** Fills names in; each object is asked for once. What the provider has no name for is null, a failed read throws. */
export type ScopeNamer = (scopes: Scopes[]) => Promise<Scopes[]>;

/** Names by the dimension's lookup; an id of a dimension that has none is a word (`all`), or has no name. */
export function createScopeNamer(
  lookups: ReadonlyMap<string, NameLookup>,
  wordOf: (dimension: string, id: string) => string | null,
): ScopeNamer {
  const namesByDimension = new Map([...lookups].map(([dimension, lookup]) => [dimension, rememberNames(lookup)]));
  const nameOf = (dimension: string, id: string): string | null => {
    const names = namesByDimension.get(dimension);
    return names ? names.of(id) : wordOf(dimension, id);
  };
  return async (scopes) => {
    const readings = new Set<Promise<void>>();
    for (const { dimension, ids } of scopes.flat(2)) {
      for (const id of ids) {
        const reading = namesByDimension.get(dimension)?.learn(id);
        if (reading) readings.add(reading);
      }
    }
    await Promise.all(readings);
    return scopes.map((combinations) =>
      combinations.map((parts) =>
        parts.map(({ dimension, ids }) => ({ dimension, ids, names: ids.map((id) => nameOf(dimension, id)) })),
      ),
    );
  };
}

type Names = {
  /** Null where the provider has no name, or it was not learned. */
  of(id: string): string | null;
  /** Ends when the name is known; null where it is. A read that failed is no answer, and is asked for again. */
  learn(id: string): Promise<void> | null;
};

/** What is asked for in one turn of the event loop goes into the same calls: pages often become complete together. */
function rememberNames({ idsPerCall, read }: NameLookup): Names {
  const namesById = new Map<string, string | null>();
  const readingsById = new Map<string, Promise<void>>();
  let gathered: string[] = [];
  let gathering: Promise<void> | null = null;

  async function readGathered(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const ids = gathered;
    gathered = [];
    gathering = null;
    try {
      const found = new Map((await Promise.all(chunked(ids, idsPerCall).map(read))).flatMap((names) => [...names]));
      for (const id of ids) namesById.set(id, found.get(id) ?? null);
    } finally {
      for (const id of ids) readingsById.delete(id);
    }
  }

  function learn(id: string): Promise<void> | null {
    if (namesById.has(id)) return null;
    const known = readingsById.get(id);
    if (known) return known;
    gathered.push(id);
    gathering ??= readGathered();
    readingsById.set(id, gathering);
    return gathering;
  }

  return { of: (id) => namesById.get(id) ?? null, learn };
}
