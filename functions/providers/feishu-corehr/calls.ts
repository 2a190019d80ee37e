import type * as z from "zod/mini";
import { type FeishuRequest, readRequest } from "../feishu/call.ts";
import { type CallName, callWords } from "./limits.ts";
import * as replies from "./replies.ts";

// Every call of CoreHR with its schema and vendor page. Above 300 lines, as each call is looked up by its name.

// The default id types differ from call to call and from version to version, so every call names both that it takes.
const userIdType = ["user_id_type", "people_corehr_id"] as const;
const departmentIdType = ["department_id_type", "people_corehr_department_id"] as const;

type Pairs = (readonly [string, string])[];

function pageToken(token: string | null): Pairs {
  return token === null ? [] : [["page_token", token]];
}

function repeated(key: string, values: readonly string[]): Pairs {
  return values.map((value) => [key, value] as const);
}

/** A GET request that reads. */
function getRequest<Schema extends z.ZodMiniType>(name: CallName, schema: Schema, path: string, query: Pairs) {
  return readRequest({ name, words: callWords[name] }, schema, { method: "GET", path, query });
}

/** A POST request that reads. */
function postRequest<Schema extends z.ZodMiniType>(
  name: CallName,
  schema: Schema,
  sent: { path: string; query: Pairs; body: Record<string, unknown> },
) {
  return readRequest({ name, words: callWords[name] }, schema, { method: "POST", ...sent });
}

/** A page of roles. The vendor does not document the largest page; the vendor's sample has 100 roles. */
export function listSecurityGroups(token: string | null, pageSize = 100) {
  const query = [["page_size", String(pageSize)] as const, ...pageToken(token)];
  const path = "/open-apis/corehr/v1/security_groups";
  const request = getRequest("listSecurityGroups", replies.securityGroupsReply, path, query);
  return { ...request, idsOf: ({ items }: replies.SecurityGroupsReply) => (items ?? []).map(({ id }) => id) };
}

/** How many employees one page of `queryAuthorizations` shows at most. */
export const pageCapacity = 20;

/** How many ids a filter of `queryAuthorizations` takes at most. */
export const maxFilterIds = 100;

/** Which grants to list: all, those of at most 100 employees, or those of at most 100 roles. */
export type AuthorizationFilter = { employmentIds?: readonly string[]; roleIds?: readonly string[] };

/** A page of grants, of at most 20 employees. */
export function queryAuthorizations(
  { employmentIds = [], roleIds = [] }: AuthorizationFilter,
  token: string | null,
  pageSize = pageCapacity,
) {
  const path = "/open-apis/corehr/v1/authorizations/query";
  const request = getRequest("queryAuthorizations", replies.authorizationsReply, path, [
    // The keys are repeated without brackets: with brackets the vendor ignores the filter.
    ...repeated("employment_id_list", employmentIds),
    ...repeated("role_id_list", roleIds),
    ["page_size", String(pageSize)],
    userIdType,
    ...pageToken(token),
  ]);
  return {
    ...request,
    idsOf: ({ items }: replies.AuthorizationsReply) => (items ?? []).map(({ employment_id: id }) => id ?? ""),
    strangerOf: ({ items }: replies.AuthorizationsReply) => strangerIn(items ?? [], { employmentIds, roleIds }),
  };
}

/** A page of everybody must not be taken for the page of those who were asked for, where the vendor ignored the filter. */
function strangerIn(
  items: NonNullable<replies.AuthorizationsReply["items"]>,
  { employmentIds, roleIds }: { employmentIds: readonly string[]; roleIds: readonly string[] },
): string | null {
  const askedPeople = new Set(employmentIds);
  const askedRoles = new Set(roleIds);
  for (const { employment_id: person, permission_detail_list: permissions } of items) {
    // Somebody without an id is one of those who were asked for.
    if (askedPeople.size > 0 && person && !askedPeople.has(person)) return `a grant of employee ${person}`;
    const other = (permissions ?? []).find(({ role }) => askedRoles.size > 0 && !askedRoles.has(role.id));
    if (other) return `a grant of role ${other.role.id}`;
  }
  return null;
}

/** A page of the holders of one organisational role at exactly one scope object. */
export function searchAssignedUsers(
  { roleId, dimension, objectId }: { roleId: string; dimension: string; objectId: string },
  token: string | null,
) {
  const request = postRequest("searchAssignedUsers", replies.assignedUsersReply, {
    path: "/open-apis/corehr/v1/assigned_users/search",
    query: [userIdType],
    body: {
      role_id: roleId,
      management_scope_list: [{ management_dimension: dimension, obj_id: objectId }],
      // Method "2" goes on to an ancestor of the object, whose holders prove nothing of the object.
      search_method: "1",
      page_size: "100",
      ...(token === null ? {} : { page_token: token }),
    },
  });
  const idsOf = ({ items }: replies.AssignedUsersReply) => (items ?? []).map(({ employment_id: id }) => id ?? "");
  return { ...request, idsOf };
}

