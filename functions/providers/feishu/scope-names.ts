import { ApiError, NoReplyError, UnexpectedReplyError } from "../../http/errors.ts";
import type { ScopePart, Scopes } from "../../review/grants/grant.ts";
import type { Reader, ReadNote } from "../../review/ports.ts";
import { readInBatches } from "../provider-source.ts";

/**
 * Names the objects of one dimension, at most `idsPerCall` a call. An id without a name is absent or null. A failed read
 * throws, which the namer takes for names that cannot be read.
 */
export type NameLookup = { idsPerCall: number; read(ids: string[]): Promise<ReadonlyMap<string, string | null>> };

/**
 * Fills in the names of scopes. Each object is read once. An object without a name gets null. Names judge nothing: where the
 * names of a dimension cannot be read, they are null, a note says so, and that dimension is not asked for again.
 */
export type ScopeNamer = Required<Pick<Reader, "nameScopes" | "takeNotes">>;

/**
 * Names each object by the lookup of its dimension. In a dimension without a lookup, `nameOfWord` names ids that are words
 * of the vendor, such as `all`.
 */
export function createScopeNamer(
  lookups: ReadonlyMap<string, NameLookup>,
  nameOfWord: (dimension: string, id: string) => string | null,
): ScopeNamer {
  const notes: ReadNote[] = [];
  const namesByDimension = new Map(
    [...lookups].map(([about, lookup]) => [
      about,
      rememberNames(lookup, (error) => notes.push({ about, reason: error.message })),
    ]),
  );
  const nameOf = (dimension: string, id: string): string | null => {
    const names = namesByDimension.get(dimension);
    return names ? names.nameOf(id) : nameOfWord(dimension, id);
  };
  async function nameScopes(scopes: Scopes[]): Promise<Scopes[]> {
    const reads = new Set<Promise<void>>();
    for (const { dimension, ids } of scopes.flat(2)) {
      for (const id of ids) {
        const read = namesByDimension.get(dimension)?.learnName(id);
        if (read) reads.add(read);
      }
    }
    await Promise.all(reads);
    return scopes.map((combinations) =>
      combinations.map((parts) =>
        parts.map(({ dimension, ids }) => ({ dimension, ids, names: ids.map((id) => nameOf(dimension, id)) })),
      ),
    );
  }
  return { nameScopes, takeNotes: () => notes.splice(0) };
}

/**
 * Gives scopes without objects that no longer exist. `witnesses`: by dimension, an object that is known to exist. A combination
 * that loses all objects of a dimension is left out.
 */
export type WithoutGone = (scopes: Scopes, witnesses: ReadonlyMap<string, string>) => Promise<Scopes>;

/**
 * An object counts as gone where the vendor, asked for it by id, shows others of its dimension and not this one; the witness is
 * asked for beside it. Where the vendor shows none, nobody can tell, and every object stays, as it does in a dimension without
 * a lookup.
 */
export function openGoneFilter(lookups: ReadonlyMap<string, NameLookup>): WithoutGone {
  return async (scopes, witnesses) => {
    const shownByDimension = new Map<string, ReadonlySet<string>>();
    for (const [dimension, parts] of Map.groupBy(scopes.flat(), (part) => part.dimension)) {
      const lookup = lookups.get(dimension);
      const ids = [
        ...parts.flatMap((part) => part.ids),
        ...(witnesses.get(dimension) ? [witnesses.get(dimension)!] : []),
      ];
      const found =
        lookup && (await readInBatches(ids, lookup.idsPerCall, async (some) => [...(await lookup.read(some)).keys()]));
      if (found && found.length > 0) shownByDimension.set(dimension, new Set(found));
    }
    return scopes
      .map((combination) => combination.map((part) => shownPart(part, shownByDimension.get(part.dimension))))
      .filter((combination) => combination.every(({ ids }) => ids.length > 0));
  };
}

function shownPart(part: ScopePart, shown: ReadonlySet<string> | undefined): ScopePart {
  if (!shown) return part;
  const kept = part.ids.flatMap((id, at) => (shown.has(id) ? [{ id, name: part.names[at] ?? null }] : []));
  return { ...part, ids: kept.map(({ id }) => id), names: kept.map(({ name }) => name) };
}

type RememberedNames = {
  /** Null where the vendor has no name, or the name was not learned. */
  nameOf(id: string): string | null;
  /** Resolves when the name is known; null where it is known already, or the names cannot be read. */
  learnName(id: string): Promise<void> | null;
};

/** Whether the vendor refused, did not answer, or answered something odd. Anything else, such as the end of a stage, is no such thing. */
export function isFailedCall(error: unknown): error is Error {
  return error instanceof ApiError || error instanceof NoReplyError || error instanceof UnexpectedReplyError;
}

/** Ids that are asked for in one turn of the event loop share their calls, as pages often become complete together. */
function rememberNames({ idsPerCall, read }: NameLookup, onUnread: (error: Error) => void): RememberedNames {
  let isUnreadable = false;
  const namesById = new Map<string, string | null>();
  const readsById = new Map<string, Promise<void>>();
  let gathered: string[] = [];
  let gathering: Promise<void> | null = null;

  async function readGathered(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const ids = gathered;
    gathered = [];
    gathering = null;
    try {
      const found = new Map(await readInBatches(ids, idsPerCall, async (batch) => [...(await read(batch))]));
      for (const id of ids) namesById.set(id, found.get(id) ?? null);
    } catch (error) {
      if (!isFailedCall(error)) throw error;
      if (!isUnreadable) onUnread(error);
      isUnreadable = true;
    } finally {
      for (const id of ids) readsById.delete(id);
    }
  }

  function learnName(id: string): Promise<void> | null {
    if (isUnreadable || namesById.has(id)) return null;
    const known = readsById.get(id);
    if (known) return known;
    gathered.push(id);
    gathering ??= readGathered();
    readsById.set(id, gathering);
    return gathering;
  }

  return { nameOf: (id) => namesById.get(id) ?? null, learnName };
}
