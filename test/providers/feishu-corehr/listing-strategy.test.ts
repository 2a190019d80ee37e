import { describe, expect, it } from "vitest";
import type { FeishuApi, FeishuRequest } from "../../../functions/providers/feishu/call.ts";
import {
  chooseStrategy,
  type Measurements,
  maxCountedEmployees,
  measureStrategies,
  splitRolesIntoListings,
} from "../../../functions/providers/feishu-corehr/listing-strategy.ts";

const dense = { holders: 20, hasMore: true };
const sparse = { holders: 3, hasMore: true };
const ended = { holders: 13, hasMore: false };
const measured = (changed: Partial<Measurements>): Measurements => ({
  unfiltered: sparse,
  byRoles: { ...sparse, asked: 40 },
  byEmployees: { ...sparse, asked: 100 },
  employed: null,
  splitsByHireDate: false,
  latencyMs: 300,
  spacingMs: 600,
  ...changed,
});

describe("chooseStrategy()", () => {
  it("lists by roles where the role filter narrows", () => {
    expect(
      chooseStrategy(measured({ byRoles: { ...dense, asked: 40 }, byEmployees: { ...ended, asked: 100 } })).way,
    ).toBe("by-roles");
    expect(chooseStrategy(measured({ byRoles: { ...ended, asked: 40 } })).way).toBe("by-roles");
  });

  it("asks by employees where only that skips who holds nothing", () => {
    expect(chooseStrategy(measured({ byEmployees: { ...ended, asked: 100 } })).way).toBe("by-employees");
  });

  it("walks everybody in a company that fits into one window", () => {
    expect(chooseStrategy(measured({ byEmployees: { ...ended, asked: 100 }, employed: 1500 })).way).toBe("unfiltered");
  });

  it("walks everybody where nothing narrows and one chain of pages keeps up with the limit", () => {
    expect(chooseStrategy(measured({})).way).toBe("unfiltered");
    expect(chooseStrategy(measured({ byRoles: null, byEmployees: null })).way).toBe("unfiltered");
  });

  it("asks by employees where nothing narrows and latency would cap one chain", () => {
    expect(chooseStrategy(measured({ latencyMs: 700 })).way).toBe("by-employees");
  });

  it("says why with the figures", () => {
    const { why } = chooseStrategy(measured({ byRoles: { ...dense, asked: 40 } }));
    expect(why).toContain("first page unfiltered 3 of 20, more follow; by 40 roles 20 of 20, more follow");
    expect(why).toContain("300 ms a call, the limit allows one every 600 ms");
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

describe("maxCountedEmployees()", () => {
  it("counts no more people than a chain of pages walks within a window", () => {
    expect(maxCountedEmployees({ latencyMs: 0, spacingMs: 600 })).toBe(1800);
    expect(maxCountedEmployees({ latencyMs: 1000, spacingMs: 600 })).toBe(1200);
    expect(maxCountedEmployees({ latencyMs: 300, spacingMs: 10 })).toBe(60);
  });
});

type Person = { employment_id_v2: string; effective_date?: string };
type Asked = { effective_time_start?: string };

const people: Person[] = [
  { employment_id_v2: "1", effective_date: "2020-03-01" },
  { employment_id_v2: "2", effective_date: "2021-07-15" },
];

/** A tenant where every call takes so long, and where `search` says whom a period shows. */
function tenant(shown: Person[], search: (period: Asked) => Person[], latencyMs = 1000) {
  let nowMs = 0;
  const call = async <Data>({ name, query, body }: FeishuRequest<Data>) => {
    nowMs += latencyMs;
    const period = body as Asked;
    const onPage = query.some(([key]) => key === "page_token")
      ? shown.map((person) => ({ ...person, employment_id_v2: `${person.employment_id_v2} at ${nowMs}` }))
      : shown;
    const items = name !== "searchEmployees" ? [] : period.effective_time_start ? search(period) : onPage;
    return { data: { items, has_more: true, page_token: String(nowMs) } as Data, requestId: null };
  };
  const timer = { now: () => nowMs, sleep: async () => {} };
  const api = { call, spacingMs: () => 600 } as unknown as FeishuApi;
  return measureStrategies({ api, timer, firstRoles: Promise.resolve([{ id: "r" }]) });
}

const ofTheDay = ({ effective_time_start: day }: Asked) => people.filter((person) => person.effective_date === day);

describe("measureStrategies()", () => {
  it("finds that days of hire show everybody where a day shows who was hired on it", async () => {
    expect((await tenant(people, ofTheDay)).splitsByHireDate).toBe(true);
  });

  it.each<[string, Person[], (period: Asked) => Person[]]>([
    ["the filter is ignored", people, () => people],
    ["one of its ends is left out", people, () => []],
    ["somebody has no day of hire", [...people, { employment_id_v2: "3" }], ofTheDay],
    ["a day is no calendar day", [...people, { employment_id_v2: "3", effective_date: "" }], ofTheDay],
  ])("does not rely on days of hire where %s", async (_where, shown, search) => {
    expect((await tenant(shown, search)).splitsByHireDate).toBe(false);
  });

  it("does not ask for days of hire where one chain of pages keeps up", async () => {
    expect((await tenant(people, ofTheDay, 10)).splitsByHireDate).toBe(false);
  });

  it("needs two round trips, whatever it asks", async () => {
    const rounds: number[] = [];
    let answered = 0;
    const call = async <Data>({ name }: FeishuRequest<Data>) => {
      rounds.push(answered);
      await new Promise((resolve) => setImmediate(resolve));
      answered = Math.max(answered, rounds.at(-1)! + 1);
      const items = name === "searchEmployees" ? people : [];
      return { data: { items, has_more: true, page_token: "p" } as Data, requestId: null };
    };
    let nowMs = 0;
    const timer = { now: () => (nowMs += 100_000), sleep: async () => {} };
    const api = { call, spacingMs: () => 600 } as unknown as FeishuApi;
    const { byRoles, byEmployees } = await measureStrategies({
      api,
      timer,
      firstRoles: Promise.resolve([{ id: "r" }]),
    });
    expect([byRoles?.asked, byEmployees?.asked]).toEqual([1, 2]);
    expect(rounds).toEqual([0, 0, 1, 1, 1]);
  });
});
