import { describe, expect, it } from "vitest";
import type { FeishuApi } from "../../../functions/providers/feishu/api.ts";
import type { FeishuRequest } from "../../../functions/providers/feishu/call.ts";
import { probe } from "../../../functions/providers/feishu-corehr/probe.ts";

type Person = { employment_id_v2: string; effective_date?: string };
type Asked = { effective_time_start?: string };

const people: Person[] = [
  { employment_id_v2: "1", effective_date: "2020-03-01" },
  { employment_id_v2: "2", effective_date: "2021-07-15" },
];

/** A tenant where every call takes so long, and where `search` says whom a period shows. */
function tenant(shown: Person[], search: (period: Asked) => Person[], latencyMs = 1000) {
  let nowMs = 0;
  const call = async <Data>({ name, body }: FeishuRequest<Data>) => {
    nowMs += latencyMs;
    const period = body as Asked;
    const items = name !== "searchEmployees" ? [] : period.effective_time_start ? search(period) : shown;
    return { data: { items, has_more: true, page_token: String(nowMs) } as Data, logId: null };
  };
  const timer = { now: () => nowMs, sleep: async () => {} };
  const api = { call, spacingMs: () => 600 } as unknown as FeishuApi;
  return probe({ api, timer, firstRoles: Promise.resolve([{ id: "r" }]) });
}

const ofTheDay = ({ effective_time_start: day }: Asked) => people.filter((person) => person.effective_date === day);

describe("probe()", () => {
  it("finds that days of hire show everybody where a day shows who was hired on it", async () => {
    expect((await tenant(people, ofTheDay)).findsByDayOfHire).toBe(true);
  });

  it.each<[string, Person[], (period: Asked) => Person[]]>([
    ["the filter is ignored", people, () => people],
    ["one of its ends is left out", people, () => []],
    ["somebody has no day of hire", [...people, { employment_id_v2: "3" }], ofTheDay],
    ["a day is no calendar day", [...people, { employment_id_v2: "3", effective_date: "" }], ofTheDay],
  ])("does not rely on days of hire where %s", async (_where, shown, search) => {
    expect((await tenant(shown, search)).findsByDayOfHire).toBe(false);
  });

  it("does not ask for days of hire where one chain of pages keeps up", async () => {
    expect((await tenant(people, ofTheDay, 10)).findsByDayOfHire).toBe(false);
  });

  it("needs two round trips, whatever it asks", async () => {
    const rounds: number[] = [];
    let answered = 0;
    const call = async <Data>({ name }: FeishuRequest<Data>) => {
      rounds.push(answered);
      await new Promise((resolve) => setImmediate(resolve));
      answered = Math.max(answered, rounds.at(-1)! + 1);
      const items = name === "searchEmployees" ? people : [];
      return { data: { items, has_more: true, page_token: "p" } as Data, logId: null };
    };
    let nowMs = 0;
    const timer = { now: () => (nowMs += 100_000), sleep: async () => {} };
    const api = { call, spacingMs: () => 600 } as unknown as FeishuApi;
    const { byRoles, byEmployees } = await probe({ api, timer, firstRoles: Promise.resolve([{ id: "r" }]) });
    expect([byRoles?.asked, byEmployees?.asked]).toEqual([1, 2]);
    expect(rounds).toEqual([0, 0, 1, 1, 1]);
  });
});
