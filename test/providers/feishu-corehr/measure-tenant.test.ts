import { describe, expect, it } from "vitest";
import type { FeishuApi, FeishuRequest } from "../../../functions/providers/feishu/call.ts";
import { measureTenant } from "../../../functions/providers/feishu-corehr/measure-tenant.ts";

type Person = { employment_id_v2: string; effective_date?: string };
type Asked = { effective_time_start?: string };

const people: Person[] = [
  { employment_id_v2: "1", effective_date: "2020-03-01" },
  { employment_id_v2: "2", effective_date: "2021-07-15" },
];

const roles = { firstRoles: async () => [{ id: "r" }] };

/** A tenant where every call takes so long, and where `search` says whom a period shows. */
function tenantOf(shown: Person[], search: (period: Asked) => Person[], latencyMs = 1000) {
  let nowMs = 0;
  let pages = 0;
  const call = async <Data>({ name, query, body }: FeishuRequest<Data>) => {
    nowMs += latencyMs;
    const period = body as Asked;
    const isNext = query.some(([key]) => key === "page_token");
    const items = name !== "searchEmployees" ? [] : period.effective_time_start ? search(period) : isNext ? [] : shown;
    pages += 1;
    return { data: { items, has_more: !isNext, page_token: String(pages) } as Data, requestId: null };
  };
  const timer = { now: () => nowMs, sleep: async () => {} };
  const api = { call, spacingMs: () => 600 } as unknown as FeishuApi;
  return measureTenant({ api, timer, ...roles }, []);
}

const ofTheDay = ({ effective_time_start: day }: Asked) => people.filter((person) => person.effective_date === day);

describe("measureTenant()", () => {
  it("finds that days of hire show everybody where a day shows who was hired on it", async () => {
    expect((await tenantOf(people, ofTheDay)).splitsByHireDate).toBe(true);
  });

  it.each<[string, Person[], (period: Asked) => Person[]]>([
    ["the filter is ignored", people, () => people],
    ["one of its ends is left out", people, () => []],
    ["somebody has no day of hire", [...people, { employment_id_v2: "3" }], ofTheDay],
    ["a day is no calendar day", [...people, { employment_id_v2: "3", effective_date: "" }], ofTheDay],
  ])("does not rely on days of hire where %s", async (_where, shown, search) => {
    expect((await tenantOf(shown, search)).splitsByHireDate).toBe(false);
  });

  it("does not ask for days of hire where one chain of pages keeps up", async () => {
    expect((await tenantOf(people, ofTheDay, 10)).splitsByHireDate).toBe(false);
  });

  it("needs two round trips, and goes on only where the answer may change the choice", async () => {
    const rounds: number[] = [];
    let answered = 0;
    const call = async <Data>({ name }: FeishuRequest<Data>) => {
      rounds.push(answered);
      await new Promise((resolve) => setImmediate(resolve));
      answered = Math.max(answered, rounds.at(-1)! + 1);
      const items = name === "searchEmployees" ? people : [];
      return { data: { items, has_more: name === "searchEmployees", page_token: "p" } as Data, requestId: null };
    };
    let nowMs = 0;
    const timer = { now: () => (nowMs += 100_000), sleep: async () => {} };
    const api = { call, spacingMs: () => 600 } as unknown as FeishuApi;
    const listed = Array.from({ length: 40 }, (_, at) => ({ id: `role-${at}` })) as Parameters<typeof measureTenant>[1];
    const { tenant } = await measureTenant({ api, timer, ...roles }, listed);
    expect(tenant).toMatchObject({ counted: { people: 2, areAll: false }, sampled: { people: 2, holders: 0 } });
    expect(rounds).toEqual([0, 1, 1, 1]);
  });
});