/** How many employees the calls of employees take at most. */
export const maxEmployees = 100;

/** Facts of at most 100 employments, by the ids of the employments or of the persons. */
export function batchGetEmployees(
  by: "employment_ids" | "person_ids",
  ids: readonly string[],
  fields: readonly string[],
) {
  return postRequest("batchGetEmployees", replies.employeesReply, {
    path: "/open-apis/corehr/v2/employees/batch_get",
    query: [userIdType, departmentIdType],
    body: { fields, [by]: ids },
  });
}

/** People hired from one day to another, both included, as `YYYY-MM-DD`. */
export type HirePeriod = { from: string; until: string };

/** Which employments to look for: all of this status, or those of them whose hire lies in a period. */
export type EmployeeFilter = { status: "hired" | "terminated"; period?: HirePeriod };

function searchRequest<Schema extends z.ZodMiniType>(
  schema: Schema,
  token: string | null,
  { pageSize = maxEmployees, ...body }: { pageSize?: number; fields: readonly string[] } & Record<string, unknown>,
) {
  return postRequest("searchEmployees", schema, {
    path: "/open-apis/corehr/v2/employees/search",
    query: [["page_size", String(pageSize)], userIdType, departmentIdType, ...pageToken(token)],
    body,
  });
}

function filterOf({ status, period }: EmployeeFilter) {
  return {
    employment_status: status,
    ...(period ? { effective_time_start: period.from, effective_time_end: period.until } : {}),
  };
}

/** A page of at most 100 employments. The vendor's search is up to five minutes behind: no grant is judged by it. */
export function searchEmployees(filter: EmployeeFilter, token: string | null, pageSize = maxEmployees) {
  const fields = ["employment_id", "effective_date"];
  const request = searchRequest(replies.foundEmployeesReply, token, { pageSize, fields, ...filterOf(filter) });
  const idsOf = ({ items }: replies.FoundEmployeesReply) =>
    (items ?? []).map(({ employment_id_v2 }) => employment_id_v2);
  return { ...request, idsOf };
}

/** What says who somebody is, and whether they have left. */
export const personFields = [
  "employment_id",
  "employment_status",
  "expiration_date",
  "department_id",
  "employee_number",
  "email_address",
  "person_info.person_id",
];

function peopleRequest(token: string | null, filter: Record<string, unknown>) {
  const request = searchRequest(replies.listedPeopleReply, token, { fields: personFields, ...filter });
  const idsOf = ({ items }: replies.ListedPeopleReply) =>
    (items ?? []).map(
      (item) => item.employment_id_v2 || `of ${item.person_info?.person_id ?? item.email_address ?? ""}`,
    );
  return { ...request, idsOf };
}

/** A page of at most 100 employments with what says who each is. */
export function listPeople(filter: EmployeeFilter, token: string | null) {
  return peopleRequest(token, filterOf(filter));
}

/** The employments, ended ones too, that have one of at most 100 employee numbers, or e-mails, on pages of 100. */
export function findPeople(
  by: "employee_number_list" | "email_address_list",
  { values, status }: { values: readonly string[]; status: EmployeeFilter["status"] },
  token: string | null,
) {
  return peopleRequest(token, { employment_status: status, [by]: values });
}

/** Whose departures to search for: whose last day is in a period, or these people's. */
export type DepartureFilter = { period: HirePeriod } | { employmentIds: readonly string[] };

/**
 * A page of at most 100 departures, whatever became of them: only an employee's facts say who has left. The search of employees
 * has no filter by the last day, and of a large company it would list everybody who ever left.
 */
export function searchOffboardings(filter: DepartureFilter, token: string | null, pageSize = maxEmployees) {
  const request = postRequest("searchOffboardings", replies.offboardingsReply, {
    path: "/open-apis/corehr/v1/offboardings/search",
    query: [["page_size", String(pageSize)], userIdType, ...pageToken(token)],
    body:
      "period" in filter
        ? { offboarding_date_start: filter.period.from, offboarding_date_end: filter.period.until }
        : { employment_ids: filter.employmentIds },
  });
  return { ...request, idsOf: ({ ids }: replies.OffboardingsReply) => ids };
}

/** Names of at most 100 departments. */
export function batchGetDepartments(ids: readonly string[]) {
  return postRequest("batchGetDepartments", replies.departmentsReply, {
    path: "/open-apis/corehr/v2/departments/batch_get",
    query: [userIdType, departmentIdType],
    body: { department_id_list: ids, fields: ["department_name"] },
  });
}

/** Names of at most 100 companies. */
export function batchGetCompanies(ids: readonly string[]) {
  const path = "/open-apis/corehr/v2/companies/batch_get";
  return postRequest("batchGetCompanies", replies.companiesReply, { path, query: [], body: { company_ids: ids } });
}

/** Names of at most 100 locations. */
export function batchGetLocations(ids: readonly string[]) {
  const path = "/open-apis/corehr/v2/locations/batch_get";
  return postRequest("batchGetLocations", replies.locationsReply, { path, query: [], body: { location_ids: ids } });
}

