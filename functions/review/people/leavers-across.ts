import type { Grant, Holder } from "../grants/grant.ts";

/** That one source shows a person as gone. `lastDay`: calendar date, `null` where it did not say. */
export type Departure = { source: string; status: "left" | "disabled"; lastDay: string | null };

/** A person whom a source shows as gone while another still shows grants of theirs. It flags: nothing may be expired by it. */
export type LeaverAcross = {
  /** As all systems spell it: trimmed, in lower case. */
  email: string;
  name: string | null;
  /** One of each source, sorted by source. */
  departures: Departure[];
  /** Sorted by source and grant id. */
  grants: Grant[];
};

/** Finds leavers in two passes over the grants of all sources, so that only what concerns them is held in memory. */
export type LeaverMatch = {
  /** First pass: every grant. */
  noteDeparture(grant: Grant): void;
  /** Second pass: every grant again. */
  noteGrant(grant: Grant): void;
  /** Whether the first pass saw anybody who is gone: if not, the second has nothing to find. */
  hasDepartures(): boolean;
  /** Sorted by e-mail. */
  leavers(): LeaverAcross[];
};

/** What stands for one person in every system; `null` for a group, and where there is no e-mail to match by. */
export function matchedEmail({ kind, email }: Holder): string | null {
  return kind === "user" ? email?.trim().toLowerCase() || null : null;
}

function departureOf({ source, holder }: Grant): Departure | null {
  const { status, employedAgain, lastDay } = holder;
  if (status === "disabled" || (status === "left" && employedAgain !== true)) return { source, status, lastDay };
  return null;
}

type Person = {
  name: string | null;
  departures: Map<string, Departure>;
  /** Sources that show somebody of this e-mail at work. */
  presentIn: Set<string>;
  grants: Grant[];
};

/** Having left says more than being disabled; of two former employments the later counts. */
function isTelling(departure: Departure, known: Departure): boolean {
  return departure.status === known.status
    ? (departure.lastDay ?? "") > (known.lastDay ?? "")
    : departure.status === "left";
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function acrossOf(email: string, { name, departures, presentIn, grants }: Person): LeaverAcross[] {
  // Where an old and a present account share an address, the person is back, or the address has gone to another.
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

/** Matches people over several sources by e-mail. */
export function createLeaverMatch(): LeaverMatch {
  const people = new Map<string, Person>();
  const personOf = ({ holder }: Grant): Person | undefined => people.get(matchedEmail(holder) ?? "");
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
      if (status === "active" || status === "leaving") person.presentIn.add(grant.source);
      person.grants.push(grant);
    },
    hasDepartures: () => people.size > 0,
    leavers: () => [...people].sort(([a], [b]) => byText(a, b)).flatMap(([email, person]) => acrossOf(email, person)),
  };
}
