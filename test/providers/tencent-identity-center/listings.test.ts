import { afterEach, describe, expect, it } from "vitest";
import { IncompleteListingError } from "../../../functions/http/errors.ts";
import type { Reader } from "../../../functions/review/ports.ts";
import { ExpiredPageTokenError } from "../../../functions/review/ports.ts";
import type { CloudQuirks } from "../../../functions/sandbox/tencent/cloud-quirks.ts";
import { closeAll, heldInZone, listZone, openZone } from "./open-zone.ts";

afterEach(closeAll);

const large = { people: 1500 };

describe("readPage()", () => {
  it("shows every assignment once, over more than one page, and how many there are", async () => {
    const { sandbox, source } = await openZone({}, large);
    const { keys, total } = await listZone(source);
    expect(keys.length).toBeGreaterThan(100);
    expect(keys).toEqual(heldInZone(sandbox));
    expect(total).toBe(keys.length);
  });

  it("says of each grant its role, its account and since when", async () => {
    const { sandbox, source } = await openZone();
    const { entries } = await listZone(source);
    const [account] = sandbox.company.cloud.accountsByUin.values();
    const uin = String(account?.uin);
    const entry = entries.find(({ role }) => role.id.endsWith(`@${uin}`)) ?? expect.fail("no such grant");
    const [granted] = sandbox.cloud
      .grants()
      .filter(({ holderId, roleId }) => entry.holderId === holderId && entry.role.id === roleId);
    expect(entry).toMatchObject({
      role: { code: entry.role.id.split("@")[0], kind: "member-account", status: "active" },
      scopes: [[{ dimension: "account", ids: [uin], names: [account?.name] }]],
      grantedAt: granted?.grantedAt,
      removable: true,
      restorable: true,
    });
    expect(entry.role).not.toHaveProperty("isProtected");
  });

  it.each<[string, Partial<CloudQuirks>]>([
    ["the vendor's limit", { rateLimit: 3 }],
    ["the account's limit", { uinRateLimit: 3 }],
    ["an internal error", { internalErrors: 3 }],
    ["a database error", { databaseErrors: 3 }],
    ["a gateway's page", { badGateway: 3 }],
    ["a lost connection", { droppedConnection: 3 }],
    ["a time stamp that was too old", { staleTimestampOnce: true }],
  ])("is tried again after %s", async (_what, quirks) => {
    const { sandbox, source } = await openZone(quirks, large);
    expect((await listZone(source)).keys).toEqual(heldInZone(sandbox));
    if (quirks.rateLimit || quirks.internalErrors) {
      expect(source.takeReads().some(({ retries }) => retries > 0)).toBe(true);
    }
  });

  it.each<[string, Partial<CloudQuirks>]>([
    ["IsTruncated is missing", { missingIsTruncated: true }],
    ["it is cut short and says not where it goes on", { truncatedWithoutToken: true }],
    ["a token points back", { repeatedToken: true }],
  ])("fails where %s, rather than end early", async (_what, quirks) => {
    const { sandbox, source } = await openZone({}, { people: 3000 });
    const roles = await source.readRoles();
    const { listings } = await source.planListings(roles);
    Object.assign(sandbox.cloud.quirks, quirks);
    await expect(follow(source, listings[0])).rejects.toBeInstanceOf(IncompleteListingError);
  });

  it("says so where the vendor no longer knows the token", async () => {
    const { source } = await openZone({}, large);
    const { listings } = await source.planListings([]);
    const listing = listings[0] ?? expect.fail("no listing");
    await expect(source.readPage(listing, "b2Zmc2V0Og==")).rejects.toBeInstanceOf(ExpiredPageTokenError);
  });

  it("keeps to half of what the vendor allows: no call is refused for a full window", async () => {
    const { sandbox, source, clock } = await openZone({}, large);
    const startedAt = clock.now();
    await listZone(source);
    await source.readHolders([...sandbox.company.cloud.usersById.keys()].slice(0, 9));
    await source.readGrants(sandbox.cloud.grants().slice(0, 40));
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(3_000);
    expect(Object.values(sandbox.cloud.calls.byAction).map(({ refusals }) => refusals)).toEqual(
      Object.values(sandbox.cloud.calls.byAction).map(() => 0),
    );
  });

  it("notes each call with its parameters, page and request id, and nothing of the key", async () => {
    const { sandbox, source } = await openZone({}, large);
    await listZone(source);
    const lines = source.takeReads();
    const text = JSON.stringify(lines);
    expect(lines.filter(({ call }) => call === "ListRoleAssignments").map(({ items }) => items)).toContain(100);
    expect(lines.every(({ logId, sha256 }) => /^[0-9a-f]{32}$/.test(logId ?? "") && sha256.length === 64)).toBe(true);
    expect(text).not.toContain(sandbox.cloud.keys.read.secretKey);
    expect(text).not.toContain("Signature");
  });
});

