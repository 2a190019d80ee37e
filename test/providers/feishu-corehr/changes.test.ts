import { afterEach, describe, expect, it } from "vitest";
import { PermissionError } from "../../../functions/providers/provider-call.ts";
import { type Grant, type GrantEntry, unknownHolder } from "../../../functions/review/grants/grant.ts";
import { sameScopes } from "../../../functions/review/grants/grant-comparison.ts";
import { type Remover, UnrestorableError } from "../../../functions/review/ports.ts";
import type { Quirks } from "../../../functions/sandbox/quirks.ts";
import type { Sandbox } from "../../../functions/sandbox/sandbox.ts";
import { closeAll, heldIn, openCompany } from "./open-company.ts";

afterEach(closeAll);

const toGrant = (entry: GrantEntry): Grant => ({
  ...entry,
  id: "0123456789abcdef",
  source: "people",
  provider: "feishu-corehr",
  holder: unknownHolder(entry.holderId),
  firstSeenAt: "2026-01-10T02:00:00Z",
});

/** A source with the write app, a planted leaver's organisational grant, and the key that quirks call it by. */
async function openWriter(quirks: Partial<Quirks> = {}) {
  const { sandbox, open } = await openCompany(quirks);
  const source = await open({ writeCredentials: sandbox.apps.write });
  const entries = await source.readGrants(sandbox.planted.first.revoked);
  const grant = toGrant(entries.find(({ restorable }) => restorable) ?? expect.fail("no such grant"));
  const key = `${grant.holder.id}:${grant.role.id}`;
  return { sandbox, source, open, grant, key, isHeld: () => heldIn(sandbox).includes(key) };
}

const removals = (sandbox: Sandbox): number => sandbox.calls.byEndpoint.removeRoleAssign.calls;
const atOnce = async (): Promise<void> => {};
const revokeOne = async (source: Remover, grant: Grant) => (await source.revoke([grant], atOnce))[0];

