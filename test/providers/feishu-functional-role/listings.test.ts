import { afterEach, describe, expect, it } from "vitest";
import { ApiError, IncompleteListingError } from "../../../functions/http/errors.ts";
import type { Sample } from "../../../functions/review/ports.ts";
import { retirableRoleId } from "../../../functions/sandbox/company/functional-roles.ts";
import type { Quirks } from "../../../functions/sandbox/quirks.ts";
import { closeAll, heldIn, keysOf, listAll, membersIn, openRoles, roles } from "./open-roles.ts";

afterEach(closeAll);

const departmentId = (id: string): string => `d${BigInt(id).toString(16).padStart(32, "a")}`;

describe("readPage()", () => {
  it("shows every member of every configured role, with what each manages and no date", async () => {
    const { sandbox, source } = await openRoles({}, { people: 1500 });
    const entries = await listAll(source);
    expect(keysOf(entries)).toEqual(heldIn(sandbox));
    const scopesByKey = new Map(entries.map((entry) => [`${entry.holderId}:${entry.role.id}`, entry]));
    for (const { userId, roleId, scope } of sandbox.functionalGrants()) {
      const entry = scopesByKey.get(`${userId}:${roleId}`);
      const shown = entry?.scopes?.flat().map(({ dimension, ids }) => [dimension, ...ids]);
      const ids = scope.type === "Part" ? scope.departmentIds.map(departmentId) : [scope.type.toLowerCase()];
      expect(shown).toEqual([[scope.type === "Part" ? "department" : "contact", ...ids]]);
      expect([entry?.grantedAt, entry?.removable, entry?.restorable]).toEqual([null, true, scope.type !== "All"]);
    }
  });

  it("names roles as the configuration does", async () => {
    const { source } = await openRoles();
    const shown = await source.readRoles();
    expect(shown.map(({ id, name }) => ({ id, name: name.zh }))).toEqual(roles);
    expect(shown.every(({ status, kind }) => status === null && kind === "functional")).toBe(true);
  });

  it.each<[string, Partial<Quirks>]>([
    ["pages without members come in between", { emptyPages: true }],
    ["the last page has an empty token", { emptyTokenAtEnd: true }],
    ["the token expires on the way", { tokenExpiresMidListing: 400 }],
    ["calls are refused as too many", { rateLimit: 3 }],
    ["the provider fails now and then", { internalErrors: 3 }],
    ["a gateway answers with HTML", { htmlBadGateway: 3 }],
    ["connections drop", { droppedConnection: 3 }],
    ["members are listed twice", { duplicateEntries: true }],
  ])("shows every member although %s", async (_what, quirks) => {
    const { sandbox, source } = await openRoles(quirks);
    expect(keysOf(await listAll(source))).toEqual(heldIn(sandbox));
  });

  it("fails where a page points back to an earlier one", async () => {
    const { source } = await openRoles({ repeatedPageToken: true }, { people: 4000, holders: 3000 });
    await expect(listAll(source)).rejects.toThrow(IncompleteListingError);
  });

  it("fails where a configured role does not exist, and says which", async () => {
    const { open } = await openRoles();
    const source = await open({ settings: { roles: [...roles, { id: "7none", name: "无" }], retire: [] } });
    await expect(listAll(source)).rejects.toThrow("7none");
  });

  it("passes a role over that was to be retired and is gone", async () => {
    const { sandbox, open } = await openRoles();
    const gone = { op: "functional", by: "company", at: 0, appId: null } as const;
    sandbox.happen([{ ...gone, change: { kind: "delete-role", roleId: retirableRoleId } }]);
    const source = await open({ settings: { roles, retire: [retirableRoleId] } });
    expect((await source.readRoles()).map(({ id }) => id)).not.toContain(retirableRoleId);
    expect(keysOf(await listAll(source))).toEqual(heldIn(sandbox));
  });

  it("shows a role that is to be retired as retiring, and nobody in it as restorable", async () => {
    const { open } = await openRoles();
    const source = await open({ settings: { roles, retire: [retirableRoleId] } });
    const retiring = (await listAll(source)).filter(({ role }) => role.status === "retiring");
    expect(new Set(retiring.map(({ role }) => role.id))).toEqual(new Set([retirableRoleId]));
    expect(retiring.some(({ restorable }) => restorable)).toBe(false);
  });
});

