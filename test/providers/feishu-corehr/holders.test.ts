import { afterEach, describe, expect, it } from "vitest";
import { ApiError } from "../../../functions/http/errors.ts";
import type { FeishuCall } from "../../../functions/providers/feishu/call.ts";
import { DataRangeError } from "../../../functions/providers/feishu/envelope.ts";
import { readHolders } from "../../../functions/providers/feishu-corehr/holders.ts";
import { closeAll, openCompany } from "./open-company.ts";

afterEach(closeAll);

describe("readHolders()", () => {
  it("says of each who they are, and nothing of those whom the provider does not show", async () => {
    const { sandbox, source } = await openCompany();
    const { employees } = sandbox.company;
    const holders = await source.readHolders([...employees.map(({ id }) => id), "6900000000000000001"]);
    const shown = employees.filter((one) => !one.isUnreadable);
    expect([...holders.keys()].sort()).toEqual(shown.map(({ id }) => id).sort());
    const someone = shown.find((one) => one.lastDay === null && one.managerId !== null) ?? expect.fail("nobody");
    expect(holders.get(someone.id)).toEqual({
      id: someone.id,
      kind: "user",
      status: "active",
      name: someone.name,
      email: someone.email,
      departmentId: someone.departmentId,
      managerId: someone.managerId,
      lastDay: null,
      employedAgain: false,
    });
  });

  it("tells who has left from who is leaving, with the last day", async () => {
    const { sandbox, source } = await openCompany();
    const { findings } = sandbox.planted.first;
    const left = findings.leaver.map(({ holderId }) => holderId);
    const leaving = findings["leaving-soon"].map(({ holderId }) => holderId);
    const holders = await source.readHolders([...left, ...leaving]);
    expect(left.every((id) => holders.get(id)?.status === "left" && holders.get(id)?.employedAgain === false)).toBe(
      true,
    );
    expect(leaving.every((id) => holders.get(id)?.status === "leaving")).toBe(true);
    expect([...holders.values()].every(({ lastDay }) => /^\d{4}-\d{2}-\d{2}$/.test(lastDay ?? ""))).toBe(true);
  });

  it.each(["linked", "unlinked"] as const)("sees that somebody who left is employed again, %s", async (rehires) => {
    const { sandbox, source } = await openCompany({ rehires });
    const ids = sandbox.planted.first.findings["left-but-employed-again"].map(({ holderId }) => holderId);
    expect(ids.length).toBeGreaterThan(0);
    const holders = await source.readHolders(ids);
    expect(ids.map((id) => [holders.get(id)?.status, holders.get(id)?.employedAgain])).toEqual(
      ids.map(() => ["left", true]),
    );
  });

  it("leaves out who is outside the data range and reads the rest of the batch", async () => {
    const { sandbox, source } = await openCompany();
    const ids = sandbox.company.employees.filter((one) => !one.isUnreadable).map(({ id }) => id);
    const hidden = ids.slice(3, 6);
    sandbox.quirks.outsideDataRange = hidden;
    const holders = await source.readHolders(ids);
    expect([...holders.keys()].sort()).toEqual(ids.filter((id) => !hidden.includes(id)).sort());
  });

  it("finds out who is outside the data range where the refusal does not say", async () => {
    const hidden = new Set(["3", "8"]);
    const call = (async (request: { body?: unknown }) => {
      const ids = (request.body as { employment_ids: string[] }).employment_ids;
      const refusal = { call: "batchGetEmployees", code: "1160104", status: 403, reason: "range", requestId: null };
      if (ids.some((id) => hidden.has(id))) throw new DataRangeError(refusal, []);
      return { data: { items: ids.map((id) => ({ employment_id_v2: id })) }, requestId: null };
    }) as FeishuCall;
    const holders = await readHolders(call, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    expect([...holders.keys()]).toEqual(["1", "2", "4", "5", "6", "7", "9"]);
  });

  it("does not know whether somebody is employed again where the person is not shown", async () => {
    const leaver = { employment_id_v2: "1", employment_status: { enum_name: "terminated" } };
    const call = (async (request: { body?: unknown }) => {
      const isByPerson = "person_ids" in (request.body as object);
      return { data: { items: isByPerson ? [] : [{ ...leaver, person_info: { person_id: "p1" } }] }, requestId: null };
    }) as FeishuCall;
    expect((await readHolders(call, ["1"])).get("1")).toMatchObject({ status: "left", employedAgain: null });
  });

  it("fails when the provider fails for good: a failed read is not an absent person", async () => {
    const { source } = await openCompany({ failFor: { employeesBatchGet: { status: 500, code: 1161501 } } });
    await expect(source.readHolders(["6900000000000000001"])).rejects.toThrow(ApiError);
  });
});

describe("nameScopes()", () => {
  it("fills in names of departments, companies and locations, and null where there is none", async () => {
    const { sandbox, source } = await openCompany();
    const { departments, companies, locations } = sandbox.company;
    const parts = [
      { dimension: "department", ids: [departments[1]?.id ?? "", "6900000000000000001"], names: [null, null] },
      { dimension: "company", ids: [companies[0]?.id ?? ""], names: [null] },
      { dimension: "work_location", ids: [locations[0]?.id ?? ""], names: [null] },
      { dimension: "pay_group", ids: ["1"], names: [null] },
      { dimension: "user", ids: ["all", "rule:0123456789abcdef"], names: [null, null] },
    ];
    const [named] = await source.nameScopes([[parts]]);
    expect(named?.[0]?.map(({ names }) => names)).toEqual([
      [departments[1]?.name.en, null],
      [companies[0]?.name.en],
      [locations[0]?.name.en],
      [null],
      ["all data", null],
    ]);
    const before = sandbox.calls.byEndpoint.departmentsBatchGet.calls;
    await source.nameScopes([[parts]]);
    expect(sandbox.calls.byEndpoint.departmentsBatchGet.calls).toBe(before);
  });

  it("leaves names out that could not be read, notes it once, and does not ask again", async () => {
    const { sandbox, source } = await openCompany({ failFor: { departmentsBatchGet: { status: 503, code: 1161204 } } });
    const scopes = [[{ dimension: "department", ids: ["6900000000000000001"], names: [null] }]];
    expect(await source.nameScopes([scopes])).toEqual([scopes]);
    const { calls } = sandbox.calls.byEndpoint.departmentsBatchGet;
    await source.nameScopes([[[{ dimension: "department", ids: ["6900000000000000002"], names: [null] }]]]);
    expect(sandbox.calls.byEndpoint.departmentsBatchGet.calls).toBe(calls);
    expect(source.takeNotes?.()).toEqual([{ about: "department", reason: expect.stringContaining("1161204") }]);
    expect(source.takeNotes?.()).toEqual([]);
  });
});
