import { describe, expect, it } from "vitest";
import {
  callsOf,
  chooseStrategy,
  idsAListing,
  maxCountedPeople,
  openQuestion,
  reconsiderStrategy,
  splitRolesIntoListings,
  type Tenant,
} from "../../../functions/providers/feishu-corehr/listing-strategy.ts";

const many = { people: 2_000, areAll: false };
const atLeast100 = { people: 100, areAll: false };
const all = (people: number) => ({ people, areAll: true });
const share = (holders: number, people = 100) => ({ people, holders });

/** A tenant of 40 roles where 3 of 10 people hold something, both filters skip whoever holds nothing, and nothing is far. */
const tenant = (changed: Partial<Tenant>): Tenant => ({
  counted: many,
  sampled: share(30),
  listingsAHolder: 1,
  roleListings: 1,
  doesRoleFilterWalk: false,
  doesIdFilterWalk: false,
  areHoldersHidden: false,
  latencyMs: 20,
  spacingMs: 600,
  ...changed,
});

/** 29,671 grants of 7,226 roles, 12,320 holders: 2.4 grants a holder, whose roles are in as many listings. */
const longTail = { roleListings: 73, listingsAHolder: 2.4 };

describe("callsOf()", () => {
  it.each<[string, Partial<Tenant>, number, ReturnType<typeof callsOf>]>([
    ["few roles", {}, 10_000, { "by-roles": 151, unfiltered: 550, "by-employees": 299 }],
    [
      "a long tail",
      { ...longTail, sampled: share(100) },
      12_320,
      { "by-roles": 1515, unfiltered: 678, "by-employees": 739 },
    ],
    ["few holders", { sampled: share(2) }, 60_000, { "by-roles": 61, unfiltered: 3300, "by-employees": 1200 }],
    [
      "a role filter that walks",
      { doesRoleFilterWalk: true },
      10_000,
      { "by-roles": Infinity, unfiltered: 550, "by-employees": 299 },
    ],
    [
      "an id filter that walks",
      { doesIdFilterWalk: true },
      10_000,
      { "by-roles": 151, unfiltered: 550, "by-employees": 600 },
    ],
    ["no roles", { roleListings: 0 }, 10_000, { "by-roles": Infinity, unfiltered: 550, "by-employees": 299 }],
    [
      "people whom the search hides",
      { areHoldersHidden: true },
      10_000,
      { "by-roles": 151, unfiltered: 550, "by-employees": Infinity },
    ],
    ["a company of one window", {}, 1_000, { "by-roles": 16, unfiltered: 55, "by-employees": Infinity }],
    ["a provider far away", { latencyMs: 1_200 }, 10_000, { "by-roles": 151, unfiltered: 1100, "by-employees": 299 }],
  ])("of %s", (_of, changed, people, calls) => {
    const rounded = Object.entries(callsOf(tenant(changed), people)).map(([way, count]) => [way, Math.round(count)]);
    expect(Object.fromEntries(rounded)).toEqual(calls);
  });
});

describe("chooseStrategy()", () => {
  it.each<[string, Partial<Tenant>, string]>([
    ["few roles, few holders", {}, "by-roles"],
    ["few roles that everybody holds", { sampled: share(100) }, "by-roles"],
    ["a long tail, everybody holds something", { ...longTail, sampled: share(100) }, "unfiltered"],
    ["a long tail, two thirds hold something", { ...longTail, sampled: share(66) }, "by-employees"],
    ["a long tail, few hold something", { ...longTail, sampled: share(4) }, "by-roles"],
    ["a long tail in a small company", { ...longTail, counted: all(400) }, "unfiltered"],
    ["no narrowing role filter", { doesRoleFilterWalk: true }, "by-employees"],
    ["no narrowing role filter, a small company", { doesRoleFilterWalk: true, counted: all(1_500) }, "unfiltered"],
    ["no narrowing filter at all", { doesRoleFilterWalk: true, doesIdFilterWalk: true }, "unfiltered"],
    ["none, far away", { doesRoleFilterWalk: true, doesIdFilterWalk: true, latencyMs: 900 }, "by-employees"],
    ["a search that hides holders", { doesRoleFilterWalk: true, areHoldersHidden: true }, "unfiltered"],
    ["no roles", { roleListings: 0, counted: all(40) }, "unfiltered"],
    ["nobody", { counted: all(0), sampled: share(0, 0) }, "unfiltered"],
  ])("lists %s the cheapest way", (_what, changed, way) => {
    expect(chooseStrategy(tenant(changed)).way).toBe(way);
  });

  it("says the estimate, in words and as figures", () => {
    const { why, because } = chooseStrategy(tenant({ ...longTail, sampled: share(100) }));
    expect(why).toBe(
      "the fewest calls, as estimated for 10000 people: 1237 by roles in 73 listings, as a holder is shown in 2.4 of them; 550 unfiltered; 600 by employees, as 100 of 100 people hold something",
    );
    expect(because.figures).toMatchObject({ people: 10_000, byRoles: "1237", unfiltered: "550", byEmployees: "600" });
  });
});

