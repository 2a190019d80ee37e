import type { FeishuRequest } from "../feishu/call.ts";
import { decodeAs } from "../feishu/decode.ts";
import type { HirePeriod } from "./hire-periods.ts";
import type { CallName } from "./limits.ts";
import * as replies from "./replies.ts";

// Defaults differ from call to call and version to version, so both are sent wherever they are taken.
const userIdType = ["user_id_type", "people_corehr_id"] as const;
const departmentIdType = ["department_id_type", "people_corehr_department_id"] as const;

type Pairs = (readonly [string, string])[];

const pageToken = (token: string | null): Pairs => (token === null ? [] : [["page_token", token]]);
const repeated = (key: string, values: readonly string[]): Pairs => values.map((value) => [key, value] as const);
const read = <Name extends CallName>(name: Name) => ({ name, repeatable: "always" as const });

/** A page of roles. The vendor does not say the largest page; its sample has 100. */
export const listSecurityGroups = (token: string | null, pageSize = 100) =>
  ({
    ...read("listSecurityGroups"),
    method: "GET",
    path: "/open-apis/corehr/v1/security_groups",
    query: [["page_size", String(pageSize)], ...pageToken(token)],
    decode: decodeAs("listSecurityGroups", replies.securityGroupsReply),
  }) satisfies FeishuRequest<unknown>;

/** Which grants to list: all, those of these employees (at most 100), or those with these roles (at most 100). */
export type AuthorizationFilter = { employmentIds?: readonly string[]; roleIds?: readonly string[] };

/** A page of grants, at most 20 employees. */
export const queryAuthorizations = (filter: AuthorizationFilter, token: string | null, pageSize = 20) =>
  ({
    ...read("queryAuthorizations"),
    method: "GET",
    path: "/open-apis/corehr/v1/authorizations/query",
    query: [
      // Repeated keys without brackets; with brackets the filter is ignored.
      ...repeated("employment_id_list", filter.employmentIds ?? []),
      ...repeated("role_id_list", filter.roleIds ?? []),
      ["page_size", String(pageSize)],
      userIdType,
      ...pageToken(token),
    ],
    decode: decodeAs("queryAuthorizations", replies.authorizationsReply),
  }) satisfies FeishuRequest<unknown>;

/** A page of the holders of one organisational role at exactly one scope object. */
export const searchAssignedUsers = (
  scope: { roleId: string; dimension: string; objectId: string },
  token: string | null,
) =>
  ({
    ...read("searchAssignedUsers"),
    method: "POST",
    path: "/open-apis/corehr/v1/assigned_users/search",
    query: [userIdType],
    body: {
      role_id: scope.roleId,
      management_scope_list: [{ management_dimension: scope.dimension, obj_id: scope.objectId }],
      // "2" climbs to an ancestor, whose holders prove nothing of this object.
      search_method: "1",
      page_size: "100",
      ...(token === null ? {} : { page_token: token }),
    },
    decode: decodeAs("searchAssignedUsers", replies.assignedUsersReply),
  }) satisfies FeishuRequest<unknown>;

/** Facts of at most 100 employments, by their own ids or by their persons'. */
export const batchGetEmployees = (
  by: "employment_ids" | "person_ids",
  ids: readonly string[],
  fields: readonly string[],
) =>
  ({
    ...read("batchGetEmployees"),
    method: "POST",
    path: "/open-apis/corehr/v2/employees/batch_get",
    query: [userIdType, departmentIdType],
    body: { fields, [by]: ids },
    decode: decodeAs("batchGetEmployees", replies.employeesReply),
  }) satisfies FeishuRequest<unknown>;

/** Which employments to look for: all with this status, or those of them who were hired in a period. */
export type EmployeeFilter = { status: "hired" | "terminated"; period?: HirePeriod };

/** A page of at most 100 employments. Up to five minutes behind: good for finding, not for deciding. */
export const searchEmployees = ({ status, period }: EmployeeFilter, token: string | null, pageSize = 100) =>
  ({
    ...read("searchEmployees"),
    method: "POST",
    path: "/open-apis/corehr/v2/employees/search",
    query: [["page_size", String(pageSize)], userIdType, departmentIdType, ...pageToken(token)],
    body: {
      fields: ["employment_id", "effective_date"],
      employment_status: status,
      ...(period ? { effective_time_start: period.from, effective_time_end: period.until } : {}),
    },
    decode: decodeAs("searchEmployees", replies.foundEmployeesReply),
  }) satisfies FeishuRequest<unknown>;

