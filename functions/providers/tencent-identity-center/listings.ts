import type { PageChain } from "../../http/pages.ts";
import { ExpiredPageTokenError, type ListingPlan, type Reader } from "../../review/ports.ts";
import { hasCode } from "../provider-call.ts";
import { listRoleAssignments } from "./calls.ts";
import { type Organization, toEntry } from "./grants.ts";
import type { CloudCall } from "./signed-call.ts";

/** The only listing: the assignments of all holders. */
export const listingPlan: ListingPlan = {
  way: "all",
  why: "one listing shows every assignment of the zone, a hundred a page",
  listings: [{ id: "assignments", kind: "assignments", parameters: {} }],
};

const tokenRefused = "InvalidParameter.NextTokenInvalid";

/** Reads one page of the listing. The page's `total` is how many assignments the vendor says there are. */
export function createPageReader(
  call: CloudCall,
  chain: PageChain,
  zone: { id: string; readOrganization: () => Promise<Organization> },
): Reader["readPage"] {
  return async ({ id }, token) => {
    const organization = await zone.readOrganization();
    const { data } = await call(listRoleAssignments(zone.id, token)).catch((error) => blameToken(error, token));
    return {
      entries: data.items.map((row) => toEntry(row, organization)),
      next: chain.follow(id, token, data),
      spawned: [],
      counts: {},
      total: data.total,
    };
  };
}

function blameToken(error: unknown, token: string | null): never {
  if (token === null || !hasCode(error, tokenRefused)) throw error;
  throw new ExpiredPageTokenError("Cannot go on with the assignments as their page token was refused", {
    cause: error,
  });
}
