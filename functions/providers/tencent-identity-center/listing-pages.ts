import { ApiError } from "../../http/errors.ts";
import type { PageChain } from "../../http/pages.ts";
import type { Listing, ListingPlan, Page } from "../../review/ports.ts";
import { ExpiredPageTokenError } from "../../review/ports.ts";
import { type Organization, toEntry } from "./assignments.ts";
import type { CloudCall } from "./call.ts";
import { listRoleAssignments } from "./calls.ts";

/** The one listing there is: everybody's assignments. */
export const listingPlan: ListingPlan = {
  way: "all",
  why: "one listing shows every assignment of the zone, a hundred a page",
  listings: [{ id: "assignments", kind: "assignments", parameters: {} }],
};

const tokenRefused = "InvalidParameter.NextTokenInvalid";

/** Reads a page of the listing; its `total` is what the provider says there are in all. */
export function createPageReader(
  call: CloudCall,
  chain: PageChain,
  zone: { id: string; readOrganization: () => Promise<Organization> },
): (listing: Listing, token: string | null) => Promise<Page> {
  return async ({ id }, token) => {
    const organization = await zone.readOrganization();
    const { data } = await call(listRoleAssignments(zone.id, token)).catch((error) => rethrow(error, token));
    return {
      entries: data.items.map((row) => toEntry(row, organization)),
      next: chain.follow(id, token, data),
      spawned: [],
      counts: {},
      total: data.total,
    };
  };
}

function rethrow(error: unknown, token: string | null): never {
  if (token === null || !(error instanceof ApiError) || error.code !== tokenRefused) throw error;
  throw new ExpiredPageTokenError(`Cannot go on with the assignments as their page token was refused`, {
    cause: error,
  });
}
