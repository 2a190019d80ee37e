import { byText } from "../../basics/sorted.ts";
import { type Grant, type Holder, worksHere } from "../grants/grant.ts";
import type { PersonFacts } from "./person.ts";

/** One source shows a person as gone. `lastDay`: calendar date, `null` if the source did not give one. */
export type Departure = { source: string; status: "left" | "disabled"; lastDay: string | null };

/**
 * A person whom one source shows as gone while another source still shows their grants. For people to look at: no
 * removal may follow from a match by e-mail.
 */
export type LeaverAcross = {
  /** Trimmed, in lower case. */
  email: string;
  name: string | null;
  /** One for each source that shows the person as gone, sorted by source. */
  departures: Departure[];
  /** Sorted by source and grant id. */
  grants: Grant[];
};

/** Finds leavers in two passes over the grants of all sources. Memory holds only the leavers and their grants. */
export type LeaverMatch = {
  /** First pass: call with every grant. */
  noteDeparture(grant: Grant): void;
  /** Second pass: call with every grant again. */
  noteGrant(grant: Grant): void;
  /** Whether the first pass saw anybody who is gone. If not, the second pass can be skipped. */
  hasDepartures(): boolean;
  /** Sorted by e-mail. */
  leavers(): LeaverAcross[];
};

/** A person of the authority, and the source that is the authority. */
type ByAuthority = { authority: string; personOf(grant: Grant): PersonFacts };

/**
 * Leavers by the source that says who people are: whoever has left by it, and holds something elsewhere with a holder that is not
 * `left` there. People it does not know are nobody's leavers.
 */
export function createAuthorityMatch({ authority, personOf }: ByAuthority): Pick<LeaverMatch, "noteGrant" | "leavers"> {
  const people = new Map<string, LeaverAcross>();
  return {
    noteGrant(grant) {
      const person = grant.source === authority ? null : personOf(grant);
      if (!person?.known || person.status !== "left" || grant.holder.status === "left") return;
      const key = person.entryIds.join("\n");
      const departures: Departure[] = [{ source: authority, status: "left", lastDay: person.lastDay }];
      const known = people.get(key) ?? { email: matchedEmail(grant.holder) ?? "", name: null, departures, grants: [] };
      people.set(key, known);
      known.name ??= grant.holder.name;
      known.grants.push(grant);
    },
    leavers: () => {
      const all = [...people.values()].sort((a, b) => byText(a.email, b.email));
      for (const { grants } of all) grants.sort((a, b) => byText(a.source, b.source) || byText(a.id, b.id));
      return all;
    },
  };
}

/** The e-mail by which a person is matched across systems; `null` for a group, and for a person without an e-mail. */
export function matchedEmail({ kind, email }: Holder): string | null {
  return kind === "user" ? email?.trim().toLowerCase() || null : null;
}

function departureOf({ source, holder }: Grant): Departure | null {
  const { status, employedAgain, lastDay } = holder;
  if (status === "disabled" || (status === "left" && employedAgain !== true)) return { source, status, lastDay };
  return null;
}

type MatchedPerson = {
  name: string | null;
  departures: Map<string, Departure>;
  /** Sources that show an active holder with this e-mail. */
  presentIn: Set<string>;
  grants: Grant[];
};

/** Whether a departure replaces the known one: `left` outranks `disabled`, and the later last day wins. */
function isTelling(departure: Departure, known: Departure): boolean {
  return departure.status === known.status
    ? (departure.lastDay ?? "") > (known.lastDay ?? "")
    : departure.status === "left";
}

function acrossOf(email: string, { name, departures, presentIn, grants }: MatchedPerson): LeaverAcross[] {
  // A source with an old and an active account of one e-mail: the person is back, or the address belongs to somebody
  // else now.
  const gone = [...departures.values()].filter(({ source }) => !presentIn.has(source));
  const elsewhere = grants.filter((grant) => gone.some(({ source }) => source !== grant.source));
  if (elsewhere.length === 0) return [];
  gone.sort((a, b) => byText(a.source, b.source));
  elsewhere.sort((a, b) => byText(a.source, b.source) || byText(a.id, b.id));
  return [
    {
      email,
      name: name ?? elsewhere.find(({ holder }) => holder.name)?.holder.name ?? null,
      departures: gone,
      grants: elsewhere,
    },
  ];
}

/** An empty match of people across sources, by e-mail. */
export function createLeaverMatch(): LeaverMatch {
  const people = new Map<string, MatchedPerson>();
  const personOf = ({ holder }: Grant): MatchedPerson | undefined => people.get(matchedEmail(holder) ?? "");
  return {
    noteDeparture(grant) {
      const [departure, email] = [departureOf(grant), matchedEmail(grant.holder)];
      if (!departure || !email) return;
      const person = people.get(email) ?? { name: null, departures: new Map(), presentIn: new Set(), grants: [] };
      people.set(email, person);
      person.name ??= grant.holder.name;
      const known = person.departures.get(grant.source);
      if (!known || isTelling(departure, known)) person.departures.set(grant.source, departure);
    },
    noteGrant(grant) {
      const person = personOf(grant);
      const { status } = grant.holder;
      if (!person || status === "left") return;
      if (worksHere(grant.holder)) person.presentIn.add(grant.source);
      person.grants.push(grant);
    },
    hasDepartures: () => people.size > 0,
    leavers: () => [...people].sort(([a], [b]) => byText(a, b)).flatMap(([email, person]) => acrossOf(email, person)),
  };
}
