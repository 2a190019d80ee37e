import { Client, DefaultCache } from "@larksuiteoapi/node-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";

const types = {
  user_id_type: "people_corehr_id",
  department_id_type: "people_corehr_department_id",
} as const;

const ignore = (): void => {};
const silent = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore };

describe("the official SDK against the sandbox", () => {
  let sandbox: Sandbox;
  let reader: Client;
  let writer: Client;

  beforeAll(async () => {
    sandbox = await startSandbox({ people: 200, pace: 1e6 });
    const clientFor = (app: "read" | "write"): Client =>
      new Client({
        ...sandbox.apps[app],
        domain: sandbox.url,
        logger: silent,
        cache: new DefaultCache(),
      });
    reader = clientFor("read");
    writer = clientFor("write");
  });
  afterAll(() => sandbox.close());

  const heldBy = (holderId: string): string[] =>
    [...(sandbox.company.grantsByHolder.get(holderId)?.keys() ?? [])].sort();

  it("lists every role", async () => {
    const reply = await reader.corehr.securityGroup.list({ params: { page_size: "100" } });
    expect(reply.data?.items?.map(({ id }) => id)).toEqual(sandbox.company.roles.map(({ id }) => id));
    expect(reply.data?.has_more).toBe(false);
  });

  it("pages through all employees and finds every grant", async () => {
    const found: string[] = [];
    let page_token: string | undefined;
    do {
      const { data } = await reader.corehr.authorization.query({
        params: { page_size: "20", ...(page_token ? { page_token } : {}) },
      });
      for (const item of data?.items ?? []) {
        found.push(...item.permission_detail_list.map(({ role }) => `${item.employment_id}:${role?.id}`));
      }
      page_token = data?.has_more ? data.page_token : undefined;
    } while (page_token);
    const held = sandbox.grants().map(({ holderId, roleId }) => `${holderId}:${roleId}`);
    expect(found.sort()).toEqual(held.sort());
  });

  it("repeats a list's key, so that a filter by employees and roles arrives", async () => {
    const holders = sandbox.company.backgroundHolders.slice(0, 3);
    const roles = heldBy(holders[0] ?? "");
    const { data } = await reader.corehr.authorization.query({
      params: { employment_id_list: holders, role_id_list: roles, ...types },
    });
    expect(data?.items?.find(({ employment_id }) => employment_id === holders[0])).toBeDefined();
    const shown = data?.items?.flatMap((item) => item.permission_detail_list.map(({ role }) => role?.id)) ?? [];
    expect(shown.every((id) => id !== undefined && roles.includes(id))).toBe(true);
  });

  it("reads one employee's grants, which the read app may not", async () => {
    const employment_id = sandbox.company.backgroundHolders[0] ?? "";
    const { data } = await writer.corehr.authorization.getByParam({ params: { employment_id } });
    const shown = data?.role_authorization?.permission_detail_list.map(({ role }) => role?.id);
    expect(shown?.sort()).toEqual(heldBy(employment_id));
    const refused = reader.corehr.authorization.getByParam({ params: { employment_id } });
    await expect(refused).rejects.toMatchObject({ response: { data: { code: 99991672 } } });
  });

  it("searches the holders of a role in a department", async () => {
    const grant = sandbox.grants().find(({ scopes }) => scopes?.[0]?.[0]?.dimension === "department");
    const obj_id = grant?.scopes?.[0]?.[0]?.ids[0] ?? "";
    const { data } = await reader.corehr.assignedUser.search({
      data: {
        role_id: grant?.roleId ?? "",
        management_scope_list: [{ management_dimension: "department", obj_id }],
        search_method: "1",
        page_size: "100",
      },
    });
    expect(data?.items?.map(({ employment_id }) => employment_id)).toContain(grant?.holderId);
  });

  it("adds, narrows, removes and gives back a grant", async () => {
    const params = {
      employment_id: sandbox.company.backgroundHolders[1] ?? "",
      role_id: sandbox.company.roles[3]?.id ?? "",
      user_id_type: types.user_id_type,
    };
    const [first, second] = sandbox.company.departments;
    const items = (...ids: (string | undefined)[]) => ({
      assigned_organization_items: [[{ org_key: "department", org_ids: ids.map((id) => id ?? "") }]],
    });
    const scopesNow = () =>
      sandbox.grants().find(({ holderId, roleId }) => holderId === params.employment_id && roleId === params.role_id)
        ?.scopes;
    const { authorization } = writer.corehr;
    await authorization.addRoleAssign({ params, data: items(first?.id) });
    await authorization.addRoleAssign({ params, data: items(second?.id) });
    expect(scopesNow()).toEqual([
      [{ dimension: "department", ids: [first?.id] }],
      [{ dimension: "department", ids: [second?.id] }],
    ]);
    await authorization.updateRoleAssign({ params, data: items(second?.id) });
    expect(scopesNow()).toEqual([[{ dimension: "department", ids: [second?.id] }]]);
    const removed = await authorization.removeRoleAssign({ params });
    expect(removed.data?.assign_id).toMatch(/^\d+$/);
    expect(scopesNow()).toBeUndefined();
    expect(sandbox.calls.writes.map(({ call }) => call)).toEqual([
      "addRoleAssign",
      "addRoleAssign",
      "updateRoleAssign",
      "removeRoleAssign",
    ]);
  });

  it("reads people by id, and those who left by search", async () => {
    const employment_ids = sandbox.company.backgroundHolders.slice(0, 2);
    const fields = ["employment_status", "department_id", "person_info.preferred_name"];
    const got = await reader.corehr.v2.employee.batchGet({ data: { employment_ids, fields }, params: types });
    expect(got.data?.items?.map(({ employment_id_v2 }) => employment_id_v2)).toEqual(employment_ids);
    expect(got.data?.items?.[0]?.employment_status?.enum_name).toBe("hired");
    const left = await reader.corehr.v2.employee.search({
      data: { employment_status: "terminated", fields: ["expiration_date"] },
      params: { page_size: 100, ...types },
    });
    const gone = sandbox.company.employees.filter(({ lastDay }) => lastDay !== null && lastDay < "2999").length;
    expect(left.data?.items?.length).toBeGreaterThan(0);
    expect(left.data?.items?.length).toBeLessThan(gone);
  });

  it("searches departures by the last day, and refuses half a range", async () => {
    const lastDays = sandbox.company.employees.flatMap(({ lastDay }) => (lastDay && lastDay < "2999" ? [lastDay] : []));
    const newest = lastDays.sort().at(-1)!;
    const search = (data: object) =>
      reader.corehr.offboarding.search({ params: { page_size: 100, user_id_type: "people_corehr_id" }, data });
    const found = await search({ offboarding_date_start: newest, offboarding_date_end: newest });
    const ids = found.data?.items?.map(({ offboarding_info: info }) => info?.employment_id).sort();
    const gone = sandbox.company.employees.filter(({ lastDay }) => lastDay === newest);
    expect(ids).toEqual(gone.map(({ id }) => id).sort());
    const half = await search({ offboarding_date_start: newest }).catch(({ response }) => response.data);
    expect(half.code).toBe(1160104);
  });

  it("gives ids that match nothing to a caller who forgets the id types", async () => {
    const employment_ids = sandbox.company.backgroundHolders.slice(0, 2);
    const got = await reader.corehr.v2.employee.batchGet({ data: { employment_ids } });
    expect(got.data?.items).toEqual([]);
  });

  it("reads HRBPs of people and departments, and BPs of locations", async () => {
    const { company } = sandbox;
    const { byDepartment, byLocation } = company.partners;
    const pages = await reader.corehr.v2.bp.listWithIterator({ params: { page_size: 5, ...types } });
    const rows: string[] = [];
    for await (const page of pages) {
      for (const row of page?.items ?? []) rows.push(`${row.department_id} ${row.hrbp_id}`);
    }
    const named = [...byDepartment].flatMap(([id, partners]) => partners.map((partner) => `${id} ${partner}`));
    expect(rows.sort()).toEqual(named.sort());
    const covered = company.employees.filter(
      ({ departmentId, locationId }) => byDepartment.has(departmentId) && byLocation.has(locationId),
    );
    const { id = "", departmentId = "", locationId = "" } = covered[0] ?? {};
    const { user_id_type } = types;
    const direct = await reader.corehr.v2.employeesBp.batchGet({
      data: { employment_ids: [id] },
      params: { user_id_type },
    });
    expect(direct.data?.employment_direct_bps).toEqual([
      { employment_id: id, hrbp_ids: byDepartment.get(departmentId), location_bp_ids: byLocation.get(locationId) },
    ]);
    const climbed = await reader.corehr.v2.bp.getByDepartment({ data: { department_id: departmentId }, params: types });
    const root = company.departments[0]?.id;
    expect(climbed.data?.items?.[0]).toEqual({ department_id: departmentId, hrbp_ids: byDepartment.get(departmentId) });
    expect(climbed.data?.items?.at(-1)).toEqual({ department_id: root, hrbp_ids: [] });
    const local = await reader.corehr.securityGroup.query({
      data: { item_list: [{ role_key: "location_bp", department_id: departmentId, work_location_id: locationId }] },
    });
    expect(local.data?.hrbp_list?.[0]?.employment_id_list).toEqual(byLocation.get(locationId));
  });

  it("names departments, companies and locations", async () => {
    const [department] = sandbox.company.departments;
    const named = await reader.corehr.v2.department.batchGet({
      data: { department_id_list: [department?.id ?? ""], fields: ["department_name"] },
      params: types,
    });
    expect(named.data?.items?.[0]?.department_name?.[0]).toEqual({ lang: "zh-CN", value: department?.name.zh });
    const [company] = sandbox.company.companies;
    const companies = await reader.corehr.v2.company.batchGet({ data: { company_ids: [company?.id ?? ""] } });
    expect(companies.data?.items?.[0]?.company_id).toBe(company?.id);
    const [location] = sandbox.company.locations;
    const locations = await reader.corehr.v2.location.batchGet({ data: { location_ids: [location?.id ?? ""] } });
    expect(locations.data?.items?.[0]?.location_id).toBe(location?.id);
  });
});