async function follow(source: Reader, listing: Parameters<Reader["readPage"]>[0] | undefined): Promise<void> {
  if (!listing) return;
  let token: string | null = null;
  do token = (await source.readPage(listing, token)).next;
  while (token !== null);
}

describe("readRoles()", () => {
  it("names every configuration in every account where somebody holds it", async () => {
    const { sandbox, source } = await openZone();
    const roles = await source.readRoles();
    const held = [...new Set(sandbox.cloud.grants().map(({ roleId }) => roleId))];
    expect(roles.map(({ id }) => id).sort()).toEqual(held.sort());
  });

  it("protects what is held in the management account, unless the configuration says otherwise", async () => {
    const { source, open, sandbox } = await openZone();
    const { zoneId, managerUin } = sandbox.company.cloud;
    const other = await open({ settings: { zoneId, protectManagementAccount: false } });
    const ofManager = ({ id }: { id: string }): boolean => id.endsWith(`@${managerUin}`);
    const [protectedOnes, others] = [await source.readRoles(), await other.readRoles()];
    expect(protectedOnes.filter(({ isProtected }) => isProtected)).toEqual(protectedOnes.filter(ofManager));
    expect(protectedOnes.filter(ofManager).length).toBeGreaterThan(0);
    expect(others.filter(({ isProtected }) => isProtected)).toEqual([]);
    expect(others.filter(ofManager).map(({ kind }) => kind)).toContain("management-account");
  });

  it("shows an account that has left the organisation, in which nothing can be put back", async () => {
    const { sandbox, source } = await openZone();
    const [former] = sandbox.company.cloud.formerAccountsByUin.keys();
    const { roles, entries } = await listZone(source);
    const gone = roles.filter(({ status }) => status === "inactive");
    expect(gone.map(({ id }) => id.split("@")[1])).toEqual([String(former)]);
    expect(entries.filter(({ restorable }) => !restorable).map(({ role }) => role.status)).toEqual(["inactive"]);
  });

  it("leaves out a configuration that the list of configurations lacks, so that the review notices", async () => {
    const { sandbox, source } = await openZone();
    const [id = ""] = sandbox.company.cloud.configurationsById.keys();
    sandbox.company.cloud.configurationsById.delete(id);
    const { roles, entries } = await listZone(source);
    expect(roles.some(({ code }) => code === id)).toBe(false);
    expect(entries.some(({ role }) => role.code === id)).toBe(true);
  });
});

describe("prove()", () => {
  const sampleOf = (grants: { holderId: string; roleId: string }[], startedAt: string) => ({
    rolesByHolder: Object.fromEntries(
      [...Map.groupBy(grants, ({ holderId }) => holderId)].map(([id, held]) => [id, held.map(({ roleId }) => roleId)]),
    ),
    scopes: [],
    startedAt,
    counts: {},
  });

  it("passes where each sampled holder, read alone, holds what was listed", async () => {
    const { sandbox, source } = await openZone();
    const checks = await source.prove(sampleOf(sandbox.cloud.grants(), "2026-10-01T02:00:00Z"));
    expect(checks).toMatchObject([{ name: "sample-by-holder", passed: true }]);
  });

  it("fails where a holder holds more, and names it, unless it was given since", async () => {
    const { sandbox, source } = await openZone();
    const [missed, ...listed] = sandbox.cloud.grants();
    if (!missed) expect.fail("no grant");
    const others = listed.filter(({ holderId }) => holderId !== missed.holderId);
    const sample = sampleOf(others, "2026-10-01T02:00:00Z");
    const seen = { ...sample, rolesByHolder: { ...sample.rolesByHolder, [missed.holderId]: [] } };
    const [check] = await source.prove(seen);
    expect(check).toMatchObject({ passed: false });
    expect(check?.detail).toContain(`${missed.holderId} with ${missed.roleId}`);
    const [since] = await source.prove({ ...seen, startedAt: "2024-01-01T00:00:00Z" });
    expect(since?.passed).toBe(true);
  });

  it("fails where the filter is ignored, rather than compare everybody's grants", async () => {
    const { sandbox, source } = await openZone({ filterIgnored: true });
    const sample = sampleOf(sandbox.cloud.grants().slice(0, 2), "2026-10-01T02:00:00Z");
    await expect(source.prove(sample)).rejects.toThrow("not asked for");
  });
});
