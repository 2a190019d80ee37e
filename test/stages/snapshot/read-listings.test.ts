import { describe, expect, it } from "vitest";
import type { GrantEntry } from "../../../functions/review/grants/grant.ts";
import type { Listing, Page, Reader } from "../../../functions/review/ports.ts";
import { type OpenListing, readListings } from "../../../functions/stages/snapshot/read-listings.ts";
import { openLargeCompany } from "../../bench/large-company.ts";

const source = openLargeCompany({ grants: 400, generation: 0 });
const listingOf = (id: string): Listing => ({ id, kind: "part", parameters: {} });
const openOf = (ids: string[]): OpenListing[] => ids.map((id) => ({ listing: listingOf(id), token: null }));
const [someGrant] = (await source.readPage(listingOf("0"), null)).entries as [GrantEntry];

const empty: Page = { entries: [], next: null, spawned: [], counts: {} };
const holding = (holderIds: string[]): Page => ({
  ...empty,
  entries: holderIds.map((holderId) => ({ ...someGrant, holderId })),
});

/** Reads the listings of a source in which these are otherwise than in the invented company, and gives the pages' listings. */
const readAll = async (open: OpenListing[], changed: Partial<Reader>): Promise<string[]> => {
  const given: string[] = [];
  const following = { open, shouldStop: () => false, onLastPage: () => {} };
  for await (const { listing } of readListings({ ...source, ...changed }, following)) given.push(listing.id);
  return given;
};

describe("readListings()", () => {
  it("begins listings in the order in which they were found", async () => {
    const first = Array.from({ length: 300 }, (_, at) => `first ${at}`);
    const begun: string[] = [];
    await readAll(openOf(first), {
      readPage: async ({ id }) => {
        begun.push(id);
        const spawned = id.startsWith("first") ? [listingOf(id.replace("first", "found"))] : [];
        return { ...empty, spawned };
      },
    });
    expect(begun).toEqual([...first, ...first.map((id) => id.replace("first", "found"))]);
  });

  it("asks for the facts of a page's holders after 300 more pages, however few wait for theirs", async () => {
    let pages = 0;
    const pagesWhenAsked: number[] = [];
    const ids = Array.from({ length: 1_000 }, (_, at) => String(at));
    const given = await readAll(openOf(ids), {
      readPage: async ({ id }) => {
        pages++;
        return id === "0" ? holding([someGrant.holderId]) : empty;
      },
      readHolders: async (asked) => {
        pagesWhenAsked.push(pages);
        return await source.readHolders(asked);
      },
    });
    expect(given).toHaveLength(1_000);
    expect(pagesWhenAsked).toHaveLength(1);
    // Those that were under way when the 300th came are among them.
    expect(pagesWhenAsked[0]).toBeLessThanOrEqual(300 + 192);
  });

  it("reads on ahead while facts are awaited, until what waits is 20,000 grants and what is under way", async () => {
    const { promise: toldFacts, resolve: tellFacts } = Promise.withResolvers<void>();
    let pages = 0;
    let pagesSeen = -1;
    const ids = Array.from({ length: 1_000 }, (_, at) => String(at));
    const holders = Array.from({ length: 100 }, (_, at) => String(6967000110000000000n + BigInt(at) * 37n));
    const reading = readAll(openOf(ids), {
      readPage: async () => {
        pages++;
        return holding(holders);
      },
      readHolders: async (asked) => {
        await toldFacts;
        return await source.readHolders(asked);
      },
    });
    for (; pages !== pagesSeen; await new Promise(setImmediate)) pagesSeen = pages;
    expect(pages).toBeGreaterThanOrEqual(200);
    expect(pages).toBeLessThanOrEqual(200 + 192);
    tellFacts();
    expect(await reading).toHaveLength(1_000);
  });
});
