// Who a reviewer is, as people write it: an id, an e-mail, `mailto:` before it, `Name <address>`, in full width, or with
// characters that nobody sees.

type ReviewerName = { id: string; email: string | null };

/** Holders' own ids and e-mails are mostly plain: most of a million need no more than this look. */
const plainText = /^[!#-&*-:=?-~]+$/;

const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Z}\s\u2800]/gu;

/** What stands for a person, as two ways to write it can be compared; empty where nothing does. */
export function plainReviewer(text: string | null): string {
  if (text === null) return "";
  if (plainText.test(text) && !/^mailto:/i.test(text)) return text.toLowerCase();
  const wide = text.normalize("NFKC");
  // The address of `Name <address>`; a comment of an address, as in `address (Name)`, is no part of it.
  const address = /<([^<>]*)>[^<>]*$/.exec(wide)?.[1] ?? wide.replace(/\([^()]*\)/g, "");
  const bare = address
    .replace(unseen, "")
    .replace(/^["']+|["';,]+$/g, "")
    .replace(/^mailto:([^?]*).*$/i, "$1");
  return decoded(bare).toLowerCase();
}

/** `mailto:` writes some characters by their numbers. */
function decoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text).replace(unseen, "");
  } catch {
    return text;
  }
}

/** A person, as one can be compared with holders: their ids and e-mails as people write them, and e-mails that are known to be theirs. */
export type NamedPerson = { names: ReadonlySet<string>; emails: ReadonlySet<string> };

/** A person by ids or e-mails, and by further e-mails. What is empty names nobody. */
export function namedPerson(names: Iterable<string>, emails: Iterable<string | null> = []): NamedPerson {
  const plainOf = (texts: Iterable<string | null>): Set<string> => {
    const all = new Set(Array.from(texts, plainReviewer));
    all.delete("");
    return all;
  };
  return { names: plainOf(names), emails: plainOf(emails) };
}

/** Whether two are one person: by an id, or by an e-mail, which another employment may have as well. */
export function isSamePerson({ names, emails }: NamedPerson, { id, email }: ReviewerName): boolean {
  const address = plainReviewer(email);
  return names.has(plainReviewer(id)) || names.has(address) || emails.has(address);
}

/** Whether a person holds the grant: as its holder, or as one of the group that holds it. */
export function isOwnGrant(holder: ReviewerName & { members?: readonly ReviewerName[] }, person: NamedPerson): boolean {
  return [holder, ...(holder.members ?? [])].some((one) => isSamePerson(person, one));
}
