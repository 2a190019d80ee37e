import { chunked } from "../../basics/chunked.ts";
import { hashOf } from "../../basics/hash.ts";
import type { Listing, Page, Reader, SweepAsked } from "../../review/ports.ts";
import { type FeishuCall, openPageReader, type PagedReply, type PageRequest } from "../feishu/call.ts";
import {
  type EmployeeFilter,
  type HirePeriod,
  listPeople,
  maxFilterIds,
  queryAuthorizations,
  searchEmployees,
  searchOffboardings,
} from "./calls.ts";
import { toPerson } from "./employments.ts";
import { toEntries } from "./grants.ts";
import type { AuthorizationsReply } from "./replies.ts";
import type { ListedStatuses } from "./roles.ts";

/** A listing of people, and the size of the listings of their grants: so many people each, else as many as a call takes. */
export type PeopleListing = {
  kind: "employees" | "leavers";
  parameters: { idsAListing?: number; period?: HirePeriod };
};

/** A listing of grants, or of people whose grants are listed next. */
export type CoreHrListing =
  | { kind: "unfiltered"; parameters: Record<string, never> }
  | { kind: "roles"; parameters: { roleIds: string[] } }
  | { kind: "people"; parameters: EmployeeFilter }
  | { kind: "holders"; parameters: { employmentIds: string[]; of: PeopleListing["kind"] | "sample" | "sweep" } }
  | { kind: "departures"; parameters: { period: HirePeriod; listed?: string[] } | { employmentIds: string[] } }
  | PeopleListing;

/** The id is made of the parameters: the same parameters are the same listing. */
export function toListing(listing: CoreHrListing): Listing {
  const isPlain = Object.keys(listing.parameters).length === 0;
  return { id: isPlain ? listing.kind : `${listing.kind}-${hashOf(listing.parameters).slice(0, 16)}`, ...listing };
}

/** Periods that cover every day of hire once: single years around `now` (epoch milliseconds), decades and more elsewhere. */
export function hirePeriods(now: number): HirePeriod[] {
  const thisYear = new Date(now).getUTCFullYear();
  return [
    yearsBetween(1900, 1989),
    yearsBetween(1990, 1999),
    ...eachYear(2000, thisYear + 1),
    yearsBetween(thisYear + 2, 9999),
  ];
}

/** The years of a period, or the months of a year. None for a month, and none for a period of 100 years or more. */
export function partsOf({ from, until }: HirePeriod): HirePeriod[] {
  const [first, last] = [yearOf(from), yearOf(until)];
  if (last - first >= 100) return [];
  if (last > first) return eachYear(first, last);
  return from.slice(5, 7) === until.slice(5, 7) ? [] : Array.from({ length: 12 }, (_, month) => monthOf(first, month));
}

function eachYear(first: number, last: number): HirePeriod[] {
  return Array.from({ length: last - first + 1 }, (_, at) => yearsBetween(first + at, first + at));
}

function yearsBetween(first: number, last: number): HirePeriod {
  return { from: `${first}-01-01`, until: `${last}-12-31` };
}

function yearOf(day: string): number {
  return Number(day.slice(0, 4));
}

function monthOf(year: number, month: number): HirePeriod {
  const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
  return { from: dayOf(Date.UTC(year, month, 1)), until: dayOf(Date.UTC(year, month + 1, 0)) };
}

/** The listings of a sweep: who left, then what they hold. Names of people's departures are asked for once, as the proof that the search shows them. */
export function sweepListings({ period, knownLeavers, holders }: SweepAsked): Listing[] {
  const known = period ? chunked(knownLeavers, maxFilterIds) : [];
  return [
    // The grants of the holders are listed anyway: once more would be two listings with one id, whose pages mix.
    ...(period ? [toListing({ kind: "departures", parameters: { period, listed: [...holders] } })] : []),
    ...known.map((employmentIds) => toListing({ kind: "departures", parameters: { employmentIds } })),
    ...chunked(holders, maxFilterIds).map(sweptHolders),
  ];
}

function sweptHolders(employmentIds: string[]): Listing {
  return toListing({ kind: "holders", parameters: { employmentIds, of: "sweep" } });
}

const statuses = { employees: "hired", leavers: "terminated" } as const;

type PageContent = Omit<Page, "next">;
type AskedPage = { id: string; token: string | null };

