import { loadSnapshot, responsibleBookOf } from "../ledger/grants.ts";
import { openLedger } from "../ledger/ledger.ts";
import type { Holder } from "../review/grants/grant.ts";
import type { ResponsibleBook } from "../review/people/responsible.ts";
import type { Store } from "../review/ports.ts";

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

/**
 * Who of each source has a verified e-mail, by the people of its newest snapshot: the one person there who has not left.
 * Where two have the e-mail nobody knows which of them it is, and neither is.
 */
export async function peopleByEmail(
  { store, sourceIds }: { store: Store; sourceIds: readonly string[] },
  email: string,
): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const sourceId of sourceIds) {
    const ids = await idsOfEmail(store, sourceId, plain(email));
    if (ids.length === 1) found[sourceId] = ids;
  }
  return found;
}

async function idsOfEmail(store: Store, sourceId: string, email: string): Promise<string[]> {
  const reviews = await openLedger(store, sourceId).reviews();
  // A review that was begun just now has no snapshot yet.
  for (const review of reviews.slice(-2).reverse()) {
    const stored = await loadSnapshot({ store, sourceId, review });
    if (!stored) continue;
    const { peopleById } = await responsibleBookOf(store, stored.snapshot);
    return [...peopleById.values()]
      .filter((person) => person.email !== null && plain(person.email) === email && person.status !== "left")
      .map(({ id }) => id);
  }
  return [];
}
