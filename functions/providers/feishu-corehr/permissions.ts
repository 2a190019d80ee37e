import type { ReviewerKind } from "../../review/people/routing.ts";
import type { PermissionCheck } from "../../review/ports.ts";
import type { FeishuCall, FeishuRequest } from "../feishu/call.ts";
import { checkCalls, plain } from "../provider-call.ts";
import * as calls from "./calls.ts";

// The id of nothing that exists. Permissions are checked before ids are looked up, so that nothing is read or changed.
const noId = "0";

/** The apps to check, and which reviewers the configuration asks for. */
export type PermissionsToCheck = {
  read: FeishuCall;
  write: FeishuCall | null;
  reviewers: readonly ReviewerKind[];
  /** Whether there are sweeps, which search for departures. */
  sweeps: boolean;
  /** The keys by which people are known in other sources. */
  match: readonly string[];
  /** Whether something is asked of people by their accounts. */
  asksAccounts: boolean;
};

/**
 * Makes every call of a review once, as small as the call can be, and reads the fields of some holders. Throws what concerns
 * an app as a whole: a wrong secret.
 */
export async function checkPermissions({
  read,
  write,
  reviewers,
  sweeps,
  match,
  asksAccounts,
}: PermissionsToCheck): Promise<PermissionCheck[]> {
  const departures = calls.searchOffboardings({ employmentIds: [noId] }, null, 1);
  const requests = [
    ...readRequests(),
    ...(sweeps ? [plain(departures)] : []),
    ...(asksAccounts ? [calls.convertIds("accounts", [noId])] : []),
    ...requestsFor(reviewers),
  ];
  const [checks, fields, writes] = await Promise.all([
    checkCalls(read, requests.map(withScopes)),
    checkFields(read, match),
    write ? checkCalls(write, writeRequests().map(withScopes)) : [],
  ]);
  return [...checks, ...fields, ...writes];
}

function readRequests(): FeishuRequest<unknown>[] {
  return [
    plain(calls.listSecurityGroups(null, 1)),
    plain(calls.queryAuthorizations({}, null, 1)),
    calls.searchAssignedUsers({ roleId: noId, dimension: "department", objectId: noId }, null),
    plain(calls.searchEmployees({ status: "hired" }, null, 1)),
    calls.batchGetEmployees("employment_ids", [noId], ["employment_id"]),
    calls.batchGetDepartments([noId]),
    calls.batchGetCompanies([noId]),
    calls.batchGetLocations([noId]),
  ];
}

function writeRequests(): FeishuRequest<unknown>[] {
  const nobody = { employmentId: noId, roleId: noId };
  return [calls.removeRoleAssign(noId, noId), calls.addRoleAssign(nobody, []), calls.updateRoleAssign(nobody, [])];
}

/** The calls of each kind of reviewer. `listPartners` is for the figure of how many departments have HRBPs. */
const reviewerRequests: Partial<Record<ReviewerKind, () => FeishuRequest<unknown>[]>> = {
  "holder-hrbp": () => [calls.listPartners(null, 1), calls.batchGetEmployeePartners([noId])],
  "department-hrbp": () => [calls.listPartners(null, 1), calls.getPartnersByDepartment(noId)],
  "location-bp": () => [calls.queryLocationPartners([{ departmentId: noId, locationId: noId }])],
};

function requestsFor(reviewers: readonly ReviewerKind[]): FeishuRequest<unknown>[] {
  const requests = reviewers.flatMap((kind) => reviewerRequests[kind]?.() ?? []);
  return [...new Map(requests.map((request) => [request.name, request])).values()];
}

/** The least permission of each call, by the call's page: some refusals (1160103, a gateway's) name none. */
const scopeByCall = {
  listSecurityGroups: "corehr:security_group:read",
  queryAuthorizations: "corehr:authorization:read",
  searchAssignedUsers: "corehr:authorization:read",
  batchGetEmployees: "corehr:employee:read",
  searchEmployees: "corehr:employee:read",
  searchOffboardings: "corehr:offboarding:read",
  batchGetDepartments: "corehr:department:read",
  batchGetCompanies: "corehr:company:read",
  batchGetLocations: "corehr:locations:read",
  batchGetEmployeePartners: "corehr:employee.bp:read",
  listPartners: "corehr:bp.list:read",
  getPartnersByDepartment: "corehr:bp.get_by_department:read",
  queryLocationPartners: "corehr:authorization:read",
  convertIds: "corehr:common_data.id.convert:read",
  addRoleAssign: "corehr:authorization:write",
  updateRoleAssign: "corehr:authorization:write",
  removeRoleAssign: "corehr:authorization:write",
} as const;

