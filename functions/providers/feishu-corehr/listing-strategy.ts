// Which way to list every grant takes the fewest calls. Pure judgement: what is known of a tenant goes in, calls come out.

import { chunked } from "../../basics/chunked.ts";
import type { Because } from "../../review/because.ts";
import { sayListing } from "../../review/grants/say-listing.ts";
import { maxEmployees, maxFilterIds, pageCapacity } from "./calls.ts";

/** The ways to list every grant: by role ids, everybody, or by the ids of the people whom a search finds. */
export type Way = "by-roles" | "unfiltered" | "by-employees";

/** What is known of a tenant: measured before its grants are listed, and better known once a part of them was. */
export type Tenant = {
  /** People who work here: so many were counted, which are all of them or not. */
  counted: { people: number; areAll: boolean };
  /** People whose grants were read, and how many of them hold something. */
  sampled: { people: number; holders: number };
  /** In how many of the listings by roles a holder is shown, in the mean; and how many such listings there are. */
  listingsAHolder: number;
  roleListings: number;
  /** Whether pages of a listing by roles, and by people's ids, walk past everybody else as well. */
  doesRoleFilterWalk: boolean;
  doesIdFilterWalk: boolean;
  /** Whether somebody who holds something was seen whom no call of employees shows. */
  areHoldersHidden: boolean;
  /** The shortest call; and how far apart calls are at the limit's full rate. */
  latencyMs: number;
  spacingMs: number;
};

/** How every grant is listed, and the estimate that says so: in English, and as a code with its figures. */
export type ListingStrategy = { way: Way; why: string; because: Because };

/** How a sweep lists: of people who leave or have left, and of named ones, their grants by id. */
export function sweepStrategy({ period, holders }: { period: { from: string } | null; holders: readonly string[] }) {
  const figures = { since: period?.from ?? "", holders: holders.length };
  return { way: "sweep", ...sayListing(period ? "changed-holders" : "named-holders", figures) };
}

/** How large a tenant is taken to be whose people were not counted to the end. */
const assumedPeople = 10_000;

/** By employees nobody is shown whom the search does not find: that way has to save a tenth of the calls. */
const weights: Record<Way, number> = { "by-roles": 1, unfiltered: 1, "by-employees": 1.1 };

/** Unfiltered pages walk whoever has left as well, whom nobody counted: taken to be a tenth. */
const withLeavers = 1.1;

/** How many calls list the grants of so many people, by each way. Infinite where the way is not to be taken at all. */
export function callsOf(tenant: Tenant, people: number): Record<Way, number> {
  const { roleListings, doesRoleFilterWalk, areHoldersHidden, latencyMs, spacingMs } = tenant;
  const pagesOfRoles = (people * shareOf(tenant) * tenant.listingsAHolder) / pageCapacity;
  const ids = idsAListing(tenant);
  return {
    // The last page of a listing is half empty in the mean. Where each listing walks everybody, all is in the unfiltered one.
    "by-roles":
      doesRoleFilterWalk || roleListings === 0 ? Infinity : Math.max(roleListings, pagesOfRoles + roleListings / 2),
    // One chain of pages: while one page is on its way, other calls could have been made.
    unfiltered: ((people * withLeavers) / pageCapacity) * Math.max(1, latencyMs / spacingMs),
    // Where everybody's pages fit into one window of the limit, nothing is won by leaving people out.
    "by-employees":
      areHoldersHidden || people <= maxCountedPeople(tenant)
        ? Infinity
        : people / maxEmployees + (people / ids) * pagesOfIds(tenant, ids),
  };
}

/**
 * How many ids a listing by people's ids has, so that the ids take the fewest pages. Where pages walk whoever is asked for,
 * the ids of one page, as short listings can run side by side. Else as many as fill the last page without often needing
 * another one.
 */
export function idsAListing(tenant: Tenant): number {
  if (tenant.doesIdFilterWalk) return pageCapacity;
  if (maxFilterIds * shareOf(tenant) <= pageCapacity) return maxFilterIds;
  const sizes = Array.from({ length: maxFilterIds }, (_, less) => maxFilterIds - less);
  const callsAnId = (ids: number): number => pagesOfIds(tenant, ids) / ids;
  const fewest = Math.min(...sizes.map(callsAnId));
  // The largest size that is as good but for a fiftieth: people's grants may be spread more evenly than by chance.
  return sizes.find((ids) => callsAnId(ids) < fewest * 1.02) ?? maxFilterIds;
}

/** Pages of so many people's ids in the mean, where each of them holds something by the same chance. */
function pagesOfIds(tenant: Tenant, ids: number): number {
  if (tenant.doesIdFilterWalk) return Math.ceil(ids / pageCapacity);
  const share = shareOf(tenant);
  const deviation = Math.sqrt(ids * share * (1 - share));
  let pages = 1;
  for (let full = pageCapacity; full < ids; full += pageCapacity) {
    // The chance that there are more holders than the pages so far have room for: the normal distribution, by a logistic curve.
    pages += 1 / (1 + Math.exp((-1.702 * (ids * share - full - 0.5)) / deviation));
  }
  return pages;
}

/**
 * The role ids of each listing by roles. A holder of two roles is listed once in every listing that has one of the roles,
 * so that more listings than the limit needs only cost pages. There are twice as many as the latency asks for, in case the
 * latency rises. Where one chain of pages keeps up with the limit, the listings are filled one after the other: a full
 * listing and a small one have fewer holders in common than two halves.
 */
