import { Client, DefaultCache } from "@larksuiteoapi/node-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toIdType } from "../../functions/sandbox/company/ids.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";

const ignore = (): void => {};
const silent = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore };
const now = Date.parse("2026-10-01T01:00:00Z");

describe("the official SDK against the sandbox's report of activity", () => {
  let sandbox: Sandbox;
  let reader: Client;

  beforeAll(async () => {
    sandbox = await startSandbox({ people: 100, pace: 1e6, now: () => now });
    reader = new Client({ ...sandbox.apps.read, domain: sandbox.url, logger: silent, cache: new DefaultCache() });
  });
  afterAll(() => sandbox.close());

  type Params = NonNullable<Parameters<Client["admin"]["adminUserStat"]["list"]>[0]>["params"];
  const list = (params: Partial<Params>) =>
    reader.admin.adminUserStat
      .list({ params: { user_id_type: "user_id", start_date: "2026-09-01", end_date: "2026-09-30", ...params } })
      .catch(({ response }) => response.data);

  it("shows a person's days, until the last that is ready, and everybody's on pages", async () => {
    const { id } = sandbox.company.employees.find(({ lastDay }) => lastDay === null)!;
    const own = await list({ user_id: toIdType(id, "user_id"), page_size: 60 });
    expect(own.data?.items).toHaveLength(29);
    expect(own.data?.items?.at(-1)).toMatchObject({
      date: "2026-09-29",
      user_id: toIdType(id, "user_id"),
      last_active_time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    });
    const people = new Set<string>();
    let page_token: string | undefined;
    do {
      const day = { start_date: "2026-09-29", end_date: "2026-09-29", page_size: 60 };
      const { data } = await list({ ...day, ...(page_token ? { page_token } : {}) });
      for (const { user_id } of data?.items ?? []) people.add(user_id ?? "");
      page_token = data?.has_more ? data.page_token : undefined;
    } while (page_token);
    expect(people.size).toBe(
      sandbox.company.employees.filter(
        ({ lastDay, isUnreadable }) => !isUnreadable && (lastDay ?? "9999") >= "2026-09-29",
      ).length,
    );
  });

  it("refuses more than 31 days, larger pages than 60, and dates that are none", async () => {
    for (const params of [
      { start_date: "2026-08-30" },
      { page_size: 61 },
      { start_date: "1.9.2026" },
      { start_date: "2026-09-30", end_date: "2026-09-29" },
    ]) {
      expect((await list(params)).code).toBe(1051002);
    }
  });
});
