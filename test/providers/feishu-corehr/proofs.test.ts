import { afterEach, describe, expect, it } from "vitest";
import { isoInstant } from "../../../functions/basics/time.ts";
import type { Reader, Sample } from "../../../functions/review/ports.ts";
import type { Sandbox } from "../../../functions/sandbox/sandbox.ts";
import { closeAll, type Listed, listAll, openCompany } from "./open-company.ts";

afterEach(closeAll);

/** All that was listed as a sample, and at most `size` roles at single objects. */
function sampleOf({ entries }: Listed, startedAtMs: number, size = 30): Sample {
  const rolesByHolder: Record<string, string[]> = {};
  const holdersByScope = new Map<string, Set<string>>();
  for (const { holderId, role, scopes } of entries) {
    rolesByHolder[holderId] = [...(rolesByHolder[holderId] ?? []), role.id];
    for (const { dimension, ids } of (scopes ?? []).filter((parts) => parts.length === 1).flat()) {
      if (role.kind !== "organisational") continue;
      for (const id of ids) {
        const key = `${role.id}\n${dimension}\n${id}`;
        holdersByScope.set(key, (holdersByScope.get(key) ?? new Set()).add(holderId));
      }
    }
  }
  const combined = new Set(
    entries.flatMap(({ role, scopes }) =>
      (scopes ?? [])
        .filter((parts) => parts.length > 1)
        .flatMap((parts) => parts.flatMap(({ dimension, ids }) => ids.map((id) => `${role.id}\n${dimension}\n${id}`))),
    ),
  );
  const scopes = [...holdersByScope]
    .filter(([key]) => !combined.has(key))
    .slice(0, size)
    .map(([key, holders]) => {
      const [roleId = "", dimension = "", objectId = ""] = key.split("\n");
      return { roleId, dimension, objectId, holderIds: [...holders] };
    });
  return { rolesByHolder, scopes, startedAt: isoInstant(startedAtMs), counts: {} };
}

async function listed(): Promise<{ sandbox: Sandbox; source: Reader; sample: Sample }> {
  const { sandbox, source, clock } = await openCompany();
  return { sandbox, source, sample: sampleOf(await listAll(source), clock.now()) };
}

const failed = async (source: Reader, sample: Sample): Promise<string[]> =>
  (await source.prove(sample)).filter(({ passed }) => !passed).map(({ name }) => name);

describe("prove()", () => {
  it("passes where both readings agree, and says what was compared", async () => {
    const { source, sample } = await listed();
    const checks = await source.prove(sample);
    expect(checks.map(({ name, passed }) => [name, passed])).toEqual([
      ["sample-without-role-filter", true],
      ["second-read-path", true],
    ]);
    expect(checks[1]?.detail).toContain("30 roles at single objects");
  });

  it("passes with nothing to compare, and says so", async () => {
    const { source } = await openCompany();
    const checks = await source.prove({ rolesByHolder: {}, scopes: [], startedAt: "2026-10-01T02:00:00Z", counts: {} });
    expect(checks.every(({ passed, detail }) => passed && detail.endsWith("nothing to compare"))).toBe(true);
  });

  it("finds a grant that the listing missed", async () => {
    const { sandbox, source, sample } = await listed();
    const [holderId = "", roleIds = []] = Object.entries(sample.rolesByHolder).find(([, ids]) => ids.length > 1) ?? [];
    const missing = { ...sample, scopes: [], rolesByHolder: { ...sample.rolesByHolder, [holderId]: roleIds.slice(1) } };
    expect(sandbox.grants().some((grant) => grant.holderId === holderId && grant.roleId === roleIds[0])).toBe(true);
    expect(await failed(source, missing)).toEqual(["sample-without-role-filter"]);
  });

  it("does not take a grant that was given since for a missed one", async () => {
    const { source, sample } = await listed();
    const [holderId = ""] = Object.keys(sample.rolesByHolder);
    const before = { ...sample, scopes: [], startedAt: "2000-01-01T00:00:00Z", rolesByHolder: { [holderId]: [] } };
    expect(await failed(source, before)).toEqual([]);
  });

  it.each(["missing", "extra"] as const)("notices a holder whom the second way shows differently: %s", async (way) => {
    const { sandbox, source, sample } = await listed();
    sandbox.quirks.secondPathDisagrees = way;
    expect(await failed(source, sample)).toEqual(["second-read-path"]);
  });

  it("does not take a grant that was removed since for a difference", async () => {
    const { sandbox, source, sample } = await listed();
    const gone = sample.scopes[0]?.holderIds[0] ?? expect.fail("no holder");
    const roleId = sample.scopes[0]?.roleId ?? "";
    sandbox.happen([{ op: "remove", at: Date.UTC(2026, 9, 1, 3), holderId: gone, roleId, by: "company", appId: null }]);
    expect(await failed(source, sample)).toEqual([]);
  });
});
