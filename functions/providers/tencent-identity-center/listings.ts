import type { PageReader } from "../../http/pages.ts";
import { ExpiredPageTokenError, type ListingPlan, type Reader } from "../../review/ports.ts";
import { hasCode, placeIn } from "../provider-call.ts";
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
  pages: PageReader,
  zone: { id: string; readOrganization: () => Promise<Organization> },
): Reader["readPage"] {
  return async ({ id }, token) => {
    const organization = await zone.readOrganization();
    const { name, words } = listRoleAssignments(zone.id, token);
    const { page, next } = await pages.read(
      { listing: { id, call: name, words, ...placeIn(call) }, token },
      async (from) => (await call(listRoleAssignments(zone.id, from)).catch((error) => blameToken(error, from))).data,
      ({ marks }) => marks,
    );
    const entries = page.items.map((row) => toEntry(row, organization));
    return { entries, next, spawned: [], counts: {}, total: { grants: page.total, call: name } };
  };
}

function blameToken(error: unknown, token: string | null): never {
  if (token === null || !hasCode(error, tokenRefused)) throw error;
  throw new ExpiredPageTokenError("Cannot go on with the assignments as their page token was refused", {
    cause: error,
  });
}
