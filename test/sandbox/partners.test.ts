import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readApp } from "../../functions/sandbox/feishu/apps.ts";
import { endpoints } from "../../functions/sandbox/feishu/endpoints.ts";
import { checkScopes } from "../../functions/sandbox/feishu/gateway.ts";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { type BareClient, bareClient } from "./client.ts";

const types = { user_id_type: "people_corehr_id", department_id_type: "people_corehr_department_id" };
const place = (more: object = {}) => ({
  role_key: "location_bp",
  department_id: "1",
  work_location_id: "2",
  ...more,
});

describe("the calls for HRBPs and location BPs", () => {
  let sandbox: Sandbox;
  let read: BareClient;
  let write: BareClient;
  beforeAll(async () => {
    sandbox = await startSandbox({ people: 200, pace: 1e6 });
    read = await bareClient(sandbox, "read");
    write = await bareClient(sandbox, "write");
  });
  afterAll(() => sandbox.close());

  it.each([
    ["v2/employees/bps/batch_get", { employment_ids: [] }, 1161403],
    ["v2/employees/bps/batch_get", { employment_ids: Array.from({ length: 101 }, String) }, 1161403],
    ["v2/employees/bps/batch_get", { employment_ids: ["1"], get_all: "yes" }, 1161401],
    ["v2/bps/get_by_department", {}, 1161404],
    ["v2/bps/get_by_department", { department_id: "1" }, 1161404],
    ["v1/security_groups/query", { item_list: Array.from({ length: 51 }, () => place()) }, 1161403],
    ["v1/security_groups/query", { item_list: [place({ role_key: "manager" })] }, 1161406],
    ["v1/security_groups/query", { item_list: [place({ work_location_id: "" })] }, 1161404],
  ])("%s refuses %j with %i", async (path, body, code) => {
    const query = path.startsWith("v1/") ? {} : types;
    expect((await read.post(path, query, body)).body.code).toBe(code);
  });

  it.each(["0", "501", "ten"])("bps takes no page of %s", async (page_size) => {
    expect((await read.get("v2/bps", { ...types, page_size })).status).toBe(400);
  });

  it("names the permission that an app lacks", async () => {
    const refused = await write.get("v2/bps", { ...types, page_size: "1" });
    expect(refused.body).toMatchObject({
      code: 99991672,
      error: { permission_violations: [{ subject: "corehr:bp.list:read" }] },
    });
    const asked = ["employeesBpsBatchGet", "bps", "bpsGetByDepartment"] as const;
    for (const endpoint of asked) {
      const [needed = ""] = endpoints[endpoint].scopes;
      const scopes = new Set([...readApp.scopes].filter((scope) => scope !== needed));
      expect(() => checkScopes(endpoint, { ...readApp, scopes })).toThrow(needed);
    }
  });

  it("gives ids that match nothing to a caller who forgets the id types, and leaves out who is hidden", async () => {
    const { company } = sandbox;
    const [seen = "", hidden = ""] = company.backgroundHolders;
    const forgot = await read.post("v2/employees/bps/batch_get", {}, { employment_ids: [seen] });
    expect(forgot.body.data.employment_direct_bps).toEqual([]);
    sandbox.quirks.outsideDataRange = [hidden];
    const { body } = await read.post("v2/employees/bps/batch_get", types, { employment_ids: [seen, hidden] });
    const shown = body.data.employment_direct_bps as { employment_id: string }[];
    expect(shown.map(({ employment_id }) => employment_id)).toEqual([seen]);
  });

  it("has departments with and without HRBPs, one whose HRBP has left, and one whose works in it", () => {
    const { departments, partners, employees, grantsByHolder } = sandbox.company;
    const people = new Map(employees.map((employee) => [employee.id, employee]));
    const named = [...partners.byDepartment].map(([id, ids]) => ({ id, ids }));
    expect(named.length).toBeGreaterThan(departments.length / 2);
    expect(named.length).toBeLessThan(departments.length);
    const hasLeft = ({ ids }: { ids: string[] }) => ids.every((id) => people.get(id)?.lastDay);
    expect(named.filter(hasLeft)).toHaveLength(1);
    const worksIn = ({ id, ids }: { id: string; ids: string[] }) =>
      ids.some((partner) => people.get(partner)?.departmentId === id && grantsByHolder.has(partner));
    expect(named.some(worksIn)).toBe(true);
  });
});
