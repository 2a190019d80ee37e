import { afterEach, describe, expect, it } from "vitest";
import { lastActiveIn } from "../../../functions/providers/feishu/activity.ts";
import { idleSince } from "../../../functions/sandbox/feishu/user-stats.ts";
import { closeAll as closeCompanies, openCompany } from "../feishu-corehr/open-company.ts";
import { closeAll as closeRoles, openRoles } from "../feishu-functional-role/open-roles.ts";

afterEach(closeCompanies);
afterEach(closeRoles);

const signals = ["feishu-activity"] as const;

describe("lastActiveIn()", () => {
  it("gives the latest instant that any day shows, read as UTC, and null where none shows one", () => {
    const day = (last_active_time: string | null, more: object = {}) => ({
      date: "2026-05-03",
      last_active_time,
      suite_active_flag: 0,
      ...more,
    });
    expect(lastActiveIn([day("2026-05-01 09:30:00"), day("2026-05-03 08:00:00"), day("")])).toBe(
      "2026-05-03T08:00:00Z",
    );
    expect(lastActiveIn([day(null, { suite_active_flag: 1 })])).toBe("2026-05-03T23:59:59Z");
    expect(lastActiveIn([day(null), day("yesterday"), day("2026-13-41 00:00:00")])).toBe(null);
    expect(lastActiveIn([])).toBe(null);
  });
});

describe("openActivity()", () => {
  it("brings when holders were last active, of employments and of accounts alike, and of nobody unless asked", async () => {
    const { sandbox, source, open, clock } = await openCompany();
    const held = [...new Set(sandbox.grants().map(({ holderId }) => holderId))];
    const { employees, createdAt } = sandbox.company;
    const isHere = (id: string) =>
      employees.some((each) => each.id === id && each.lastDay === null && !each.isUnreadable);
    const here = held.filter(isHere);
    const active = await (await open({ signals })).readHolders(here);
    const idle = here.filter((id) => idleSince(employees.find((each) => each.id === id)!, createdAt) !== null);
    expect(idle.length).toBeGreaterThan(0);
    for (const id of here) {
      const daysAgo = (clock.now() - Date.parse(active.get(id)!.lastActiveAt!)) / 86_400_000;
      if (idle.includes(id)) expect(daysAgo).toBeGreaterThan(59);
      else expect(daysAgo).toBeLessThan(3);
    }
    expect([...(await source.readHolders(here)).values()].some((holder) => "lastActiveAt" in holder)).toBe(false);
  });

  it("asks of functional roles by the account, and of nobody who left", async () => {
    const { sandbox, open } = await openRoles();
    const source = await open({ signals });
    const holders = await source.readHolders(sandbox.functionalGrants().map(({ userId }) => userId));
    const known = [...holders.values()].filter(({ lastActiveAt }) => lastActiveAt !== undefined);
    expect(known.length).toBeGreaterThan(0);
    expect(known.filter(({ status }) => status === "left")).toEqual([]);
    const left = [...holders.values()].filter(({ status }) => status === "left");
    expect(left.length).toBeGreaterThan(0);
    expect(sandbox.calls.byEndpoint.adminUserStats.calls).toBe(holders.size - left.length);
  });

  it("leaves it out and says so once where it may not be read, and soon asks for nobody any more", async () => {
    const denied = ["admin:admin_user_stat:readonly"];
    const { sandbox, open } = await openCompany({ deniedScopes: denied });
    const source = await open({ signals });
    const held = [...new Set(sandbox.grants().map(({ holderId }) => holderId))];
    const holders = await source.readHolders(held.slice(0, 60));
    await source.readHolders(held.slice(60, 120));
    expect([...holders.values()].some((holder) => "lastActiveAt" in holder)).toBe(false);
    expect(holders.size).toBeGreaterThan(50);
    expect(source.takeNotes?.()).toEqual([{ about: "lastActiveAt", reason: expect.stringContaining(denied[0]!) }]);
    expect(source.takeNotes?.()).toEqual([]);
    expect(sandbox.calls.byEndpoint.adminUserStats.calls).toBeLessThanOrEqual(60);
    const checks = await source.checkPermissions();
    expect(checks.filter(({ passed }) => !passed)).toEqual([
      { call: "listUserStats", passed: false, missing: denied[0] },
    ]);
  });

  it("leaves it out as well where nobody says whose account an employment is", async () => {
    const scope = "corehr:common_data.id.convert:read";
    const { sandbox, open } = await openCompany({ deniedScopes: [scope] });
    const source = await open({ signals });
    const holders = await source.readHolders(sandbox.grants().map(({ holderId }) => holderId));
    expect([...holders.values()].some((holder) => "lastActiveAt" in holder)).toBe(false);
    expect(source.takeNotes?.()).toEqual([{ about: "lastActiveAt", reason: expect.stringContaining(scope) }]);
    expect(sandbox.calls.byEndpoint.adminUserStats.calls).toBe(0);
    expect((await source.checkPermissions()).filter(({ passed }) => !passed)).toEqual([
      { call: "convertIds", passed: false, missing: scope },
    ]);
  });
});
