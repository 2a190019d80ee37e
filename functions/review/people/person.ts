import { sha256 } from "../../basics/hash.ts";
import { openIdSet } from "../../basics/id-set.ts";
import { byText } from "../../basics/sorted.ts";
import { type HolderStatus, type PersonKey, type PersonKeys, worksHere } from "../grants/grant.ts";
import { isSameOrigin, type Origin } from "../grants/snapshot.ts";

/**
 * One employment as the authority shows it. A person may have several, with one `personId`; null: the authority does not
 * say whose employment it is. `lastDay`: calendar date.
 */
export type PersonEntry = {
  id: string;
  personId: string | null;
  status: HolderStatus;
  lastDay: string | null;
  departmentId: string | null;
  keys: PersonKeys;
};

/**
 * A line of `people.jsonl.gz`. `movedAt`: the newest instant at which a snapshot still showed the employment in another
 * department, so that the move was no earlier; null if no snapshot did.
 */
export type PersonLine = PersonEntry & { movedAt: string | null };

/** What rules see of a person whom the authority knows. Instants are ISO 8601, `lastDay` is a calendar date. */
export type KnownPerson = {
  known: true;
  status: HolderStatus;
  lastDay: string | null;
  departmentId: string | null;
  /** The departments of all current employments. */
  departmentIds: string[];
  movedAt: string | null;
  /** One employment has ended, and another has not. */
  employedAgain: boolean;
  /** The ids of the employments at the authority. */
  entryIds: string[];
};

/**
 * Why a holder is nobody whom the authority knows. `no-key`: the holder has none of the keys. `incomplete`: the authority
 * does not say which person the employment is of. `not-a-person`: a group. `no-authority`: no snapshot of the authority can
 * be relied on.
 */
export type UnknownWhy = "nobody" | "several" | "no-key" | "incomplete" | "not-a-person" | "no-authority";

export type UnknownPerson = { known: false; why: UnknownWhy };

export type PersonFacts = KnownPerson | UnknownPerson;

export const unknownPerson: UnknownPerson = { known: false, why: "no-authority" };

const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Z}\s]/gu;

/** A key as two systems' ways to write it can be compared: NFKC, case folded, without blanks and characters that nobody sees. */
function comparableKey(value: string): string {
  return value.normalize("NFKC").replace(unseen, "").toUpperCase().toLowerCase().normalize("NFKC");
}

/**
 * Those of the keys by which people are matched, as they are stored and compared. With `ids` a key is a hash, so that the
 * store holds no e-mail.
 */
export function storedKeys(
  keys: Partial<Record<PersonKey, string | null>>,
  { match, people }: { match: readonly PersonKey[]; people: "names" | "ids" },
): PersonKeys {
  const stored: PersonKeys = {};
  for (const kind of match) {
    const value = comparableKey(keys[kind] ?? "");
    if (value !== "") stored[kind] = people === "ids" ? sha256(`${kind}\n${value}`).slice(0, 32) : value;
  }
  return stored;
}

/** A holder as a person is looked for. */
export type Sought = { kind: "user" | "group"; keys?: PersonKeys };

/** The people of the authority, found by id or by keys. */
export type PeopleIndex = {
  add(line: PersonLine): void;
  /** The one person whom a holder of another source is; or why nobody, or nobody certain, is. */
  find(holder: Sought): PersonFacts;
  /** The person of one of the authority's own holders. */
  byId(holderId: string): PersonFacts;
};

/** The employments of one person, with all their keys. */
type Known = { entries: PersonLine[]; facts: PersonFacts | null };

/**
 * An empty index of the people of the authority, for finding who a holder of another source is: by the first of the `match`
 * keys that the holder and the person both have. Whoever differs in that key is another person, whatever the other keys say.
 */
export function openPeopleIndex(match: readonly PersonKey[]): PeopleIndex {
  const byPerson = new Map<string, Known>();
  const byEntry = new Map<string, Known>();
  const byKey = new Map<string, Known | Known[]>();
  return {
    add(line) {
      const person = line.personId === null ? `entry ${line.id}` : `person ${line.personId}`;
      const known = byPerson.get(person) ?? { entries: [], facts: null };
      byPerson.set(person, known);
      known.entries.push(line);
      byEntry.set(line.id, known);
      for (const kind of match) {
        const value = line.keys[kind];
        if (value !== undefined) addTo(byKey, `${kind}\n${value}`, known);
      }
    },
    byId: (holderId) => factsOf(byEntry.get(holderId)),
    find({ kind, keys = {} }) {
      if (kind !== "user") return { known: false, why: "not-a-person" };
      const asked = match.filter((one) => keys[one] !== undefined);
      if (asked.length === 0) return { known: false, why: "no-key" };
      const found = new Set<Known>();
      for (const [at, one] of asked.entries()) {
        const earlier = asked.slice(0, at);
        for (const known of listed(byKey.get(`${one}\n${keys[one]}`))) {
          // An earlier key that both have was compared already: it found this person, or this is another one.
          if (!earlier.some((key) => known.entries.some((entry) => entry.keys[key] !== undefined))) found.add(known);
        }
      }
      return found.size > 1 ? { known: false, why: "several" } : factsOf([...found][0]);
    },
  };
}

