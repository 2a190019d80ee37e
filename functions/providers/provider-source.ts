import { chunked } from "../basics/chunked.ts";
import type { GrantEntry } from "../review/grants/grant.ts";
import { sayCheck } from "../review/grants/say-check.ts";
import type { Check } from "../review/grants/snapshot.ts";
import type { GrantKey, Reader, Sample } from "../review/ports.ts";
import { isRequestRefused, type ProviderApi } from "./provider-call.ts";

/** The APIs of a source. `writing` is null where the source was opened for reading alone. */
export type ApiPair<Api> = {
  reading: Api;
  writing: Api | null;
  /** The API that writes. Throws where the source was opened for reading alone. */
  write(): Api;
  /** What a source does with both of its APIs. */
  apis: Pick<Reader, "isRefused" | "takeReads" | "saveWindows" | "loadWindows" | "close">;
};

/** The API of the credentials that read beside the API of the credentials that write. */
export function pairApis<Api extends ProviderApi<unknown>>(reading: Api, writing: Api | null): ApiPair<Api> {
  return {
    reading,
    writing,
    write() {
      if (writing) return writing;
      throw new Error("Cannot write as the source was opened for reading alone");
    },
    apis: {
      isRefused: isRequestRefused,
      takeReads: () => [...reading.takeReads(), ...(writing?.takeReads() ?? [])],
      saveWindows: () => ({ ...reading.saveWindows(), ...writing?.saveWindows() }),
      loadWindows: (windows) => {
        reading.loadWindows(windows);
        writing?.loadWindows(windows);
      },
      close: async () => {
        await Promise.all([reading.close(), writing?.close()]);
      },
    },
  };
}

/** The tasks of a provider that carries every change out before it answers: there are none. */
export const withoutTasks: Pick<Reader, "findTask" | "readTask"> = {
  findTask: async () => null,
  // No removal is a task: only a read of the grant tells what became of it.
  readTask: async () => ({ kind: "done" }),
};

/** Reads the distinct ids in batches of at most `idsPerCall`, all batches at once; the results are in the order of the ids. */
export async function readInBatches<Found>(
  ids: Iterable<string>,
  idsPerCall: number,
  read: (batch: string[]) => Promise<Found[]>,
): Promise<Found[]> {
  return (await Promise.all(chunked([...new Set(ids)], idsPerCall).map(read))).flat();
}

/** Everything that these holders hold now. */
export type ReadGrantsOf = (holderIds: Iterable<string>) => Promise<GrantEntry[]>;

/** The asked-for grants that exist now, for a provider that reads grants by holder. */
export async function readGrantsByKey(readGrantsOf: ReadGrantsOf, keys: GrantKey[]): Promise<GrantEntry[]> {
  const wanted = new Set(keys.map(({ holderId, roleId }) => `${holderId}\n${roleId}`));
  const entries = await readGrantsOf(keys.map(({ holderId }) => holderId));
  return entries.filter(({ holderId, role }) => wanted.has(`${holderId}\n${role.id}`));
}

/** Reads the sampled holders again, by holder: the check fails where a holder holds what the listing did not show. */
export async function proveByHolder(
  name: string,
  readGrantsOf: ReadGrantsOf,
  { rolesByHolder, startedAt }: Sample,
): Promise<Check> {
  const holderIds = Object.keys(rolesByHolder);
  if (holderIds.length === 0) return sayCheck(name, true, "no-holder-sampled");
  const entries = await readGrantsOf(holderIds);
  const missed = entries.filter(
    (entry) => !rolesByHolder[entry.holderId]?.includes(entry.role.id) && !isGivenSince(entry, startedAt),
  );
  const counts = { holders: holderIds.length, grants: entries.length };
  if (missed.length === 0) return sayCheck(name, true, "sample-whole", counts);
  const grants = missed.map(({ holderId, role }) => `${holderId} with ${role.id}`).join(", ");
  return sayCheck(name, false, "sample-missed", { ...counts, missed: grants });
}

/** Whether a grant may have been given after the listing began. The vendors' dates have whole seconds. */
export function isGivenSince({ grantedAt }: GrantEntry, startedAt: string): boolean {
  return grantedAt !== null && Date.parse(grantedAt) + 1000 > Date.parse(startedAt);
}

/** The latest read, and a way to begin another. */
export type LatestRead<Read> = {
  /** The latest read; one that begins now where there is none, or where the latest one failed. */
  latest(): Read;
  readAnew(): Read;
};

/** Remembers the latest read until it fails. `endOf` is the promise that says whether the read failed. */
export function rememberLatest<Read>(begin: () => Read, endOf: (read: Read) => Promise<unknown>): LatestRead<Read> {
  let latest: Read | null = null;
  function readAnew(): Read {
    const read = begin();
    latest = read;
    endOf(read).catch(() => {
      if (latest === read) latest = null;
    });
    return read;
  }
  return { latest: () => latest ?? readAnew(), readAnew };
}
