import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../functions/sandbox/sandbox.ts";
import { type BareClient, bareClient, fetchToken, type Query } from "./client.ts";

let nowMs = Date.parse("2026-10-01T02:00:00Z");
const now = () => nowMs;
const minuteMs = 60_000;

describe("tenant_access_token/internal", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ people: 40, now });
    return () => sandbox.close();
  });

  const isValid = async (token: string): Promise<boolean> => {
    const headers = { authorization: `Bearer ${token}` };
    const reply = await fetch(`${sandbox.url}/open-apis/corehr/v1/security_groups?page_size=1`, { headers });
    return reply.status === 200;
  };

  it("gives the same token with what is left of it while that is 30 minutes or more", async () => {
    const first = await fetchToken(sandbox, "read");
    nowMs += 90 * minuteMs;
    expect(await fetchToken(sandbox, "read")).toEqual({ token: first.token, expire: 1800 });
  });

  it("gives a new token below 30 minutes, and both are valid until each expires", async () => {
    const first = await fetchToken(sandbox, "read");
    nowMs += 91 * minuteMs;
    const second = await fetchToken(sandbox, "read");
    expect(second.expire).toBe(7200);
    expect(await isValid(first.token)).toBe(true);
    nowMs += 30 * minuteMs;
    expect([await isValid(first.token), await isValid(second.token)]).toEqual([false, true]);
  });

  it.each([
    [{ app_id: "cli_sandbox_read", app_secret: "wrong" }, 10014],
    [{ app_id: "cli_nobody", app_secret: "wrong" }, 10003],
    [{ app_id: "cli_sandbox_read" }, 10003],
  ])("refuses %j with %i and no token", async (credentials, code) => {
    const response = await fetch(`${sandbox.url}/open-apis/auth/v3/tenant_access_token/internal`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(credentials),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    expect(answer.code).toBe(code);
    expect(answer.tenant_access_token).toBeUndefined();
  });
});

describe("the gateway", () => {
  let sandbox: Sandbox;
  let read: BareClient;
  beforeAll(async () => {
    sandbox = await startSandbox({ people: 40, pace: 1e6 });
    read = await bareClient(sandbox, "read");
  });
  afterAll(() => sandbox.close());

  it.each([
    ["", 99991661],
    ["Bearer nonsense", 99991671],
    ["Bearer t-unknown", 99991663],
    ["Bearer u-someone", 99991668],
  ])("refuses the authorization %j with %i", async (authorization, code) => {
    const reply = await read.get("v1/security_groups", { page_size: "1" }, { authorization });
    expect([reply.status, reply.body.code]).toEqual([400, code]);
  });

  it("names the permissions of which one is missing", async () => {
    const reply = await read.post("v1/authorizations/remove_role_assign", { employment_id: "1", role_id: "1" });
    expect([reply.status, reply.body.code]).toEqual([400, 99991672]);
    expect(reply.body.error.permission_violations).toEqual([
      { type: "action_scope_required", subject: "corehr:authorization:write" },
    ]);
  });

  it("tells an unknown path from a wrong method, and gives every answer a log id", async () => {
    const unknown = await read.get("v1/authorizations");
    const wrong = await read.get("v1/authorizations/remove_role_assign");
    expect([unknown.body.code, wrong.body.code]).toEqual([99991201, 99991301]);
    expect(unknown.headers.get("x-tt-logid")).toBe(unknown.body.error.log_id);
    expect(unknown.headers.get("x-tt-logid")).not.toBe(wrong.headers.get("x-tt-logid"));
  });

  const many = Array.from({ length: 101 }, (_, index) => String(index));
  const scope = { management_dimension: "department", obj_id: "1" };
  const search = { role_id: "", management_scope_list: [scope], search_method: "1", page_size: "100" };
  const faulty: [string, string, Query, unknown, number][] = [
    ["security_groups without page_size", "v1/security_groups", {}, null, 1161404],
    ["security_groups, page_size of letters", "v1/security_groups", { page_size: "x" }, null, 1161401],
    ["security_groups, page_size 101", "v1/security_groups", { page_size: "101" }, null, 1161402],
    ["security_groups, foreign page_token", "v1/security_groups", { page_size: "9", page_token: "zz" }, null, 1161404],
    ["query, page_size 21", "v1/authorizations/query", { page_size: "21" }, null, 1161402],
    ["query, 101 roles", "v1/authorizations/query", { role_id_list: many }, null, 1161403],
    ["query, 101 employees", "v1/authorizations/query", { employment_id_list: many }, null, 1161403],
    ["query, unknown id type", "v1/authorizations/query", { user_id_type: "name" }, null, 1161402],
    ["search, page_size a number", "v1/assigned_users/search", {}, { ...search, page_size: 100 }, 1161401],
    ["search, page_size 101", "v1/assigned_users/search", {}, { ...search, page_size: "101" }, 1161402],
    ["search without scopes", "v1/assigned_users/search", {}, { ...search, management_scope_list: [] }, 1161404],
    ["search, method 3", "v1/assigned_users/search", {}, { ...search, search_method: "3" }, 1161406],
    ["employees of nobody", "v2/employees/batch_get", {}, {}, 1160102],
    ["101 employees", "v2/employees/batch_get", {}, { employment_ids: many }, 1160102],
    ["employees, body of half a JSON", "v2/employees/batch_get", {}, "{", 1160102],
    ["employees/search without page_size", "v2/employees/search", {}, {}, 1160102],
    [
      "employees/search, unknown status",
      "v2/employees/search",
      { page_size: "9" },
      { employment_status: "x" },
      1160102,
    ],
    ["101 departments", "v2/departments/batch_get", {}, { department_id_list: many }, 1160102],
    ["no companies", "v2/companies/batch_get", {}, { company_ids: [] }, 1160001],
  ];
  it.each(faulty)("refuses %s", async (_name, path, query, body, code) => {
    const roleId = sandbox.company.roles[3]?.id;
    const isSearch = path === "v1/assigned_users/search";
    const filled = isSearch ? { ...(body as object), role_id: roleId } : body;
    const reply = body === null ? await read.get(path, query) : await read.post(path, query, filled);
    expect([reply.status, reply.body.code]).toEqual([400, code]);
  });

  it("searches organisational roles alone", async () => {
    const role = sandbox.company.roles.find(({ kind }) => kind === "non-organisational");
    const reply = await read.post("v1/assigned_users/search", {}, { ...search, role_id: role?.id });
    expect([reply.status, reply.body.code]).toEqual([400, 1161404]);
  });

  it("does not know list parameters with brackets, and answers as if they were not there", async () => {
    const holder = sandbox.company.backgroundHolders[0] ?? "";
    const reply = await read.get("v1/authorizations/query", { "employment_id_list[]": holder });
    expect(reply.body.data.items.length).toBeGreaterThan(1);
  });
});

