import { describe, expect, it } from "vitest";
import {
  chooseWay,
  type Figures,
  mostCounted,
  rolesByListing,
} from "../../../functions/providers/feishu-corehr/ways.ts";

const dense = { holders: 20, hasMore: true };
const sparse = { holders: 3, hasMore: true };
const ended = { holders: 13, hasMore: false };
const figures = (changed: Partial<Figures>): Figures => ({
  unfiltered: sparse,
  byRoles: { ...sparse, asked: 40 },
  byEmployees: { ...sparse, asked: 100 },
  employed: null,
  findsByDayOfHire: false,
  latencyMs: 300,
  spacingMs: 600,
  ...changed,
});

describe("chooseWay()", () => {
  it("lists by roles where the role filter narrows", () => {
    expect(chooseWay(figures({ byRoles: { ...dense, asked: 40 }, byEmployees: { ...ended, asked: 100 } })).way).toBe(
      "by-roles",
    );
    expect(chooseWay(figures({ byRoles: { ...ended, asked: 40 } })).way).toBe("by-roles");
  });

  it("asks by employees where only that skips who holds nothing", () => {
    expect(chooseWay(figures({ byEmployees: { ...ended, asked: 100 } })).way).toBe("by-employees");
  });

  it("walks everybody in a company that fits into one window", () => {
    expect(chooseWay(figures({ byEmployees: { ...ended, asked: 100 }, employed: 1500 })).way).toBe("unfiltered");
  });

  it("walks everybody where nothing narrows and one chain of pages keeps up with the limit", () => {
    expect(chooseWay(figures({})).way).toBe("unfiltered");
    expect(chooseWay(figures({ byRoles: null, byEmployees: null })).way).toBe("unfiltered");
  });

  it("asks by employees where nothing narrows and latency would cap one chain", () => {
    expect(chooseWay(figures({ latencyMs: 700 })).way).toBe("by-employees");
  });

  it("says why with the figures", () => {
    const { why } = chooseWay(figures({ byRoles: { ...dense, asked: 40 } }));
    expect(why).toContain("first page unfiltered 3 of 20, more follow; by 40 roles 20 of 20, more follow");
    expect(why).toContain("300 ms a call, the limit allows one every 600 ms");
  });
});

const roleIds = (count: number): string[] => Array.from({ length: count }, (_, at) => `role-${at}`);

describe("rolesByListing()", () => {
  it("keeps more chains of pages in flight the longer a call takes", () => {
    const counts = [10, 600, 2000, 60_000].map(
      (latencyMs) => rolesByListing(roleIds(40), { latencyMs, spacingMs: 600 }).length,
    );
    expect(counts).toEqual([1, 2, 7, 40]);
  });

  it.each([0, 300, 2000])(
    "puts at most 100 roles, and each once, into listings where a call takes %i ms",
    (latencyMs) => {
      const listings = rolesByListing(roleIds(3050), { latencyMs, spacingMs: 600 });
      expect(Math.max(...listings.map(({ length }) => length))).toBeLessThanOrEqual(100);
      expect(listings).toHaveLength(31);
      expect(listings.flat().sort()).toEqual(roleIds(3050).sort());
    },
  );

  it("fills one listing before the next where one chain keeps up: the two have fewer holders in common", () => {
    const listings = rolesByListing(roleIds(120), { latencyMs: 20, spacingMs: 600 });
    expect(listings.map(({ length }) => length)).toEqual([100, 20]);
  });
});

describe("mostCounted()", () => {
  it("counts no more people than a chain of pages walks within a window", () => {
    expect(mostCounted({ latencyMs: 0, spacingMs: 600 })).toBe(1800);
    expect(mostCounted({ latencyMs: 1000, spacingMs: 600 })).toBe(1200);
    expect(mostCounted({ latencyMs: 300, spacingMs: 10 })).toBe(60);
  });
});