describe("openQuestion()", () => {
  it.each<[string, Partial<Tenant>, ReturnType<typeof openQuestion>]>([
    ["nothing where roles are few, however many people there are", { counted: atLeast100 }, null],
    [
      "how many people there are, where there are more listings by roles than a small company has pages",
      { ...longTail, sampled: share(2), counted: atLeast100 },
      "people",
    ],
    [
      "nothing once the people make more pages than that",
      { ...longTail, sampled: share(2), counted: { people: 1_800, areAll: false } },
      null,
    ],
    [
      "how many people hold something, where two ways are close",
      { ...longTail, sampled: share(20), counted: atLeast100 },
      "share",
    ],
    [
      "no more than 500 of them",
      { ...longTail, sampled: share(100, 500), counted: { people: 2_000, areAll: false } },
      null,
    ],
    ["nothing of a company that was counted to its end", { ...longTail, sampled: share(20), counted: all(70) }, null],
  ])("asks %s", (_what, changed, question) => {
    expect(openQuestion(tenant(changed))).toBe(question);
  });
});

describe("reconsiderStrategy()", () => {
  it("changes over where another way reads everything with less than half of the calls", () => {
    const few = reconsiderStrategy("unfiltered", tenant({ sampled: share(40, 2_000) }));
    expect(few).toMatchObject({
      way: "by-roles",
      because: { code: "listing-changed", figures: { taken: "unfiltered" } },
    });
    expect(few?.why).toMatch(/^changed over from unfiltered after the first pages: the fewest calls/);
    expect(reconsiderStrategy("by-roles", tenant({ doesRoleFilterWalk: true }))?.way).toBe("by-employees");
  });

  it("goes on where another way would save less than was read already", () => {
    expect(reconsiderStrategy("unfiltered", tenant({ sampled: share(1_600, 2_000) }))).toBeNull();
    expect(reconsiderStrategy("by-roles", tenant({}))).toBeNull();
  });
});

describe("idsAListing()", () => {
  it.each([
    [0, 100],
    [10, 100],
    [23, 80],
    [100, 100],
  ])("has so many ids, of which %i in 100 hold something, that their pages are full: %i", (holders, ids) => {
    expect(idsAListing(tenant({ sampled: share(holders) }))).toBe(ids);
  });

  it("has the ids of one page where pages walk whoever is asked for", () => {
    expect(idsAListing(tenant({ doesIdFilterWalk: true }))).toBe(20);
  });
});

describe("maxCountedPeople()", () => {
  it("counts no more people than a chain of pages walks within a window", () => {
    expect(maxCountedPeople({ latencyMs: 0, spacingMs: 600 })).toBe(1800);
    expect(maxCountedPeople({ latencyMs: 1000, spacingMs: 600 })).toBe(1200);
    expect(maxCountedPeople({ latencyMs: 300, spacingMs: 10 })).toBe(60);
  });
});

const roleIds = (count: number): string[] => Array.from({ length: count }, (_, at) => `role-${at}`);

describe("splitRolesIntoListings()", () => {
  it("keeps more chains of pages in flight the longer a call takes", () => {
    const counts = [10, 600, 2000, 60_000].map(
      (latencyMs) => splitRolesIntoListings(roleIds(40), { latencyMs, spacingMs: 600 }).length,
    );
    expect(counts).toEqual([1, 2, 7, 40]);
  });

  it.each([0, 300, 2000])(
    "puts at most 100 roles, and each once, into listings where a call takes %i ms",
    (latencyMs) => {
      const listings = splitRolesIntoListings(roleIds(3050), { latencyMs, spacingMs: 600 });
      expect(Math.max(...listings.map(({ length }) => length))).toBeLessThanOrEqual(100);
      expect(listings).toHaveLength(31);
      expect(listings.flat().sort()).toEqual(roleIds(3050).sort());
    },
  );

  it("fills one listing before the next where one chain keeps up: the two have fewer holders in common", () => {
    const listings = splitRolesIntoListings(roleIds(120), { latencyMs: 20, spacingMs: 600 });
    expect(listings.map(({ length }) => length)).toEqual([100, 20]);
  });
});
