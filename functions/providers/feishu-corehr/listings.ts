import { hashOf } from "../../basics/hash.ts";
import type { Role } from "../../review/grants/grant.ts";
import type { Listing, ListingPlan } from "../../review/ports.ts";
import { type HirePeriod, hirePeriods } from "./hire-periods.ts";
import { type Probing, probe } from "./probe.ts";
import { chooseWay, doesIdFilterWalkAll, type Figures, pageCapacity, rolesByListing, type Way } from "./ways.ts";

/** Which people to look for, and so many of whom (as many as a call takes) make a listing of their grants. */
export type PeopleListing = {
  kind: "employees" | "leavers";
  parameters: { idsAListing?: number; period?: HirePeriod };
};

/** What a listing of ours says: whose grants, or which employees whose grants are to be asked for. */
export type CoreHrListing =
  | { kind: "unfiltered"; parameters: Record<string, never> }
  | { kind: "roles"; parameters: { roleIds: string[] } }
  | { kind: "holders"; parameters: { employmentIds: string[] } }
  | PeopleListing;

/** The same parameters make the same listing. */
export const toListing = (listing: CoreHrListing): Listing => ({
  id:
    Object.keys(listing.parameters).length === 0
      ? listing.kind
      : `${listing.kind}-${hashOf(listing.parameters).slice(0, 16)}`,
  ...listing,
});

/** Tries the three ways with a call each, and lists by the cheapest; who left is always asked for by id as well. */
export async function planListings(probing: Probing, roles: Role[] | Promise<Role[]>): Promise<ListingPlan> {
  const [figures, listed] = await Promise.all([probe(probing), roles]);
  const { way, why } = chooseWay(figures);
  const roleIds = listed.map(({ id }) => id);
  const people = (kind: PeopleListing["kind"]): Listing[] => peopleListings(kind, figures, probing.timer.now());
  // Whether leavers are part of a listing that names no people is not documented, and they are what a review looks for.
  // They come first, as they may be one chain of pages that nothing shortens.
  return { way, why, listings: [...people("leavers"), ...listingsOf(way, roleIds, { figures, people })] };
}

type Planning = { figures: Figures; people(kind: PeopleListing["kind"]): Listing[] };

function listingsOf(way: Way["way"], roleIds: string[], { figures, people }: Planning): Listing[] {
  switch (way) {
    case "unfiltered":
      return [toListing({ kind: "unfiltered", parameters: {} })];
    case "by-employees":
      return people("employees");
    case "by-roles":
      return rolesByListing(roleIds, figures).map((ids) => toListing({ kind: "roles", parameters: { roleIds: ids } }));
    default:
      return way satisfies never;
  }
}

/** One chain of pages; or, where latency would cap it and days of hire can be asked for, a chain for each period. */
function peopleListings(kind: PeopleListing["kind"], figures: Figures, now: number): Listing[] {
  const parameters = doesIdFilterWalkAll(figures) ? { idsAListing: pageCapacity } : {};
  if (!figures.findsByDayOfHire) return [toListing({ kind, parameters })];
  return hirePeriods(now).map((period) => toListing({ kind, parameters: { ...parameters, period } }));
}