describe("readHolders()", () => {
  const statusesOf = async (quirks: Partial<Quirks> = {}, people = 1500) => {
    const { sandbox, source } = await openRoles(quirks, { people });
    const members = sandbox.functionalGrants();
    const holders = await source.readHolders(members.map(({ userId }) => userId));
    return { sandbox, members, holders };
  };

  it("says who left, resigned or of their own accord, who is frozen, and who has only just come", async () => {
    const { sandbox, members, holders } = await statusesOf();
    const { accountsByHolder } = sandbox.company.functional;
    for (const { holderId, userId } of members) {
      const employee = sandbox.company.employees.find(({ id }) => id === holderId);
      const account = accountsByHolder.get(holderId);
      const status = employee?.lastDay ? "left" : account === "frozen" ? "disabled" : "active";
      if (employee?.isUnreadable) expect(holders.has(userId)).toBe(false);
      else expect(holders.get(userId)).toMatchObject({ status, email: employee?.email, employedAgain: false });
    }
    const found = [...holders.values()].map(({ status }) => status);
    expect(new Set(found)).toEqual(new Set(["active", "left", "disabled"]));
    expect(new Set(accountsByHolder.values())).toEqual(new Set(["exited", "frozen", "not-activated", "unjoined"]));
  });

  it("leaves out whom the app may not see, however the provider says so", async () => {
    const { members, holders } = await statusesOf({ contactBatchRefuses: true });
    expect(new Set(members.map(({ userId }) => userId)).size - holders.size).toBe(1);
  });

  it("leaves people who left out where the provider does: they are unknown, not gone", async () => {
    const { holders } = await statusesOf({ resignedUsersOmitted: true });
    expect([...holders.values()].some(({ status }) => status === "left")).toBe(false);
  });

  it("names department and manager by ids that mean the same to every app", async () => {
    const { sandbox, members, holders } = await statusesOf({}, 400);
    const { holderId, userId } = members[0] ?? expect.fail("nobody is a member");
    const employee = sandbox.company.employees.find(({ id }) => id === holderId);
    expect(holders.get(userId)?.departmentId).toBe(departmentId(employee?.departmentId ?? ""));
    expect(holders.get(userId)?.managerId).toMatch(/^ua/);
  });
});

describe("readGrants()", () => {
  it.each([3, 12])("shows those of %i members that are asked for, and nobody else", async (count) => {
    const { sandbox, source } = await openRoles({}, { people: 1500 });
    const role = roles[0]?.id ?? "";
    const asked = membersIn(sandbox, role)
      .slice(0, count)
      .map(({ userId, roleId }) => ({ holderId: userId, roleId }));
    const stranger = { holderId: membersIn(sandbox, roles[1]?.id ?? "")[0]?.userId ?? "", roleId: role };
    const found = await source.readGrants([...asked, stranger]);
    expect(keysOf(found)).toEqual(asked.map(({ holderId, roleId }) => `${holderId}:${roleId}`).sort());
    const calls = sandbox.calls.byEndpoint;
    expect([calls.functionalMember.calls, calls.functionalMembers.calls]).toEqual(count < 10 ? [count + 1, 0] : [0, 1]);
  });

  it.each([1, 3, 12])("shows all of %i members, one of whom comes without an id each time", async (count) => {
    const { sandbox, source } = await openRoles({}, { people: 1500 });
    const asked = membersIn(sandbox, roles[0]!.id).slice(0, count);
    sandbox.quirks.emptyIds = [asked[0]!.holderId];
    const found = await source.readGrants(asked.map(({ userId, roleId }) => ({ holderId: userId, roleId })));
    expect(keysOf(found)).toEqual(asked.map(({ userId, roleId }) => `${userId}:${roleId}`).sort());
  });

  it("fails where nobody can tell whether the member without an id is one who was asked for", async () => {
    const { sandbox, source } = await openRoles({ failFor: { functionalMember: { status: 400, code: 40001 } } });
    const [member] = membersIn(sandbox, roles[0]!.id);
    sandbox.quirks.emptyIds = [member!.holderId];
    const asked = [{ holderId: member!.userId, roleId: roles[0]!.id }];
    await expect(source.readGrants(asked)).rejects.toThrow(
      /^Cannot tell who is in \S+ as a member without an id may be/,
    );
  });

  it("shows nobody of a role that is gone, and fails where reading fails for good", async () => {
    const { source } = await openRoles({ failFor: { functionalMember: { status: 400, code: 99991672 } } });
    expect(await source.readGrants([])).toEqual([]);
    await expect(source.readGrants([{ holderId: "u1", roleId: "7none" }])).rejects.toThrow(ApiError);
  });
});

describe("prove()", () => {
  const sampleOf = (rolesByHolder: Record<string, string[]>): Sample => ({
    rolesByHolder,
    scopes: [],
    startedAt: "2026-10-01T02:00:00Z",
    counts: {},
  });

  it("fails where a listing left a member out that is one", async () => {
    const { sandbox, source } = await openRoles();
    const member = membersIn(sandbox, roles[0]?.id ?? "")[0] ?? expect.fail("nobody is a member");
    const sample = sampleOf({ [member.userId]: [] });
    sandbox.quirks.listingMissesGrant = [`${member.holderId}:${member.roleId}`];
    const [missed] = await source.prove(sample);
    expect(missed).toMatchObject({ name: "second-read-path", passed: false });
    expect(missed?.detail).toContain(member.roleId);
    // Whoever joined after the listing is in a new one.
    sandbox.quirks.listingMissesGrant = [];
    expect((await source.prove(sample))[0]?.passed).toBe(true);
  });

  it("passes where both ways agree, within one minute's calls", async () => {
    const { source, clock } = await openRoles({}, { people: 1500 });
    const listed = Map.groupBy(await listAll(source), ({ holderId }) => holderId);
    const sample = sampleOf(
      Object.fromEntries([...listed].slice(0, 40).map(([id, entries]) => [id, entries.map(({ role }) => role.id)])),
    );
    const before = clock.now();
    expect((await source.prove(sample))[0]?.passed).toBe(true);
    expect(clock.now() - before).toBeLessThan(1_000);
  });
});
