import { describe, expect, it } from "vitest";
import { chooseWay, countRoleListings, type Figures } from "../../../functions/providers/feishu-corehr/ways.ts";

const dense = { holders: 20, hasMore: true };
const sparse = { holders: 3, hasMore: true };
const ended = { holders: 13, hasMore: false };
const figures = (changed: Partial<Figures>): Figures => ({
  roles: 40,
  unfiltered: sparse,
  byRoles: sparse,
  byEmployees: { ...sparse, asked: 100 },
  employed: null,
  latencyMs: 300,
  spacingMs: 600,
  ...changed,
});

describe("chooseWay()", () => {
  it("lists by roles where the role filter narrows", () => {
    expect(chooseWay(figures({ byRoles: dense, byEmployees: { ...ended, asked: 100 } })).way).toBe("by-roles");
    expect(chooseWay(figures({ byRoles: ended })).way).toBe("by-roles");
  });

  it("asks by employees where only that skips who holds nothing", () => {
    expect(chooseWay(figures({ byEmployees: { ...ended, asked: 100 } })).way).toBe("by-employees");
  });

  it("walks everybody in a company that fits into one window", () => {
    expect(chooseWay(figures({ byEmployees: { ...ended, asked: 100 }, employed: 1500 })).way).toBe("unfiltered");
  });

  it("walks everybody where nothing narrows and one chain of pages keeps up with the limit", () => {
    expect(chooseWay(figures({})).way).toBe("unfiltered");
    expect(chooseWay(figures({ byRoles: null, byEmployees: null, roles: 0 })).way).toBe("unfiltered");
  });

  it("asks by employees where nothing narrows and latency would cap one chain", () => {
    expect(chooseWay(figures({ latencyMs: 700 })).way).toBe("by-employees");
  });

  it("says why with the figures", () => {
    const { why } = chooseWay(figures({ byRoles: dense }));
    expect(why).toContain("first page unfiltered 3 of 20, more follow; by 40 of 40 roles 20 of 20, more follow");
    expect(why).toContain("300 ms a call, the limit allows one every 600 ms");
  });
});

describe("countRoleListings()", () => {
  it("keeps more calls in flight the longer one takes", () => {
    const counts = [10, 600, 2000, 60_000].map((latencyMs) => countRoleListings(figures({ latencyMs })));
    expect(counts).toEqual([2, 4, 14, 40]);
  });

  it("puts at most 100 roles, and at least one, into a listing", () => {
    expect(countRoleListings(figures({ roles: 3050 }))).toBe(31);
    expect(countRoleListings(figures({ roles: 1 }))).toBe(1);
  });
});