describe("revoke()", () => {
  it("takes a grant away and gives the log id", async () => {
    const { source, grant, isHeld } = await openWriter();
    expect(await revokeOne(source, grant)).toEqual({ kind: "accepted", requestId: expect.stringMatching(/^2026/) });
    expect(isHeld()).toBe(false);
  });

  it("says that the provider refused this very grant", async () => {
    const { sandbox, source, grant, key } = await openWriter();
    sandbox.quirks.refuseRemoval = [key];
    expect(await revokeOne(source, grant)).toMatchObject({
      kind: "refused",
      detail: "1161404 a parameter is missing or invalid",
      requestId: expect.any(String),
    });
  });

  it.each([1161401, 1161403, 1160001, 1161499, 99992402, 1160104])(
    "takes no word on the grant from the general code %i: it is tried again",
    async (code) => {
      const { sandbox, source, grant, isHeld } = await openWriter();
      sandbox.quirks.failFor = { removeRoleAssign: { status: 400, code } };
      expect(await revokeOne(source, grant)).toMatchObject({ kind: "refused", isPassing: true });
      sandbox.quirks.failFor = {};
      sandbox.quirks.refuseRemoval = ["*"];
      expect(await revokeOne(source, grant)).not.toHaveProperty("isPassing");
      expect(isHeld()).toBe(true);
    },
  );

  it.each<[string, (key: string) => Partial<Quirks>, boolean]>([
    ["the answer is lost after it was carried out", (key) => ({ loseRemovalAnswer: [key] }), false],
    ["the connection drops before it is carried out", (key) => ({ loseRemovalBefore: [key] }), true],
    ["the provider fails inside", () => ({ internalErrors: 1 }), true],
    ["a gateway answers", () => ({ htmlBadGateway: 1 }), true],
  ])("says that nobody knows when %s, and does not call again", async (_what, quirksFor, isStillHeld) => {
    const { sandbox, source, grant, key, isHeld } = await openWriter();
    Object.assign(sandbox.quirks, quirksFor(key));
    expect(await revokeOne(source, grant)).toMatchObject({ kind: "no-answer" });
    expect(removals(sandbox)).toBe(1);
    expect(isHeld()).toBe(isStillHeld);
  });

  it("calls again when it was throttled, as nothing was carried out", async () => {
    const { sandbox, source, grant } = await openWriter();
    sandbox.quirks.rateLimit = 2;
    const once = await source.revoke([grant], atOnce);
    const twice = await source.revoke([grant], atOnce);
    expect([...once, ...twice].map(({ kind }) => kind)).toEqual(["accepted", "refused"]);
    expect(removals(sandbox)).toBe(3);
  });

  it("stops everything when the app may not write, and names the permission", async () => {
    const { sandbox, grant, open } = await openWriter();
    const source = await open({ writeCredentials: sandbox.apps.read });
    const error = await source.revoke([grant], atOnce).catch((failure: Error) => failure);
    expect(error).toBeInstanceOf(PermissionError);
    expect(error).toMatchObject({ permissions: ["corehr:authorization:write"] });
    expect(sandbox.calls.writes).toEqual([]);
  });

  it("stops everything when no token can be had: the grant was never asked for", async () => {
    const { sandbox, grant, open } = await openWriter();
    const source = await open({ writeCredentials: { ...sandbox.apps.write, appSecret: "wrong" } });
    await expect(source.revoke([grant], atOnce)).rejects.toMatchObject({ concerns: "app" });
    expect(removals(sandbox)).toBe(0);
  });

  it("asks right before each sending whether it still may, and sends nothing where it may not", async () => {
    const { sandbox, source, grant, isHeld } = await openWriter();
    const stopped = new Error("stopped meanwhile");
    await expect(source.revoke([grant], () => Promise.reject(stopped))).rejects.toBe(stopped);
    expect(removals(sandbox)).toBe(0);
    expect(isHeld()).toBe(true);
  });

  it("is not possible where the source was opened for reading alone", async () => {
    const { grant, open } = await openWriter();
    const source = await open({});
    await expect(source.revoke([grant], atOnce)).rejects.toThrow("opened for reading alone");
  });

  it("goes 20 times a minute, and says how long the next must wait", async () => {
    const { sandbox, source, grant } = await openWriter();
    for (let times = 0; times < 20; times += 1) {
      expect(source.revokeDelay()).toBe(0);
      await source.revoke([grant], atOnce);
    }
    expect(source.revokeDelay()).toBeGreaterThan(59_000);
    await source.revoke([grant], atOnce);
    expect(sandbox.calls.byEndpoint.removeRoleAssign).toEqual({ calls: 21, refusals: 0 });
  });
});

describe("readGrants()", () => {
  it("gives those of the asked-for grants that exist, and no other of their holders", async () => {
    const { sandbox, source } = await openCompany();
    const [one, ...others] = sandbox.grants();
    if (!one) expect.fail("no grant");
    const keys = [one, ...others.slice(0, 45), { holderId: one.holderId, roleId: "7000000000000000001" }];
    const entries = await source.readGrants(keys);
    expect(entries.map(({ holderId, role }) => `${holderId}:${role.id}`).sort()).toEqual(
      [one, ...others.slice(0, 45)].map(({ holderId, roleId }) => `${holderId}:${roleId}`).sort(),
    );
  });
});

describe("restore()", () => {
  it("gives a removed grant back with the scopes it had", async () => {
    const { source, grant, isHeld } = await openWriter();
    await source.revoke([grant], atOnce);
    expect(await source.restore(grant, atOnce)).toEqual({ requestId: expect.any(String) });
    const [entry] = await source.readGrants([{ holderId: grant.holder.id, roleId: grant.role.id }]);
    expect(isHeld()).toBe(true);
    expect(sameScopes(entry?.scopes ?? null, grant.scopes)).toBe(true);
  });

  it("refuses what the provider has no way to give back, before calling it", async () => {
    const { sandbox, source, grant } = await openWriter();
    await expect(source.restore({ ...grant, restorable: false }, atOnce)).rejects.toThrow(UnrestorableError);
    await expect(source.restore({ ...grant, scopes: null }, atOnce)).rejects.toThrow(UnrestorableError);
    expect(sandbox.calls.byEndpoint.addRoleAssign.calls).toBe(0);
  });
});

