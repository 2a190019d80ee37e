import type { Limit } from "../calls.ts";
/** A kind of faulty parameter. Each family of endpoints has its own codes for them. */
export type ParameterFault = "type" | "range" | "length" | "missing" | "parse" | "enum";

/** What the vendor's page of an endpoint declares; a path may have `:parameters`. */
type Declaration = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  /** Any one of these permissions suffices. An empty list: no permission is needed. */
  scopes: readonly string[];
  limits: readonly Limit[];
  /** The codes on the vendor's page, by fault. `faultCode` chooses one where the page has no code for a fault. */
  faults: Partial<Record<ParameterFault, number>>;
  /** The code of an internal error if it is not CoreHR's 1161501. It comes with HTTP 400, but for 1051001. */
  internal?: number;
};

function minute(calls: number): Limit {
  return { calls, perMs: 60_000 };
}
function second(calls: number): Limit {
  return { calls, perMs: 1000 };
}
const shared = { type: 1161401, range: 1161402, length: 1161403, missing: 1161404, parse: 1161405, enum: 1161406 };
const { parse: _parse, ...sharedWithoutParse } = shared;
const assigning = { type: 1161401, missing: 1161404, parse: 1161405 };
const reading = ["corehr:corehr:readonly", "corehr:corehr"];
const assign = { method: "POST", scopes: ["corehr:authorization:write"], limits: [minute(20)] } as const;
const places = { method: "POST", limits: [minute(1000), second(50)], faults: { missing: 1160001 } } as const;

const asApp = { method: "GET", limits: [minute(1000), second(50)], faults: {} } as const;

const roles = "/open-apis/contact/v3/functional_roles";
const members = `${roles}/:role_id/members`;
const limits = [{ calls: 100, perMs: 60_000 }];
const validation = {
  type: 99992402,
  range: 99992402,
  length: 99992402,
  missing: 99992402,
  parse: 99992402,
  enum: 99992402,
};
const common = { limits, faults: validation, internal: 40003 };
const write = { ...common, scopes: ["contact:functional_role"] } as const;
const read = {
  ...common,
  method: "GET",
  scopes: ["contact:functional_role", "contact:functional_role:readonly"],
} as const;

const batch = {
  method: "GET",
  scopes: ["contact:contact.base:readonly"],
  limits: [
    { calls: 1000, perMs: 60_000 },
    { calls: 50, perMs: 1000 },
  ],
  faults: { missing: 40001 },
  internal: 40003,
} as const;

/**
 * Endpoints of functional roles, and of the people and departments in them: contact-v3 functional_role*, user/batch,
 * department/batch.
 */
export const functionalEndpoints = {
  functionalRoleCreate: { ...write, method: "POST", path: roles },
  functionalRoleUpdate: { ...write, method: "PUT", path: `${roles}/:role_id` },
  functionalRoleDelete: { ...write, method: "DELETE", path: `${roles}/:role_id` },
  // The page has one code, 40001, for every faulty parameter.
  functionalMembers: { ...read, path: members, faults: { missing: 40001 } },
  functionalMember: { ...read, path: `${members}/:member_id` },
  functionalMembersBatchCreate: { ...write, method: "POST", path: `${members}/batch_create` },
  functionalMembersBatchDelete: { ...write, method: "PATCH", path: `${members}/batch_delete` },
  functionalMembersScopes: { ...write, method: "PATCH", path: `${members}/scopes` },
  contactUsersBatch: { ...batch, path: "/open-apis/contact/v3/users/batch" },
  contactDepartmentsBatch: { ...batch, path: "/open-apis/contact/v3/departments/batch" },
} as const satisfies Record<string, Declaration>;