/** The HR and location partners of at most 100 employees. A department without partners has those of the nearest above. */
export function batchGetEmployeePartners(employmentIds: readonly string[]) {
  return postRequest("batchGetEmployeePartners", replies.employeePartnersReply, {
    path: "/open-apis/corehr/v2/employees/bps/batch_get",
    query: [userIdType],
    body: { employment_ids: employmentIds, get_all: false },
  });
}

/** A page of at most 500 rows of departments' own HR partners, a row for each partner. */
export function listPartners(token: string | null, pageSize = 500) {
  const query = [["page_size", String(pageSize)] as const, userIdType, departmentIdType, ...pageToken(token)];
  const request = getRequest("listPartners", replies.listedPartnersReply, "/open-apis/corehr/v2/bps", query);
  const idsOf = ({ items }: replies.ListedPartnersReply) =>
    (items ?? []).map(({ department_id, hrbp_id }) => `${department_id} ${hrbp_id}`);
  return { ...request, idsOf };
}

/** The HR partners of a department, and of each department above it. */
export function getPartnersByDepartment(departmentId: string) {
  return postRequest("getPartnersByDepartment", replies.departmentPartnersReply, {
    path: "/open-apis/corehr/v2/bps/get_by_department",
    query: [userIdType, departmentIdType],
    body: { department_id: departmentId },
  });
}

/** A department and a place where people of the department work. */
export type Workplace = { departmentId: string; locationId: string };

/** The location partners of at most 50 workplaces. A workplace without partners has those of the department or place above. */
export function queryLocationPartners(workplaces: readonly Workplace[]) {
  return postRequest("queryLocationPartners", replies.locationPartnersReply, {
    path: "/open-apis/corehr/v1/security_groups/query",
    query: [departmentIdType],
    body: {
      item_list: workplaces.map(({ departmentId, locationId }) => ({
        role_key: "location_bp",
        department_id: departmentId,
        work_location_id: locationId,
      })),
    },
  });
}

/**
 * The accounts of at most 100 employments, or the employments of as many accounts. Whom the vendor does not know it leaves out,
 * or gives no id: people who left have no account.
 * https://open.feishu.cn/document/server-docs/corehr-v1/basic-infomation/common_data-id/convert
 */
export function convertIds(to: "accounts" | "employments", ids: readonly string[]) {
  return postRequest("convertIds", replies.convertedReply, {
    path: "/open-apis/corehr/v1/common_data/id/convert",
    query: [
      ["id_transform_type", to === "accounts" ? "1" : "2"],
      ["id_type", "user_id"],
      ["feishu_user_id_type", "user_id"],
    ],
    body: { ids },
  });
}

function writeRequest(name: CallName, employmentId: string, roleId: string) {
  return {
    name,
    words: callWords[name],
    method: "POST",
    query: [["employment_id", employmentId], ["role_id", roleId], userIdType],
    repeatable: "if-not-executed",
    // `data` holds an assignment id that no read shows, and may be absent.
    decode: () => null,
  } satisfies Omit<FeishuRequest<null>, "path">;
}

/**
 * Takes a role with all its scopes from an employee; the request has no body.
 * https://open.feishu.cn/document/corehr-v1/authorization/remove_role_assign
 */
export function removeRoleAssign(employmentId: string, roleId: string): FeishuRequest<null> {
  const path = "/open-apis/corehr/v1/authorizations/remove_role_assign";
  return { ...writeRequest("removeRoleAssign", employmentId, roleId), path };
}

/** How many combinations of scopes one call of `addRoleAssign` or `updateRoleAssign` takes at most. */
export const maxCombinations = 300;

/** Whose role, and combinations of scopes in the form of the calls that write. */
export type Assignment = { employmentId: string; roleId: string };
export type Combinations = { org_key: string; org_ids: string[] }[][];

/**
 * Adds scopes, at most 300 combinations, of an organisational role to the scopes that an employee already has of the role.
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/corehr-v1/authorization/add_role_assign
 */
export function addRoleAssign({ employmentId, roleId }: Assignment, combinations: Combinations): FeishuRequest<null> {
  const path = "/open-apis/corehr/v1/authorizations/add_role_assign";
  return {
    ...writeRequest("addRoleAssign", employmentId, roleId),
    path,
    body: { assigned_organization_items: combinations },
  };
}

/**
 * Sets the scopes of an organisational role: scopes that are not sent are taken away, and nothing tells whether somebody else
 * has added some meanwhile. At most 300 combinations.
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/corehr-v1/authorization/update_role_assign
 */
export function updateRoleAssign(
  { employmentId, roleId }: Assignment,
  combinations: Combinations,
): FeishuRequest<null> {
  const path = "/open-apis/corehr/v1/authorizations/update_role_assign";
  return {
    ...writeRequest("updateRoleAssign", employmentId, roleId),
    path,
    body: { assigned_organization_items: combinations },
  };
}