describe("narrowing", () => {
  const department = (id: string | undefined) => [{ dimension: "department", ids: [id ?? ""], names: [null] }];

  /** A grant that holds at three departments, of somebody in the first of them. */
  async function openNarrowed(quirks: Partial<Quirks> = {}) {
    const { sandbox, open, grant: other, isHeld } = await openWriter(quirks);
    const { departments } = sandbox.company;
    const ids = departments.slice(3, 6).map(({ id }) => id);
    const scopes = ids.map((id) => [{ dimension: "department", ids: [id] }]);
    const held = sandbox.company.grantsByHolder.get(other.holder.id)?.get(other.role.id);
    if (!held) expect.fail("no such grant");
    const event = { op: "grant", by: "company", at: 0, appId: null, call: null, grant: { ...held, scopes } } as const;
    sandbox.happen([event]);
    const source = await open({ writeCredentials: sandbox.apps.write });
    const read = async () => (await source.readGrants([{ holderId: other.holder.id, roleId: other.role.id }]))[0]!;
    const grant = toGrant(await read());
    const narrowing = source.narrowing ?? expect.fail("CoreHR cannot narrow");
    return { sandbox, narrowing, grant, ids, read, isHeld };
  }

  it("leaves exactly the scopes that were sent, and moves the date", async () => {
    const { narrowing, grant, ids, read } = await openNarrowed();
    expect(await narrowing.setScopes(grant, [department(ids[1])], atOnce)).toMatchObject({ kind: "accepted" });
    const after = await read();
    expect(after.scopes).toEqual([department(ids[1])]);
    expect(after.grantedAt).not.toBe(grant.grantedAt);
  });

  it.each<[string, (key: string) => Partial<Quirks>, string, boolean]>([
    ["the provider refuses it", (key) => ({ refuseUpdate: [key] }), "refused", false],
    ["the answer is lost after it was carried out", (key) => ({ loseUpdateAnswer: [key] }), "no-answer", true],
    ["the connection drops before it is carried out", (key) => ({ loseUpdateBefore: [key] }), "no-answer", false],
    ["the provider fails inside", () => ({ internalErrors: 1 }), "no-answer", false],
  ])("says what is known where %s, and does not call again", async (_what, quirksFor, kind, isDone) => {
    const { sandbox, narrowing, grant, ids } = await openNarrowed();
    Object.assign(sandbox.quirks, quirksFor(`${grant.holder.id}:${grant.role.id}`));
    expect(await narrowing.setScopes(grant, [department(ids[1])], atOnce)).toMatchObject({ kind });
    expect(sandbox.calls.byEndpoint.updateRoleAssign.calls).toBe(1);
    const scopes = sandbox.company.grantsByHolder.get(grant.holder.id)?.get(grant.role.id)?.scopes;
    expect(scopes).toHaveLength(isDone ? 1 : 3);
  });

  it("sends no empty list, whose meaning the vendor does not document", async () => {
    const { sandbox, narrowing, grant, ids } = await openNarrowed();
    const empty = [{ dimension: "department", ids: [], names: [] }];
    for (const scopes of [[], [[]], [department(ids[0]), empty]]) {
      await expect(narrowing.setScopes(grant, scopes, atOnce)).rejects.toThrow("a list of them is empty");
    }
    expect(sandbox.calls.byEndpoint.updateRoleAssign.calls).toBe(0);
  });

  it("asks right before the sending whether it still may", async () => {
    const { sandbox, narrowing, grant, ids } = await openNarrowed();
    const stopped = new Error("stopped meanwhile");
    await expect(narrowing.setScopes(grant, [department(ids[0])], () => Promise.reject(stopped))).rejects.toBe(stopped);
    expect(sandbox.calls.byEndpoint.updateRoleAssign.calls).toBe(0);
  });

  it("goes 20 times a minute", async () => {
    const { sandbox, narrowing, grant, ids } = await openNarrowed();
    for (let times = 0; times < 20; times += 1) await narrowing.setScopes(grant, [department(ids[0])], atOnce);
    expect(narrowing.delay()).toBeGreaterThan(50_000);
    expect(sandbox.calls.byEndpoint.updateRoleAssign.refusals).toBe(0);
  });

  it("keeps departments out that no longer exist, with every combination that had no other", async () => {
    const { sandbox, narrowing, grant, ids } = await openNarrowed();
    sandbox.quirks.goneDepartments = [ids[1]!];
    expect(await narrowing.setScopes(grant, [department(ids[0]), department(ids[1])], atOnce)).toMatchObject({
      kind: "refused",
    });
    const two = { dimension: "department", ids: [ids[0]!, ids[1]!], names: ["a", "b"] };
    const pair = [...department(ids[1]), { dimension: "company", ids: ["9"], names: [null] }];
    const left = await narrowing.withoutGone(grant, [department(ids[1]), [two], department(ids[2]), pair]);
    expect(left).toEqual([[{ ...two, ids: [ids[0]], names: ["a"] }], department(ids[2])]);
  });

  it("calls no department gone where the vendor shows none of those asked for", async () => {
    const { sandbox, narrowing, grant, ids } = await openNarrowed();
    sandbox.quirks.goneDepartments = sandbox.company.departments.map(({ id }) => id);
    expect(await narrowing.withoutGone(grant, [department(ids[1])])).toEqual([department(ids[1])]);
    const known = { ...grant, holder: { ...grant.holder, departmentId: ids[0]! } };
    sandbox.quirks.goneDepartments = [ids[1]!];
    expect(await narrowing.withoutGone(known, [department(ids[1])])).toEqual([]);
  });

  it("adds scopes to whatever is there", async () => {
    const { narrowing, grant, ids, read } = await openNarrowed();
    await narrowing.setScopes(grant, [department(ids[1])], atOnce);
    expect(await narrowing.addScopes(grant, [department(ids[2])], atOnce)).toMatchObject({ kind: "accepted" });
    expect(sameScopes((await read()).scopes, [department(ids[1]), department(ids[2])])).toBe(true);
  });
});