function withScopes(request: FeishuRequest<unknown>): FeishuRequest<unknown> & { scopes: string } {
  return { ...request, scopes: scopeByCall[request.name as keyof typeof scopeByCall] };
}

type Employee = NonNullable<ReturnType<ReturnType<typeof calls.batchGetEmployees>["decode"]>["items"]>[number];

/** A field that may not come: its name at the vendor, its value, and whether only people who left have it. */
type CheckedField = { key: string; of: (employee: Employee) => unknown; ofLeavers?: boolean };

const checkedFields: Readonly<Record<NonNullable<PermissionCheck["field"]>, CheckedField>> = {
  email: { key: "email_address", of: ({ email_address: email }) => email },
  departmentId: { key: "department_id", of: ({ department_id_v2: id }) => id },
  managerId: { key: "direct_manager_id", of: ({ direct_manager_id_v2: id }) => id },
  lastDay: { key: "expiration_date", of: ({ expiration_date: day }) => day, ofLeavers: true },
  employedAgain: { key: "person_info.person_id", of: ({ person_info: person }) => person?.person_id },
};

/** Whether somebody works here at all: every review asks for it. */
const statusField: CheckedField = {
  key: "employment_status",
  of: ({ employment_status: status }) => status?.enum_name,
};

/** The keys of people that CoreHR tells. */
const checkedKeys: Readonly<Record<string, CheckedField>> = {
  employeeNo: { key: "employee_number", of: ({ employee_number: number }) => number },
  email: checkedFields.email,
};

/**
 * Reads a page of holders and a page of people who left, and gives a failed check for each field that came for none of them: one
 * that the app may not read, or that nobody filled in. None where nobody can be read: the calls' own checks say why.
 */
async function checkFields(read: FeishuCall, match: readonly string[]): Promise<PermissionCheck[]> {
  const employees = (await Promise.all([readHolders(read), readLeavers(read)])).flat();
  const leavers = employees.filter(({ employment_status: status }) => status?.enum_name === "terminated");
  const missingOf = ({ key, of, ofLeavers }: CheckedField): string | null => {
    const sample = ofLeavers ? leavers : employees;
    if (sample.length === 0 || sample.some((employee) => Boolean(of(employee)))) return null;
    return `${key} came for none of ${sample.length} people: grant the app this field of ${scopeByCall.batchGetEmployees}`;
  };
  const ofFields = (Object.keys(checkedFields) as (keyof typeof checkedFields)[]).map(
    (field): PermissionCheck => ({
      call: `holder.${field}`,
      field,
      passed: false,
      missing: missingOf(checkedFields[field]),
    }),
  );
  const ofKeys = match.flatMap((key): PermissionCheck[] => {
    const checked = checkedKeys[key];
    return checked ? [{ call: `people.match ${key}`, passed: false, missing: missingOf(checked) }] : [];
  });
  const ofStatus: PermissionCheck = { call: "holder.status", passed: false, missing: missingOf(statusField) };
  return [ofStatus, ...ofFields, ...ofKeys].filter(({ missing }) => missing !== null);
}

/** Facts of a page of holders; none where they cannot be read. */
async function readHolders(read: FeishuCall): Promise<Employee[]> {
  const page = await read(calls.queryAuthorizations({}, null)).catch(() => null);
  return await readEmployees(
    read,
    (page?.data.items ?? []).flatMap(({ employment_id: id }) => id || []),
  );
}

/** Facts of a page of people who left; none where they cannot be read. */
async function readLeavers(read: FeishuCall): Promise<Employee[]> {
  const page = await read(calls.searchEmployees({ status: "terminated" }, null)).catch(() => null);
  return await readEmployees(
    read,
    (page?.data.items ?? []).map(({ employment_id_v2: id }) => id),
  );
}

async function readEmployees(read: FeishuCall, ids: string[]): Promise<Employee[]> {
  if (ids.length === 0) return [];
  const checked = [...Object.values(checkedFields), ...Object.values(checkedKeys)];
  const fields = ["employment_status", ...new Set(checked.map(({ key }) => key))];
  const reply = await read(calls.batchGetEmployees("employment_ids", [...new Set(ids)], fields)).catch(() => null);
  return reply?.data.items ?? [];
}
