import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { type BareClient, bareClient, type Reply } from "./client.ts";

type Fixture = {
  request: { query?: Record<string, string>; body?: { fields?: string[] } };
  reply: Record<string, unknown>;
};
const fixture = (name: string): Fixture =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8")) as Fixture;

/** Every path of a value with the type found there: `data.items[].id string`. */
function shapeOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => shapeOf(entry, `${path}[]`));
  if (value === null) return [`${path} null`];
  if (typeof value !== "object") return [`${path} ${typeof value}`];
  return Object.entries(value).flatMap(([key, entry]) => shapeOf(entry, path === "" ? key : `${path}.${key}`));
}

const shapes = (...replies: unknown[]): string[] => [...new Set(replies.flatMap((reply) => shapeOf(reply)))].sort();

describe("the sandbox's answers, against the vendor's example replies", () => {
  let sandbox: Sandbox;
  let read: BareClient;
  let write: BareClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ people: 200, pace: 1e6 });
    read = await bareClient(sandbox, "read");
    write = await bareClient(sandbox, "write");
  });
  afterAll(() => sandbox.close());

  const bodies = (...replies: Reply[]): unknown[] => replies.map((reply) => reply.body);
  /** The two lists that the page of `authorizations/query` says may be null. */
  const mayBeNull = (prefix: string): string[] => [
    `${prefix}.assigned_organization_list null`,
    `${prefix}.grantor_rule_list null`,
  ];

  it("token", async () => {
    const { appId, appSecret } = sandbox.apps.read;
    const response = await fetch(`${sandbox.url}/open-apis/auth/v3/tenant_access_token/internal`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ app_id: appId, app_secret: appSecret }),
    });
    expect(shapes(await response.json())).toEqual(shapes(fixture("tenant-access-token").reply));
  });

  it("security_groups", async () => {
    const reply = await read.get("v1/security_groups", { page_size: "12" });
    expect(shapes(reply.body)).toEqual(shapes(fixture("security-groups").reply));
  });

  it("authorizations/query, where an organisational grant has no rules and another no organisations", async () => {
    const replies = await Promise.all(
      sandbox.company.roles
        .slice(0, 12)
        .map((role) => read.get("v1/authorizations/query", { page_size: "1", role_id_list: role.id })),
    );
    const expected = [
      ...shapes(fixture("authorizations-query").reply),
      ...mayBeNull("data.items[].permission_detail_list[]"),
    ].sort();
    expect(shapes(...bodies(...replies))).toEqual(expected);
  });

  it("authorizations/get_by_param", async () => {
    const holders = [...sandbox.company.grantsByHolder.keys()];
    const replies = await Promise.all(
      holders.map((employment_id) => write.get("v1/authorizations/get_by_param", { employment_id })),
    );
    const expected = [
      ...shapes(fixture("authorizations-get-by-param").reply),
      ...mayBeNull("data.role_authorization.permission_detail_list[]"),
    ].sort();
    expect(shapes(...bodies(...replies))).toEqual(expected);
  });

  it("assigned_users/search", async () => {
    const grants = sandbox.grants().filter((grant) => grant.scopes?.[0]?.[0]?.dimension === "company");
    const [first] = grants;
    const scope = { management_dimension: "company", obj_id: first?.scopes?.[0]?.[0]?.ids[0] };
    const body = { role_id: first?.roleId, management_scope_list: [scope], search_method: "1", page_size: "1" };
    const reply = await read.post("v1/assigned_users/search", {}, body);
    expect(shapes(reply.body)).toEqual(shapes(fixture("assigned-users-search").reply));
  });

  it("add, update and remove_role_assign", async () => {
    const [department] = sandbox.company.departments;
    const query = {
      employment_id: sandbox.company.backgroundHolders[0] ?? "",
      role_id: sandbox.company.roles[3]?.id ?? "",
    };
    const items = { assigned_organization_items: [[{ org_key: "department", org_codes: [department?.code] }]] };
    const added = await write.post("v1/authorizations/add_role_assign", query, items);
    const updated = await write.post("v1/authorizations/update_role_assign", query, items);
    const removed = await write.post("v1/authorizations/remove_role_assign", query);
    expect(shapes(added.body)).toEqual(shapes(fixture("add-role-assign").reply));
    expect(shapes(updated.body)).toEqual(shapes(fixture("update-role-assign").reply));
    expect(shapes(removed.body)).toEqual(shapes(fixture("remove-role-assign").reply));
  });

  it("employees/batch_get and employees/search, with the fields of the example", async () => {
    const { request, reply } = fixture("employees-batch-get");
    const employment_ids = sandbox.company.employees.slice(0, 100).map(({ id }) => id);
    const rehired = sandbox.company.employees.filter(({ rehireOf }) => rehireOf !== null).map(({ id }) => id);
    const fields = request.body?.fields;
    const got = await read.post("v2/employees/batch_get", request.query, {
      fields,
      employment_ids: [...employment_ids.slice(1), ...rehired],
    });
    expect(shapes(got.body)).toEqual(shapes(reply));
    const found = await read.post("v2/employees/search", { ...request.query, page_size: "100" }, { fields });
    const again = await read.post(
      "v2/employees/search",
      { ...request.query, page_size: "100", page_token: found.body.data.page_token },
      { fields },
    );
    expect(shapes(found.body, again.body)).toEqual(shapes(fixture("employees-search").reply));
  });

  it("employees/bps/batch_get, bps, bps/get_by_department and security_groups/query", async () => {
    const { company } = sandbox;
    const [, served] = company.departments;
    const types = { user_id_type: "people_corehr_id", department_id_type: "people_corehr_department_id" };
    const looked = company.employees.find(
      ({ departmentId, locationId }) => departmentId === served?.id && company.partners.byLocation.has(locationId),
    );
    const { reply } = fixture("employees-bps-batch-get");
    // All partners, from further up too, are shown to an app that may see all of them.
    delete (reply.data as { employment_all_bps?: unknown }).employment_all_bps;
    const asked = { employment_ids: [looked?.id], get_all: true };
    const batch = await read.post("v2/employees/bps/batch_get", types, asked);
    expect(shapes(batch.body)).toEqual(shapes(reply));
    const listed = await read.get("v2/bps", { ...types, page_size: "2" });
    expect(shapes(listed.body)).toEqual(shapes(fixture("bps").reply));
    const above = await read.post("v2/bps/get_by_department", types, { department_id: served?.id });
    expect(shapes(above.body)).toEqual(shapes(fixture("bps-get-by-department").reply));
    const item = { role_key: "location_bp", department_id: served?.id, work_location_id: looked?.locationId };
    const local = await read.post("v1/security_groups/query", {}, { item_list: [item] });
    expect(shapes(local.body)).toEqual(shapes(fixture("security-groups-query").reply));
  });

  it("departments, companies and locations", async () => {
    const { request, reply } = fixture("departments-batch-get");
    const departments = await read.post("v2/departments/batch_get", request.query, {
      fields: request.body?.fields,
      department_id_list: sandbox.company.departments.map(({ id }) => id),
    });
    expect(shapes(departments.body)).toEqual(shapes(reply));
    const companies = await read.post(
      "v2/companies/batch_get",
      {},
      { company_ids: sandbox.company.companies.map(({ id }) => id) },
    );
    expect(shapes(companies.body)).toEqual(shapes(fixture("companies-batch-get").reply));
    const locations = await read.post(
      "v2/locations/batch_get",
      {},
      { location_ids: sandbox.company.locations.map(({ id }) => id) },
    );
    expect(shapes(locations.body)).toEqual(shapes(fixture("locations-batch-get").reply));
  });
});