describe("checkPermissions()", () => {
  it("passes for an app that may read", async () => {
    const { source } = await openCompany();
    const checks = await source.checkPermissions();
    expect(checks).toHaveLength(8);
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  });

  it("names what an app that is to write lacks, and changes nothing in asking", async () => {
    const { sandbox, open } = await openCompany();
    const reader = await open({ writeCredentials: sandbox.apps.read });
    const missing = (await reader.checkPermissions()).filter(({ passed }) => !passed);
    expect(missing).toEqual([
      { call: "removeRoleAssign", passed: false, missing: "corehr:authorization:write" },
      { call: "addRoleAssign", passed: false, missing: "corehr:authorization:write" },
      { call: "updateRoleAssign", passed: false, missing: "corehr:authorization:write" },
    ]);
    const writer = await open({ writeCredentials: sandbox.apps.write });
    const writes = (await writer.checkPermissions()).filter(({ call }) => call.endsWith("RoleAssign"));
    expect(writes.map(({ passed }) => passed)).toEqual([true, true, true]);
    expect(sandbox.calls.writes).toEqual([]);
  });

  it.each(["security_group", "authorization", "employee", "department", "company", "locations"])(
    "names corehr:%s:read where the app that reads lacks it",
    async (what) => {
      const { source } = await openCompany({ deniedScopes: [`corehr:${what}:read`] });
      const missing = (await source.checkPermissions()).flatMap(({ missing: lacks }) => lacks ?? []);
      expect(missing.join()).toContain(`corehr:${what}:read`);
    },
  );
});
