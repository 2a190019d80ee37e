import type { Holder } from "../review/grants/grant.ts";
import { isOwnGrant, namedPerson } from "../review/rules/reviewer-cell.ts";

/** Who signed in, as the desk knows them: `ids` by source. `emails`: proven ones alone. */
export type DeskReader = {
  subject: string;
  name: string;
  ids: Readonly<Record<string, readonly string[]>>;
  emails: readonly string[];
};

/** The reader's ids in one source; none where the source does not know them. */
export function idsIn({ ids }: DeskReader, sourceId: string): readonly string[] {
  return Object.hasOwn(ids, sourceId) ? ids[sourceId]! : [];
}

/**
 * Whether a grant is the reader's own, whichever way: by any of their ids in the source, by an e-mail that the source has of
 * them (another employment), or as a member of the group that holds it.
 */
export function ownershipOf(
  reader: DeskReader,
  sourceId: string,
  { peopleById }: { peopleById: ReadonlyMap<string, { email: string | null }> },
): (holder: Holder) => boolean {
  const ids = idsIn(reader, sourceId);
  const known = ids.map((id) => peopleById.get(id)?.email ?? null);
  const person = namedPerson(ids, [...known, ...reader.emails]);
  return (holder) => isOwnGrant(holder, person);
}