/** Names of at most 100 departments. */
export const batchGetDepartments = (ids: readonly string[]) =>
  ({
    ...read("batchGetDepartments"),
    method: "POST",
    path: "/open-apis/corehr/v2/departments/batch_get",
    query: [userIdType, departmentIdType],
    body: { department_id_list: ids, fields: ["department_name"] },
    decode: decodeAs("batchGetDepartments", replies.departmentsReply),
  }) satisfies FeishuRequest<unknown>;

/** Names of at most 100 companies. */
export const batchGetCompanies = (ids: readonly string[]) =>
  ({
    ...read("batchGetCompanies"),
    method: "POST",
    path: "/open-apis/corehr/v2/companies/batch_get",
    query: [],
    body: { company_ids: ids },
    decode: decodeAs("batchGetCompanies", replies.companiesReply),
  }) satisfies FeishuRequest<unknown>;

/** Names of at most 100 locations. */
export const batchGetLocations = (ids: readonly string[]) =>
  ({
    ...read("batchGetLocations"),
    method: "POST",
    path: "/open-apis/corehr/v2/locations/batch_get",
    query: [],
    body: { location_ids: ids },
    decode: decodeAs("batchGetLocations", replies.locationsReply),
  }) satisfies FeishuRequest<unknown>;

/** The HR and location partners of at most 100 employees; where their own department has none, the nearest above. */
export const batchGetEmployeePartners = (employmentIds: readonly string[]) =>
  ({
    ...read("batchGetEmployeePartners"),
    method: "POST",
    path: "/open-apis/corehr/v2/employees/bps/batch_get",
    query: [userIdType],
    body: { employment_ids: employmentIds, get_all: false },
    decode: decodeAs("batchGetEmployeePartners", replies.employeePartnersReply),
  }) satisfies FeishuRequest<unknown>;

/** A page of at most 500 departments' own HR partners, a row for each of them. */
export const listPartners = (token: string | null, pageSize = 500) =>
  ({
    ...read("listPartners"),
    method: "GET",
    path: "/open-apis/corehr/v2/bps",
    query: [["page_size", String(pageSize)], userIdType, departmentIdType, ...pageToken(token)],
    decode: decodeAs("listPartners", replies.listedPartnersReply),
  }) satisfies FeishuRequest<unknown>;

/** The HR partners of a department, and of each department above it. */
export const getPartnersByDepartment = (departmentId: string) =>
  ({
    ...read("getPartnersByDepartment"),
    method: "POST",
    path: "/open-apis/corehr/v2/bps/get_by_department",
    query: [userIdType, departmentIdType],
    body: { department_id: departmentId },
    decode: decodeAs("getPartnersByDepartment", replies.departmentPartnersReply),
  }) satisfies FeishuRequest<unknown>;

/** A department and a place where its people work. */
export type Workplace = { departmentId: string; locationId: string };

/** The location partners of at most 50 workplaces; where one has none, those of the department or location above. */
export const queryLocationPartners = (workplaces: readonly Workplace[]) =>
  ({
    ...read("queryLocationPartners"),
    method: "POST",
    path: "/open-apis/corehr/v1/security_groups/query",
    query: [departmentIdType],
    body: {
      item_list: workplaces.map(({ departmentId, locationId }) => ({
        role_key: "location_bp",
        department_id: departmentId,
        work_location_id: locationId,
      })),
    },
    decode: decodeAs("queryLocationPartners", replies.locationPartnersReply),
  }) satisfies FeishuRequest<unknown>;

const write = (name: CallName, employmentId: string, roleId: string) => ({
  name,
  method: "POST" as const,
  query: [["employment_id", employmentId], ["role_id", roleId], userIdType] satisfies Pairs,
  repeatable: "if-not-executed" as const,
  // `data` holds an assignment id that no read ever shows, and can be absent.
  decode: () => null,
});

/** Takes a role with all its scopes from an employee; there is no body. */
export const removeRoleAssign = (employmentId: string, roleId: string) =>
  ({
    ...write("removeRoleAssign", employmentId, roleId),
    path: "/open-apis/corehr/v1/authorizations/remove_role_assign",
  }) satisfies FeishuRequest<unknown>;

/** Adds scopes (at most 300 combinations) of an organisational role to what an employee already has of it. */
export const addRoleAssign = (
  grant: { employmentId: string; roleId: string },
  combinations: { org_key: string; org_ids: string[] }[][],
) =>
  ({
    ...write("addRoleAssign", grant.employmentId, grant.roleId),
    path: "/open-apis/corehr/v1/authorizations/add_role_assign",
    body: { assigned_organization_items: combinations },
  }) satisfies FeishuRequest<unknown>;
