import type { Listing, Page, PeopleBook, Reader } from "../../review/ports.ts";
import { maxFilterIds, pageCapacity } from "./calls.ts";
import {
  chooseStrategy,
  idsAListing,
  listingsAHolder,
  reconsiderStrategy,
  sweepStrategy,
  type Tenant,
  type Way,
} from "./listing-strategy.ts";
import { type CoreHrListing, hirePeriods, type PeopleListing, sweepListings, toListing } from "./listings.ts";
import { type Measured, type Measuring, measureTenant } from "./measure-tenant.ts";

type Planner = Required<Pick<Reader, "planListings" | "planSweep" | "readPage" | "changeListings">> &
  Pick<PeopleBook, "listPeople">;

/** Plans the listings, and learns from their pages: after the first hundred the choice is looked at once more. */
export function openListingPlanner(measuring: Measuring, readPage: Reader["readPage"]): Planner {
  let watched: { measured: Measured; watch: Watch } | null = null;
  let splitsByHireDate = false;
  return {
    async listPeople() {
      const periods = splitsByHireDate ? hirePeriods(measuring.timer.now()) : [undefined];
      return (["hired", "terminated"] as const).flatMap((status) =>
        periods.map((period) => toListing({ kind: "people", parameters: { status, ...(period ? { period } : {}) } })),
      );
    },
    async planListings(roles) {
      const measured = await measureTenant(measuring, roles);
      splitsByHireDate = measured.splitsByHireDate;
      const strategy = chooseStrategy(measured.tenant);
      const listings = listingsBy(strategy.way, measured, measuring.timer.now());
      await Promise.all(measured.begun.map((each) => listings.some(each.isSame) || each.confirm()));
      watched = { measured, watch: openWatch(strategy.way, measured) };
      // The vendor does not document whether a listing that names no people shows leavers, whom a review looks for above
      // all. Leavers come first, as their pages may be one chain that nothing shortens.
      const leavers = peopleListings("leavers", measured, measuring.timer.now());
      return { ...strategy, listings: [...leavers, ...listings] };
    },
    planSweep: (asked) => ({ ...sweepStrategy(asked), listings: sweepListings(asked) }),
    async readPage(listing, token) {
      const page = await readPage(listing, token);
      watched?.watch.note(listing as Listing & CoreHrListing, page);
      return page;
    },
    changeListings() {
      const learned = watched?.watch.learned();
      if (!watched || !learned) return null;
      const { measured, watch } = watched;
      watched = null;
      const strategy = reconsiderStrategy(watch.way, learned);
      return (
        strategy && {
          ...strategy,
          listings: listingsBy(strategy.way, measured, measuring.timer.now()),
          keeps: (listing) => !isOfWay(watch.way, listing as Listing & CoreHrListing),
        }
      );
    },
  };
}

function listingsBy(way: Way, measured: Measured, now: number): Listing[] {
  switch (way) {
    case "unfiltered":
      return [toListing({ kind: "unfiltered", parameters: {} })];
    case "by-employees":
      return peopleListings("employees", measured, now);
    case "by-roles":
      return measured.roleIds.map((roleIds) => toListing({ kind: "roles", parameters: { roleIds } }));
    default:
      return way satisfies never;
  }
}

function isOfWay(way: Way, listing: CoreHrListing): boolean {
  switch (way) {
    case "unfiltered":
      return listing.kind === "unfiltered";
    case "by-employees":
      return listing.kind === "employees" || (listing.kind === "holders" && listing.parameters.of === "employees");
    case "by-roles":
      return listing.kind === "roles";
    default:
      return way satisfies never;
  }
}

/** One listing of people, or one for each period of hire. */
function peopleListings(kind: PeopleListing["kind"], { tenant, splitsByHireDate }: Measured, now: number): Listing[] {
  // The share of holders is that of people who work here. Of those who left few hold anything.
  const ids = kind === "employees" || tenant.doesIdFilterWalk ? idsAListing(tenant) : maxFilterIds;
  const parameters = ids < maxFilterIds ? { idsAListing: ids } : {};
  if (!splitsByHireDate) return [toListing({ kind, parameters })];
  return hirePeriods(now).map((period) => toListing({ kind, parameters: { ...parameters, period } }));
}

/** How many pages are read before the choice is looked at once more. */
const watchedPages = 100;

/** What the first pages of the way that was taken show of the tenant. */
type Watch = {
  way: Way;
  note(listing: CoreHrListing, page: Page): void;
  /** The tenant as it is known now; null before enough pages were read. */
  learned(): Tenant | null;
};

function openWatch(way: Way, { tenant, roleIds }: Measured): Watch {
  let [pages, asked, shown, goingOn, onGoingOn] = [0, 0, 0, 0, 0];
  const rolesByHolder = new Map<string, string[]>();
  return {
    way,
    note(listing, { entries, next }) {
      if (pages >= watchedPages || !isOfWay(way, listing)) return;
      pages++;
      const holders = Map.groupBy(entries, ({ holderId }) => holderId);
      shown += holders.size;
      for (const [id, held] of holders) {
        rolesByHolder.set(id, [...(rolesByHolder.get(id) ?? []), ...held.map(({ role }) => role.id)]);
      }
      if (next !== null) [goingOn, onGoingOn] = [goingOn + 1, onGoingOn + holders.size];
      if (listing.kind === "unfiltered") asked += pageCapacity;
      if (listing.kind === "holders" && next === null) asked += listing.parameters.employmentIds.length;
    },
    learned() {
      if (pages < watchedPages) return null;
      if (way === "by-roles") {
        // Not all listings have begun, let alone ended: a holder may be shown in more of them.
        const seen = shown / Math.max(1, rolesByHolder.size);
        const doesRoleFilterWalk = onGoingOn < (goingOn * pageCapacity) / 2;
        return { ...tenant, listingsAHolder: Math.max(tenant.listingsAHolder, seen), doesRoleFilterWalk };
      }
      return {
        ...tenant,
        sampled: asked === 0 ? tenant.sampled : { people: asked, holders: Math.min(asked, rolesByHolder.size) },
        listingsAHolder: listingsAHolder([...rolesByHolder.values()], roleIds),
      };
    },
  };
}