/** The declaration of every endpoint of the sandbox, from the endpoint's page of the vendor's documentation. */
export const endpoints = {
  tenantAccessToken: {
    method: "POST",
    path: "/open-apis/auth/v3/tenant_access_token/internal",
    scopes: [],
    limits: [],
    faults: { missing: 10003 },
  },
  // The vendor serves this page on its accounts host.
  authorizePerson: { method: "GET", path: "/open-apis/authen/v1/authorize", scopes: [], limits: [], faults: {} },
  oauthToken: { method: "POST", path: "/open-apis/authen/v2/oauth/token", scopes: [], limits: [], faults: {} },
  userInfo: { method: "GET", path: "/open-apis/authen/v1/user_info", scopes: [], limits: [], faults: {} },
  securityGroups: {
    method: "GET",
    path: "/open-apis/corehr/v1/security_groups",
    scopes: ["corehr:security_group:read", ...reading],
    limits: [minute(100)],
    faults: shared,
  },
  authorizationsQuery: {
    method: "GET",
    path: "/open-apis/corehr/v1/authorizations/query",
    scopes: ["corehr:authorization:read", ...reading, "corehr:authorization:write"],
    limits: [minute(100)],
    faults: { type: 1161401, range: 1161402, length: 1161403 },
  },
  authorizationsGetByParam: {
    method: "GET",
    path: "/open-apis/corehr/v1/authorizations/get_by_param",
    scopes: [...reading, "corehr:authorization:write"],
    limits: [minute(20)],
    faults: { missing: 1161404 },
  },
  assignedUsersSearch: {
    method: "POST",
    path: "/open-apis/corehr/v1/assigned_users/search",
    scopes: ["corehr:authorization:read", ...reading],
    limits: [second(10)],
    faults: sharedWithoutParse,
  },
  addRoleAssign: { ...assign, path: "/open-apis/corehr/v1/authorizations/add_role_assign", faults: assigning },
  updateRoleAssign: { ...assign, path: "/open-apis/corehr/v1/authorizations/update_role_assign", faults: assigning },
  removeRoleAssign: {
    ...assign,
    path: "/open-apis/corehr/v1/authorizations/remove_role_assign",
    faults: { type: 1161401, missing: 1161404 },
  },
  employeesBatchGet: {
    method: "POST",
    path: "/open-apis/corehr/v2/employees/batch_get",
    scopes: ["corehr:employee:read", "corehr:employee:write"],
    limits: [minute(100)],
    faults: { missing: 1160102 },
  },
  employeesSearch: {
    method: "POST",
    path: "/open-apis/corehr/v2/employees/search",
    scopes: ["corehr:employee:read", "corehr:employee:write"],
    limits: [minute(100)],
    faults: { missing: 1160102 },
  },
  offboardingsSearch: {
    method: "POST",
    path: "/open-apis/corehr/v1/offboardings/search",
    scopes: ["corehr:offboarding:read", "corehr:offboarding:write"],
    limits: [minute(100)],
    faults: { type: 1160102, range: 1160102, missing: 1160104, enum: 1160102 },
    internal: 1160999,
  },
  departmentsBatchGet: {
    method: "POST",
    path: "/open-apis/corehr/v2/departments/batch_get",
    scopes: ["corehr:department:read", "corehr:department:write"],
    limits: [minute(1000), second(50)],
    faults: { missing: 1160102 },
  },
  companiesBatchGet: {
    ...places,
    path: "/open-apis/corehr/v2/companies/batch_get",
    scopes: ["corehr:company:read", "corehr:company:write"],
  },
  locationsBatchGet: {
    ...places,
    path: "/open-apis/corehr/v2/locations/batch_get",
    scopes: ["corehr:locations:read", "corehr:locations:write"],
  },
  employeesBpsBatchGet: {
    method: "POST",
    path: "/open-apis/corehr/v2/employees/bps/batch_get",
    scopes: ["corehr:employee.bp:read"],
    limits: [minute(100)],
    faults: shared,
  },
  bps: {
    method: "GET",
    path: "/open-apis/corehr/v2/bps",
    scopes: ["corehr:bp.list:read"],
    limits: [minute(100)],
    faults: shared,
  },
  bpsGetByDepartment: {
    method: "POST",
    path: "/open-apis/corehr/v2/bps/get_by_department",
    scopes: ["corehr:bp.get_by_department:read"],
    limits: [minute(100)],
    faults: shared,
  },
  securityGroupsQuery: {
    method: "POST",
    path: "/open-apis/corehr/v1/security_groups/query",
    scopes: ["corehr:authorization:read", ...reading, "corehr:authorization.bp:read"],
    limits: [minute(1000), second(50)],
    faults: { length: 1161403, missing: 1161404, enum: 1161406 },
  },
  convertId: {
    ...places,
    path: "/open-apis/corehr/v1/common_data/id/convert",
    scopes: ["corehr:common_data.id.convert:read"],
  },
  adminUserStats: {
    method: "GET",
    path: "/open-apis/admin/v1/admin_user_stats",
    scopes: ["admin:admin_user_stat:readonly"],
    limits: [second(20)],
    faults: { type: 1051002, range: 1051002, missing: 1051002, enum: 1051002 },
    internal: 1051001,
  },
  createMessage: {
    method: "POST",
    path: "/open-apis/im/v1/messages",
    scopes: ["im:message", "im:message:send_as_bot", "im:message:send"],
    limits: [minute(1000), second(50)],
    faults: { type: 230001, missing: 230001, parse: 230001 },
    internal: 2200,
  },
  updateMessage: {
    method: "PATCH",
    path: "/open-apis/im/v1/messages/:message_id",
    scopes: ["im:message", "im:message:send_as_bot", "im:message:update"],
    limits: [minute(1000)],
    faults: { type: 230001, missing: 230001, parse: 230001 },
    internal: 2200,
  },
  getBot: { ...asApp, path: "/open-apis/bot/v3/info", scopes: [] },
  tenantQuery: { ...asApp, path: "/open-apis/tenant/v2/tenant/query", scopes: ["tenant:tenant:readonly"] },
  listScopes: { ...asApp, path: "/open-apis/application/v6/scopes", scopes: [] },
  listVersions: {
    ...asApp,
    path: "/open-apis/application/v6/applications/:app_id/app_versions",
    scopes: ["application:application.app_version:readonly", "admin:app.info:readonly"],
  },
  isInChat: {
    ...asApp,
    path: "/open-apis/im/v1/chats/:chat_id/members/is_in_chat",
    scopes: ["im:chat", "im:chat:readonly", "im:chat.members:read", "im:chat.group_info:readonly"],
  },
  ...functionalEndpoints,
} as const satisfies Record<string, Declaration>;

/** The name of an endpoint in quirks, call counts and tests. */
export type Endpoint = keyof typeof endpoints;

/** The declaration of an endpoint. */
export function declarationOf(endpoint: Endpoint): Declaration {
  return endpoints[endpoint];
}

/** All endpoint names. */
export const endpointNames = Object.keys(endpoints) as Endpoint[];