/** Reads one page of a listing by one call. A page of people has no grants: it spawns listings of their grants. */
export function createPageReader(call: FeishuCall, readStatuses: () => Promise<ListedStatuses>): Reader["readPage"] {
  const readPageOf = openPageReader(call);

  async function read<Data extends PagedReply>(
    asked: AskedPage,
    request: (token: string | null) => PageRequest<Data>,
    toContent: (data: Data) => PageContent,
  ): Promise<Page> {
    const { data, next } = await readPageOf(asked, request);
    return { ...toContent(data), next };
  }

  /** Where a period has more than one page of people, its parts are listed instead, if it has parts. */
  async function readPeople(asked: AskedPage, { kind, parameters }: PeopleListing): Promise<Page> {
    const { period, idsAListing = maxFilterIds } = parameters;
    const from = parsePlace(asked.token);
    const filter = { status: statuses[kind], ...(period ? { period } : {}) };
    const { data, next } = await readPageOf({ id: asked.id, token: from.token }, (token) =>
      searchEmployees(filter, token),
    );
    const parts = period && asked.token === null && next !== null ? partsOf(period) : [];
    if (parts.length > 0) {
      const spawned = parts.map((part) => toListing({ kind, parameters: { ...parameters, period: part } }));
      return { entries: [], spawned, counts: {}, next: null };
    }
    const found = [...new Set((data.items ?? []).map((item) => item.employment_id_v2))];
    const listings = chunked([...from.waiting, ...found], idsAListing);
    // A listing that is not full waits for the people of the next page.
    const waiting = next !== null && listings.at(-1)!.length < idsAListing ? listings.pop()! : [];
    const spawned = listings.map((employmentIds) =>
      toListing({ kind: "holders", parameters: { employmentIds, of: kind } }),
    );
    return {
      entries: [],
      spawned,
      counts: { [kind]: found.length, ...(data.withoutId > 0 ? { withoutId: data.withoutId } : {}) },
      next: next && placeAfter({ token: next, waiting }),
    };
  }

  /** Everybody of a status with what says who each is, for a source that says who people are. */
  async function readWhoPeopleAre(asked: AskedPage, filter: EmployeeFilter): Promise<Page> {
    const { data, next } = await readPageOf(asked, (token) => listPeople(filter, token));
    const parts = filter.period && asked.token === null && next !== null ? partsOf(filter.period) : [];
    if (parts.length > 0) {
      const spawned = parts.map((period) => toListing({ kind: "people", parameters: { ...filter, period } }));
      return { entries: [], spawned, counts: {}, next: null };
    }
    return { entries: [], people: (data.items ?? []).map(toPerson), spawned: [], counts: {}, next };
  }

  async function readDepartures(
    asked: AskedPage,
    parameters: Extract<CoreHrListing, { kind: "departures" }>["parameters"],
  ): Promise<Page> {
    const { data, next } = await readPageOf(asked, (token) => searchOffboardings(parameters, token));
    const departed = [...new Set(data.ids)];
    const isSearch = "period" in parameters;
    const listed = new Set(isSearch ? parameters.listed : []);
    const found = departed.filter((id) => !listed.has(id));
    return {
      entries: [],
      next,
      departed,
      spawned: isSearch ? chunked(found, maxFilterIds).map(sweptHolders) : [],
      counts: isSearch && data.withoutId > 0 ? { withoutId: data.withoutId } : {},
    };
  }

  return async (listing, token) => {
    const asked = { id: listing.id, token };
    const { kind, parameters } = listing as Listing & CoreHrListing;
    switch (kind) {
      case "employees":
      case "leavers":
        return readPeople(asked, { kind, parameters });
      case "people":
        return readWhoPeopleAre(asked, parameters);
      case "departures":
        return readDepartures(asked, parameters);
      case "unfiltered":
      case "roles":
      case "holders": {
        const listed = await readStatuses();
        const toContent = ({ items }: AuthorizationsReply): PageContent => ({
          entries: toEntries(items, listed),
          spawned: [],
          counts: {},
          ...(kind === "holders" && parameters.of === "sweep" && token === null
            ? { asked: parameters.employmentIds }
            : {}),
        });
        return read(asked, (next) => queryAuthorizations(parameters, next), toContent);
      }
      default:
        throw new Error(`Cannot read a page as there is no such listing: ${kind satisfies never}`);
    }
  };
}

/** Where a listing of people goes on: its page token, and the people found so far whom no listing of grants has yet. */
type Place = { token: string | null; waiting: string[] };

const placeMark = "waiting ";

/** The place as a token: a listing may be gone on with by another process. */
function placeAfter({ token, waiting }: Place): string | null {
  return waiting.length === 0 ? token : `${placeMark}${JSON.stringify({ token, waiting })}`;
}

function parsePlace(token: string | null): Place {
  if (!token?.startsWith(placeMark)) return { token, waiting: [] };
  return JSON.parse(token.slice(placeMark.length)) as Place;
}
