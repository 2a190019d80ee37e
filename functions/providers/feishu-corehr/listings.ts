import { chunked } from "../../basics/chunked.ts";
import { hashOf } from "../../basics/hash.ts";
import type { Role } from "../../review/grants/grant.ts";
import type { Listing, ListingPlan, Page, Reader } from "../../review/ports.ts";
import { type FeishuCall, openPageReader, type PagedReply, type PageRequest } from "../feishu/call.ts";
import { type HirePeriod, maxFilterIds, pageCapacity, queryAuthorizations, searchEmployees } from "./calls.ts";
import { toEntries } from "./grants.ts";
import {
  chooseStrategy,
  doesIdFilterWalkEverybody,
  type ListingStrategy,
  type Measurements,
  type Measuring,
  measureStrategies,
  splitRolesIntoListings,
} from "./listing-strategy.ts";
import type { AuthorizationsReply, FoundEmployee } from "./replies.ts";
import type { ListedStatuses } from "./roles.ts";

/** A listing of people, and the size of the listings of their grants: so many people each, else as many as a call takes. */
type PeopleListing = {
  kind: "employees" | "leavers";
  parameters: { idsAListing?: number; period?: HirePeriod };
};

/** A listing of grants, or of people whose grants are listed next. */
type CoreHrListing =
  | { kind: "unfiltered"; parameters: Record<string, never> }
  | { kind: "roles"; parameters: { roleIds: string[] } }
  | { kind: "holders"; parameters: { employmentIds: string[] } }
  | PeopleListing;

/** The id is made of the parameters: the same parameters are the same listing. */
function toListing(listing: CoreHrListing): Listing {
  const isPlain = Object.keys(listing.parameters).length === 0;
  return { id: isPlain ? listing.kind : `${listing.kind}-${hashOf(listing.parameters).slice(0, 16)}`, ...listing };
}

/** Measures the three strategies, and plans the listings of the cheapest one. Leavers are always listed by id as well. */
export async function planListings(measuring: Measuring, roles: Role[] | Promise<Role[]>): Promise<ListingPlan> {
  const [measured, listed] = await Promise.all([measureStrategies(measuring), roles]);
  const { way, why } = chooseStrategy(measured);
  const roleIds = listed.map(({ id }) => id);
  const people = (kind: PeopleListing["kind"]): Listing[] => peopleListings(kind, measured, measuring.timer.now());
  // The vendor does not document whether a listing that names no people shows leavers, whom a review looks for above all.
  // Leavers come first, as their pages may be one chain that nothing shortens.
  return { way, why, listings: [...people("leavers"), ...listingsOf(way, roleIds, { measured, people })] };
}

function listingsOf(
  way: ListingStrategy["way"],
  roleIds: string[],
  { measured, people }: { measured: Measurements; people(kind: PeopleListing["kind"]): Listing[] },
): Listing[] {
  switch (way) {
    case "unfiltered":
      return [toListing({ kind: "unfiltered", parameters: {} })];
    case "by-employees":
      return people("employees");
    case "by-roles":
      return splitRolesIntoListings(roleIds, measured).map((ids) =>
        toListing({ kind: "roles", parameters: { roleIds: ids } }),
      );
    default:
      return way satisfies never;
  }
}

/** One listing of people, or one for each period of hire. */
function peopleListings(kind: PeopleListing["kind"], measured: Measurements, now: number): Listing[] {
  const parameters = doesIdFilterWalkEverybody(measured) ? { idsAListing: pageCapacity } : {};
  if (!measured.splitsByHireDate) return [toListing({ kind, parameters })];
  return hirePeriods(now).map((period) => toListing({ kind, parameters: { ...parameters, period } }));
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
    const { period } = parameters;
    const filter = { status: statuses[kind], ...(period ? { period } : {}) };
    const page = await read(
      asked,
      (token) => searchEmployees(filter, token),
      ({ items }) => foundPeople(items, { kind, parameters }),
    );
    const parts = period && asked.token === null && page.next !== null ? partsOf(period) : [];
    if (parts.length === 0) return page;
    const spawned = parts.map((part) => toListing({ kind, parameters: { ...parameters, period: part } }));
    return { entries: [], spawned, counts: {}, next: null };
  }

  return async (listing, token) => {
    const asked = { id: listing.id, token };
    const { kind, parameters } = listing as Listing & CoreHrListing;
    switch (kind) {
      case "employees":
      case "leavers":
        return readPeople(asked, { kind, parameters });
      case "unfiltered":
      case "roles":
      case "holders": {
        const listed = await readStatuses();
        const toContent = ({ items }: AuthorizationsReply): PageContent => ({
          entries: toEntries(items, listed),
          spawned: [],
          counts: {},
        });
        return read(asked, (next) => queryAuthorizations(parameters, next), toContent);
      }
      default:
        throw new Error(`Cannot read a page as there is no such listing: ${kind satisfies never}`);
    }
  };
}

function foundPeople(items: FoundEmployee[] | null | undefined, { kind, parameters }: PeopleListing): PageContent {
  const ids = [...new Set((items ?? []).map((item) => item.employment_id_v2))];
  const spawned = chunked(ids, parameters.idsAListing ?? maxFilterIds).map((employmentIds) =>
    toListing({ kind: "holders", parameters: { employmentIds } }),
  );
  return { entries: [], spawned, counts: { [kind]: ids.length } };
}
