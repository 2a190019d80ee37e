import { CutShortError } from "../basics/concurrency.ts";
import {
  type AuthoritySnapshot,
  isFromOrigin,
  openPeopleIndex,
  type PersonFacts,
  type Sought,
} from "../review/people/person.ts";
import type { Reader } from "../review/ports.ts";
import type { PeopleAuthority, Stage } from "../review/stage.ts";
import { isTooOld, openKnownPeople } from "./authority.ts";

type SoughtHolder = Sought & { id: string };

/**
 * Who holders are now, by their ids, as the authority says when it is asked; `unread`: why it could not be asked. `planned`: the
 * snapshot of it by which the plan knew them; null where it was not asked.
 */
export type PeopleNow = {
  byHolder: ReadonlyMap<string, PersonFacts>;
  unread: string | null;
  planned: Pick<AuthoritySnapshot, "source" | "snapshotSha256"> | null;
};

export const nobodyNow: PeopleNow = { byHolder: new Map(), unread: null, planned: null };

/** Reads anew who holders are. `close` closes the authority, which is opened by the first read. */
export type PeopleAnew = { read(holders: SoughtHolder[]): Promise<PeopleNow>; close(): Promise<void> };

/** The snapshot of the authority that a plan names, and the source whose holders are asked for. */
type Planned = { known: AuthoritySnapshot | null | undefined; source: Reader; goOn: () => Promise<void> };

/**
 * Opens the reading of people before removals that rest on who somebody is. Nobody is known where the plan names no snapshot of
 * the authority, where that snapshot is older today than a plan may be, or where the configuration has another authority.
 */
export function openPeopleAnew(stage: Stage, { known, source, goOn }: Planned): PeopleAnew {
  const { authority, policy, clock } = stage;
  if (!authority || !known || known.source !== authority.source) {
    return { read: async () => nobodyNow, close: async () => {} };
  }
  let opened: Promise<Asking> | null = null;
  return {
    async read(holders) {
      if (isTooOld(known, policy, clock.now())) return nobodyNow;
      try {
        opened ??= openAsking(stage, { authority, known, source, goOn });
        const byHolder = await askFor(await opened, holders);
        return { byHolder, unread: null, planned: { source: known.source, snapshotSha256: known.snapshotSha256 } };
      } catch (error) {
        if (error instanceof CutShortError) throw error;
        return { ...nobodyNow, unread: (error as Error).message };
      }
    },
    async close() {
      const asking = await opened?.catch(() => null);
      await asking?.reader.close();
    },
  };
}

/** `wasPlanned`: who a holder was when the plan was made. */
type Asking = {
  reader: Reader;
  source: Reader;
  authority: PeopleAuthority;
  isOwn: boolean;
  wasPlanned(holder: SoughtHolder): PersonFacts;
};

async function openAsking(
  stage: Stage,
  { authority, known, source, goOn }: Planned & { authority: PeopleAuthority; known: AuthoritySnapshot },
): Promise<Asking> {
  const wasPlanned = await openKnownPeople(stage, known);
  const reader = await authority.openReader(goOn);
  if (!isFromOrigin(known, reader.origin)) {
    await reader.close();
    const { host, account } = known.origin;
    throw new Error(
      `Cannot tell who people are as ${known.source} was read from ${host} as ${account}, and is ${reader.origin.host} as ${reader.origin.account} now: review ${known.source} first`,
    );
  }
  return { reader, source, authority, isOwn: authority.source === stage.sourceId, wasPlanned };
}

/**
 * Asks for the people whom the plan knew, by their ids, and for whoever has the holders' keys now: a key may have come to
 * somebody else since the snapshot.
 */
async function askFor(asking: Asking, holders: SoughtHolder[]): Promise<Map<string, PersonFacts>> {
  const { reader, source, authority, isOwn, wasPlanned } = asking;
  const { people } = reader;
  if (!people) throw new Error(`Cannot tell who people are as ${reader.provider} does not list them`);
  const ids = holders.flatMap((holder) => {
    const person = wasPlanned(holder);
    return person.known ? person.entryIds : [];
  });
  const keys = await source.readKeys?.(holders.map(({ id }) => id));
  const index = openPeopleIndex(authority.match);
  const entries = await people.findPeople({ ids, keys: [...(keys?.values() ?? [])] });
  for (const entry of entries) index.add({ ...entry, movedAt: null });
  return new Map(
    holders.map((holder): [string, PersonFacts] => {
      const [now, then] = [isOwn ? index.byId(holder.id) : index.find(holder), wasPlanned(holder)];
      // No reading of the present says when somebody moved: it is what the snapshot said, while they have not moved again.
      const hasStayed = now.known && then.known && now.departmentId === then.departmentId;
      return [holder.id, hasStayed ? { ...now, movedAt: then.movedAt } : now];
    }),
  );
}