export function splitRolesIntoListings(
  roleIds: string[],
  { latencyMs, spacingMs }: Pick<Tenant, "latencyMs" | "spacingMs">,
): string[][] {
  const chains = Math.ceil((2 * latencyMs) / spacingMs);
  if (chains <= 1) return chunked(roleIds, maxFilterIds);
  const listings = Math.max(Math.ceil(roleIds.length / maxFilterIds), Math.min(roleIds.length, chains, 48));
  // Neighbours in the role list are often alike, and two large roles must not meet in one listing: roles are dealt like
  // cards.
  return Array.from({ length: listings }, (_, at) => roleIds.filter((_id, index) => index % listings === at));
}

/** In how many of the listings by roles these holders are shown, in the mean. */
export function listingsAHolder(rolesOfHolders: string[][], roleIds: string[][]): number {
  if (rolesOfHolders.length === 0) return 1;
  const listingOf = new Map(roleIds.flatMap((ids, at) => ids.map((id) => [id, at] as const)));
  const shown = rolesOfHolders.map((roles) => new Set(roles.map((id) => listingOf.get(id))).size);
  return shown.reduce((sum, listings) => sum + listings, 0) / shown.length;
}

/** The way with the fewest calls, by what is known. */
export function chooseStrategy(tenant: Tenant): ListingStrategy {
  const people = peopleOf(tenant);
  return {
    way: cheapest(weigh(tenant, people)),
    ...sayListing("fewest-listing-calls", figuresOf(tenant, people)),
  };
}

/** A way may take so many times the calls of the best one before it counts as wrong. */
const tolerance = 1.1;
/** To count people is not worth it where the wrong way takes only so many calls more. */
const slackCalls = 40;
/** People are counted, and people's grants are sampled, up to so many. */
const maxSampledPeople = 500;

/**
 * What is still to be found out before a way is chosen: how many people there are, or how many of them hold something. Null
 * where the choice stays right, within the tolerance, whatever the answer is, and where an answer takes too many calls.
 */
export function openQuestion(tenant: Tenant): "people" | "share" | null {
  const { counted } = tenant;
  if (counted.areAll) return null;
  const { way } = chooseStrategy(tenant);
  const isWrongIn = (other: Tenant, people: number, slack = 0): boolean => {
    const calls = weigh(other, people);
    return calls[way] > tolerance * calls[cheapest(calls)] + slack;
  };
  if (counted.people < maxSampledPeople && sharesOf(tenant).some((other) => isWrongIn(other, assumedPeople)))
    return "share";
  return counted.people < maxCountedPeople(tenant) && isWrongIn(tenant, counted.people, slackCalls) ? "people" : null;
}

/**
 * The way to change over to, by what the first pages of the way that was taken show; null where that way is right, or not
 * wrong by enough. The listing is taken to be half-way: the other way reads everything anew, and has to do so with fewer
 * calls than are left.
 */
export function reconsiderStrategy(taken: Way, tenant: Tenant): ListingStrategy | null {
  const people = peopleOf(tenant);
  const calls = weigh(tenant, people);
  const way = cheapest(calls);
  if (calls[way] >= calls[taken] / 2) return null;
  return { way, ...sayListing("listing-changed", { ...figuresOf(tenant, people), taken }) };
}

/**
 * How many employees make a company small: their pages fit into one window of 100 calls, less some calls for the
 * measurements and the leavers, and one chain of pages walks them within that window.
 */
export function maxCountedPeople({ latencyMs, spacingMs }: Pick<Tenant, "latencyMs" | "spacingMs">): number {
  return Math.min(1_800, pageCapacity * Math.floor((100 * spacingMs) / latencyMs));
}

function shareOf({ sampled: { people, holders } }: Tenant): number {
  return people === 0 ? 1 : holders / people;
}

function peopleOf({ counted: { people, areAll } }: Tenant): number {
  return areAll ? people : Math.max(people, assumedPeople);
}

function weigh(tenant: Tenant, people: number): Record<Way, number> {
  const calls = callsOf(tenant, people);
  for (const way of Object.keys(weights) as Way[]) calls[way] *= weights[way];
  return calls;
}

function cheapest(calls: Record<Way, number>): Way {
  const [first, ...others] = Object.keys(weights) as [Way, ...Way[]];
  return others.reduce((best, way) => (calls[way] < calls[best] ? way : best), first);
}

/** The tenant at both ends of where its share of holders lies, by the sample, in 19 cases of 20. */
function sharesOf(tenant: Tenant): Tenant[] {
  const { people } = tenant.sampled;
  const share = shareOf(tenant);
  const spread = 2 * Math.sqrt((share * (1 - share)) / Math.max(1, people));
  return [Math.max(0, share - spread), Math.min(1, share + spread)].map((end) => ({
    ...tenant,
    sampled: { people, holders: end * people },
  }));
}

/** The figures of the estimate. "-": a strategy that is not to be taken. */
function figuresOf(tenant: Tenant, people: number): Required<Because>["figures"] {
  const { roleListings, sampled } = tenant;
  const calls = callsOf(tenant, people);
  const said = (way: Way): string => (Number.isFinite(calls[way]) ? String(Math.ceil(calls[way])) : "-");
  return {
    people,
    byRoles: said("by-roles"),
    unfiltered: said("unfiltered"),
    byEmployees: said("by-employees"),
    roleListings,
    listingsAHolder: tenant.listingsAHolder.toFixed(1),
    sampled: sampled.people,
    holders: Math.round(sampled.holders),
  };
}
