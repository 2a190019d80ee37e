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
    ]);
    const writer = await open({ writeCredentials: sandbox.apps.write });
    const writes = (await writer.checkPermissions()).filter(({ call }) => call.endsWith("RoleAssign"));
    expect(writes.map(({ passed }) => passed)).toEqual([true, true]);
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