describe("rate limits", () => {
  let sandbox: Sandbox;
  let read: BareClient;
  beforeEach(async () => {
    sandbox = await startSandbox({ people: 40, now });
    read = await bareClient(sandbox, "read");
    return () => sandbox.close();
  });

  const ask = async () => read.get("v1/security_groups", { page_size: "1" });
  const askTimes = async (times: number): Promise<number[]> => {
    const statuses: number[] = [];
    for (let time = 0; time < times; time += 1) statuses.push((await ask()).status);
    return statuses;
  };

  it("lets the whole window be used at once, and then says how long to wait", async () => {
    expect(new Set(await askTimes(100))).toEqual(new Set([200]));
    nowMs += 12_300;
    const refused = await ask();
    expect([refused.status, refused.body.code]).toEqual([429, 99991400]);
    expect(refused.headers.get("x-ogw-ratelimit-limit")).toBe("100");
    expect(refused.headers.get("x-ogw-ratelimit-reset")).toBe("48");
    nowMs += 47_700;
    expect((await ask()).status).toBe(200);
    expect(sandbox.calls.byEndpoint.securityGroups).toEqual({ calls: 102, refusals: 1 });
  });

  it("rolls: each call frees its own place", async () => {
    await askTimes(50);
    nowMs += 30_000;
    await askTimes(50);
    nowMs += 30_000;
    expect(await askTimes(51)).toEqual([...Array.from({ length: 50 }, () => 200), 429]);
  });

  it("divides the window by the pace, and says the rest of it in fractions", async () => {
    sandbox.setPace(60);
    await askTimes(100);
    nowMs += 250;
    expect((await ask()).headers.get("x-ogw-ratelimit-reset")).toBe("0.750");
    nowMs += 750;
    expect((await ask()).status).toBe(200);
  });

  it("keeps both windows of a call that has two", async () => {
    const ids = { company_ids: [sandbox.company.companies[0]?.id] };
    const statuses: number[] = [];
    for (let time = 0; time < 51; time += 1) statuses.push((await read.post("v2/companies/batch_get", {}, ids)).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    nowMs += 1000;
    expect((await read.post("v2/companies/batch_get", {}, ids)).status).toBe(200);
  });

  it("counts each app by itself", async () => {
    const write = await bareClient(sandbox, "write");
    const holder = sandbox.company.backgroundHolders[0] ?? "";
    const query = { employment_id_list: holder };
    for (let time = 0; time < 100; time += 1) await read.get("v1/authorizations/query", query);
    expect((await read.get("v1/authorizations/query", query)).status).toBe(429);
    expect((await write.get("v1/authorizations/query", query)).status).toBe(200);
  });
});
