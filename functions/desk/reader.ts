import type { Holder } from "../review/grants/grant.ts";
import type { ResponsibleBook } from "../review/people/responsible.ts";

/** Who signed in, as the desk knows them: `ids` by source. `emails`: proven ones alone. */
export type Reader = {
  subject: string;
  name: string;
  ids: Readonly<Record<string, readonly string[]>>;
  emails: readonly string[];
};

/** The reader's ids in one source; none where the source does not know them. */
export function idsIn({ ids }: Reader, sourceId: string): readonly string[] {
  return Object.hasOwn(ids, sourceId) ? ids[sourceId]! : [];
}

const plain = (text: string): string => text.trim().toLowerCase();

/**
 * Whether a grant is the reader's own, whichever way: by any of their ids in the source, by an e-mail that the source has of
 * them (another employment), or as a member of the group that holds it.
 */
export function ownershipOf(
  reader: Reader,
  sourceId: string,
  { peopleById }: Pick<ResponsibleBook, "peopleById">,
): (holder: Holder) => boolean {
  const ids = new Set(idsIn(reader, sourceId));
  const known = [...ids].flatMap((id) => peopleById.get(id)?.email ?? []);
  const emails = new Set([...known, ...reader.emails].map(plain));
  return (holder) =>
    [holder, ...(holder.members ?? [])].some(
      ({ id, email }) => ids.has(id) || (email !== null && emails.has(plain(email))),
    );
}