function addTo(byKey: Map<string, Known | Known[]>, key: string, known: Known): void {
  const there = listed(byKey.get(key));
  if (there.includes(known)) return;
  byKey.set(key, there.length === 0 ? known : [...there, known]);
}

/** Most keys are one person's: an array for each of a hundred thousand would be most of the index. */
function listed(known: Known | Known[] | undefined): readonly Known[] {
  if (known === undefined) return [];
  return Array.isArray(known) ? known : [known];
}

function factsOf(known: Known | undefined): PersonFacts {
  if (!known) return { known: false, why: "nobody" };
  known.facts ??= mergeEntries(known.entries);
  return known.facts;
}

const statusOrder: readonly HolderStatus[] = ["active", "leaving", "disabled", "unknown", "left"];

/** A person has the status of the employment that goes on: somebody who left one employment and works in another is active. */
function mergeEntries(entries: readonly PersonLine[]): PersonFacts {
  // Whose employment it is decides whether the person works here by another one.
  if (entries.some(({ personId }) => personId === null)) return { known: false, why: "incomplete" };
  const sorted = entries.toSorted(
    (a, b) =>
      statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status) ||
      byText(b.lastDay ?? "", a.lastDay ?? "") ||
      byText(a.id, b.id),
  );
  const [first] = sorted as [PersonLine, ...PersonLine[]];
  const current = sorted.filter(worksHere);
  const departments = (current.length > 0 ? current : [first]).map(({ departmentId }) => departmentId);
  return {
    known: true,
    status: first.status,
    lastDay: first.lastDay,
    departmentId: first.departmentId,
    departmentIds: [...new Set(departments.filter((id) => id !== null))],
    movedAt: first.movedAt,
    employedAgain: current.length > 0 && sorted.some(({ status }) => status === "left"),
    entryIds: sorted.map(({ id }) => id),
  };
}

/**
 * An employment as two pages of one listing showed it, which happens where it ended meanwhile: as it is, it has not ended.
 */
export function mergeSamePerson<Entry extends PersonEntry>(a: Entry, b: Entry): Entry {
  return a.status === "left" ? b : a;
}

/** The snapshot of the authority that people are known by. */
export type AuthoritySnapshot = {
  source: string;
  review: string;
  origin: Origin;
  takenAt: string;
  snapshotSha256: string;
  peopleSha256: string;
};

/** Whether a snapshot of the authority was read from this host and account. */
export function isFromOrigin({ origin }: AuthoritySnapshot, other: Origin): boolean {
  return isSameOrigin(origin, other);
}

/** Why no snapshot of the authority can be relied on: there is none with a list of people, or it is too old. */
export type NoAuthority = "no-people-yet" | "too-old";

/** A holder who is nobody certain. Groups are no people, and are left out. */
export type UnknownHolder = { holderId: string; why: Exclude<UnknownWhy, "not-a-person" | "no-authority"> };

/**
 * `people.json` of an assessment: by which snapshot people were known, how many holders are known, unknown, and ambiguous
 * (several people of the authority match), and the first of those who are not known, sorted by id.
 */
export type PeopleMatch = {
  formatVersion: 1;
  authority: AuthoritySnapshot | null;
  why: NoAuthority | null;
  holders: { known: number; unknown: number; ambiguous: number };
  listed: UnknownHolder[];
};

/** How many holders who are not known are listed: memory and the page hold no more. */
export const mostListed = 1_000;

/** Counts each holder once, however many grants they have. */
export type MatchTally = {
  note(holder: { id: string }, person: PersonFacts): void;
  matched(): Pick<PeopleMatch, "holders" | "listed">;
};

export function openMatchTally(): MatchTally {
  const seen = openIdSet();
  const holders = { known: 0, unknown: 0, ambiguous: 0 };
  const listed: UnknownHolder[] = [];
  return {
    note({ id }, person) {
      if (!person.known && (person.why === "not-a-person" || person.why === "no-authority")) return;
      if (seen.has(id)) return;
      seen.add(id);
      if (person.known) holders.known++;
      else {
        if (person.why === "several") holders.ambiguous++;
        else holders.unknown++;
        if (listed.length < mostListed) listed.push({ holderId: id, why: person.why as UnknownHolder["why"] });
      }
    },
    matched: () => ({ holders, listed: listed.sort((a, b) => (a.holderId < b.holderId ? -1 : 1)) }),
  };
}
