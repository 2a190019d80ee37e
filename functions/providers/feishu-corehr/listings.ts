import type { Timer } from "../../http/call.ts";
import { eachPage } from "../../http/pages.ts";
import { hashOf } from "../../review/canonical-json.ts";
import type { Listing, ListingPlan } from "../../review/ports.ts";
import type { FeishuApi } from "../feishu/api.ts";
import type { FeishuCall } from "../feishu/call.ts";
import { type AuthorizationFilter, queryAuthorizations, searchEmployees } from "./calls.ts";
import {
  chooseWay,
  countRoleListings,
  type Figures,
  isRoleFilterNarrow,
  mostCounted,
  type ProbedPage,
  type Way,
} from "./ways.ts";

/** What a listing of ours says: whose grants, or which employees whose grants are to be asked for. */
export type CoreHrListing =
  | { kind: "unfiltered"; parameters: Record<string, never> }
  | { kind: "roles"; parameters: { roleIds: string[] } }
  | { kind: "holders"; parameters: { employmentIds: string[] } }
  | { kind: "employees" | "leavers"; parameters: Record<string, never> };

const withId = (listing: CoreHrListing): Listing => ({
  id:
    Object.keys(listing.parameters).length === 0
      ? listing.kind
      : `${listing.kind}-${hashOf(listing.parameters).slice(0, 16)}`,
  ...listing,
});

/** The grants of these people; the same people make the same listing. */
export const holdersListing = (employmentIds: string[]): Listing =>
  withId({ kind: "holders", parameters: { employmentIds } });

/** Tries the three ways with a call each, and lists by the cheapest; who left is always asked for by id as well. */
export async function planListings(api: FeishuApi, timer: Timer, roleIds: string[]): Promise<ListingPlan> {
  const figures = await probe(api, timer, roleIds);
  const { way, why } = chooseWay(figures);
  // Whether leavers are part of a listing that names no people is not documented, and they are what a review looks for.
  const leavers = withId({ kind: "leavers", parameters: {} });
  // First, as it is one chain of pages that nothing can shorten.
  return { way, why, listings: [leavers, ...listingsOf(way, roleIds, figures)] };
}

function listingsOf(way: Way["way"], roleIds: string[], figures: Figures): Listing[] {
  switch (way) {
    case "unfiltered":
      return [withId({ kind: "unfiltered", parameters: {} })];
    case "by-employees":
      return [withId({ kind: "employees", parameters: {} })];
    case "by-roles":
      return dealt(roleIds, countRoleListings(figures)).map((ids) =>
        withId({ kind: "roles", parameters: { roleIds: ids } }),
      );
    default:
      return way satisfies never;
  }
}

// Dealt like cards: neighbours in the role list are often alike, and large ones must not meet in one listing.
function dealt(ids: string[], hands: number): string[][] {
  return Array.from({ length: hands }, (_, hand) => ids.filter((_id, index) => index % hands === hand));
}

async function probe({ call, spacingMs }: FeishuApi, timer: Timer, roleIds: string[]): Promise<Figures> {
  const latencies: number[] = [];
  const firstPage = async (filter: AuthorizationFilter): Promise<ProbedPage> => {
    const askedAt = timer.now();
    const { data } = await call(queryAuthorizations(filter, null));
    latencies.push(timer.now() - askedAt);
    return { holders: data.items?.length ?? 0, hasMore: data.has_more };
  };
  const unfiltered = await firstPage({});
  const byRoles = roleIds.length === 0 ? null : await firstPage({ roleIds: roleIds.slice(0, 100) });
  const people = await call(searchEmployees("hired", null));
  const asked = (people.data.items ?? []).map((item) => item.employment_id_v2);
  const byEmployees =
    asked.length === 0 ? null : { ...(await firstPage({ employmentIds: asked })), asked: asked.length };
  return {
    roles: roleIds.length,
    unfiltered,
    byRoles,
    byEmployees,
    employed: isRoleFilterNarrow({ byRoles }) ? null : await countEmployed(call),
    latencyMs: Math.min(...latencies),
    spacingMs: spacingMs("queryAuthorizations"),
  };
}

async function countEmployed(call: FeishuCall): Promise<number | null> {
  let employed = 0;
  const fetchPage = async (token: string | null) => {
    const { items, has_more, page_token } = (await call(searchEmployees("hired", token))).data;
    return { found: items?.length ?? 0, hasMore: has_more, pageToken: page_token ?? null };
  };
  for await (const { found } of eachPage("who is employed", fetchPage)) {
    employed += found;
    if (employed > mostCounted) return null;
  }
  return employed;
}
