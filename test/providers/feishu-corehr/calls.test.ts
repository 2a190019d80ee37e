import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { FeishuRequest } from "../../../functions/providers/feishu/call.ts";
import { decodeEnvelope } from "../../../functions/providers/feishu/envelope.ts";
import { tokenCall } from "../../../functions/providers/feishu/token.ts";
import * as calls from "../../../functions/providers/feishu-corehr/calls.ts";

type Fixture = { request: { query?: object; body?: object }; reply: object };

/** The vendor's own example, restated for the sandbox. */
const fixtureOf = async (name: string): Promise<Fixture> =>
  JSON.parse(await readFile(new URL(`../../sandbox/fixtures/${name}.json`, import.meta.url), "utf8"));

const jsonReply = (json: object) => ({ status: 200, headers: {}, json, sha256: "" });
const ids = ["1", "2"];
const scope = { roleId: "1", dimension: "department", objectId: "2" };

const requests: [string, FeishuRequest<unknown>][] = [
  ["security-groups", calls.listSecurityGroups("p")],
  ["authorizations-query", calls.queryAuthorizations({ employmentIds: ids, roleIds: ids }, "p")],
  ["assigned-users-search", calls.searchAssignedUsers(scope, "p")],
  ["employees-batch-get", calls.batchGetEmployees("employment_ids", ids, ["employment_id"])],
  [
    "employees-search",
    calls.searchEmployees({ status: "terminated", period: { from: "2020-01-01", until: "2020-12-31" } }, "p"),
  ],
  ["departments-batch-get", calls.batchGetDepartments(ids)],
  ["companies-batch-get", calls.batchGetCompanies(ids)],
  ["locations-batch-get", calls.batchGetLocations(ids)],
  ["employees-bps-batch-get", calls.batchGetEmployeePartners(ids)],
  ["bps", calls.listPartners("p")],
  ["bps-get-by-department", calls.getPartnersByDepartment("1")],
  ["security-groups-query", calls.queryLocationPartners([{ departmentId: "1", locationId: "2" }])],
  ["remove-role-assign", calls.removeRoleAssign("1", "2")],
  [
    "add-role-assign",
    calls.addRoleAssign({ employmentId: "1", roleId: "2" }, [[{ org_key: "department", org_ids: ids }]]),
  ],
];

describe("the calls", () => {
  it.each(requests)("read the vendor's own example reply: %s", async (name, request) => {
    const { reply } = await fixtureOf(name);
    const { data } = decodeEnvelope(request.name, jsonReply(reply));
    const read = request.decode(data, 200) as { items?: unknown[] } | null;
    expect(read?.items?.length ?? 0).toBe((data as { items?: unknown[] }).items?.length ?? 0);
  });

  it.each(requests)("send only parameters that the vendor documents: %s", async (name, { query, body }) => {
    const documented = (await fixtureOf(name)).request;
    expect(Object.keys(documented.query ?? {})).toEqual(expect.arrayContaining(query.map(([key]) => key)));
    expect(Object.keys(documented.body ?? {})).toEqual(expect.arrayContaining(Object.keys(body ?? {})));
  });

  it.each(requests.filter(([, { query }]) => query.some(([key]) => key === "page_size")))(
    "send page sizes in the query as text, of digits alone: %s",
    (_name, { query }) => {
      expect(query.find(([key]) => key === "page_size")?.[1]).toMatch(/^\d+$/);
    },
  );

  it("name both id types wherever they are taken: the defaults differ from call to call", () => {
    const typesOf = ({ query }: FeishuRequest<unknown>) =>
      query.filter(([key]) => key.endsWith("_id_type")).map(([, type]) => type);
    expect(typesOf(calls.queryAuthorizations({}, null))).toEqual(["people_corehr_id"]);
    expect(typesOf(calls.searchEmployees({ status: "hired" }, null))).toEqual([
      "people_corehr_id",
      "people_corehr_department_id",
    ]);
    expect(typesOf(calls.batchGetDepartments(ids))).toEqual(["people_corehr_id", "people_corehr_department_id"]);
    expect(typesOf(calls.removeRoleAssign("1", "2"))).toEqual(["people_corehr_id"]);
  });

  it("search for holders at exactly one object, page sizes in the body as text", () => {
    expect(calls.searchAssignedUsers(scope, null).body).toEqual({
      role_id: "1",
      management_scope_list: [{ management_dimension: "department", obj_id: "2" }],
      search_method: "1",
      page_size: "100",
    });
  });

  it("read the vendor's example of a token", async () => {
    const { reply } = await fixtureOf("tenant-access-token");
    const granted = await tokenCall(async () => jsonReply(reply))({ appId: "cli", appSecret: "s" });
    expect(granted).toEqual({ token: expect.stringMatching(/^t-/), expireSeconds: expect.any(Number) });
  });
});
