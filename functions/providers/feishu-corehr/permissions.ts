import type { ReviewerKind } from "../../review/people/routing.ts";
import type { PermissionCheck } from "../../review/ports.ts";
import type { FeishuCall, FeishuRequest } from "../feishu/call.ts";
import { checkCall } from "../feishu/permission-check.ts";
import * as calls from "./calls.ts";

// An id that nothing has: permissions are judged before ids are looked up, and nothing is read or changed.
const nothing = "0";

/** What each part of the order of reviewers takes; how well HRBPs cover the departments is looked at with either of two. */
const reviewerRequests: Partial<Record<ReviewerKind, () => FeishuRequest<unknown>[]>> = {
  "holder-hrbp": () => [calls.listPartners(null, 1), calls.batchGetEmployeePartners([nothing])],
  "department-hrbp": () => [calls.listPartners(null, 1), calls.getPartnersByDepartment(nothing)],
  "location-bp": () => [calls.queryLocationPartners([{ departmentId: nothing, locationId: nothing }])],
};

const requestsFor = (reviewers: readonly ReviewerKind[]): FeishuRequest<unknown>[] => {
  const requests = reviewers.flatMap((kind) => reviewerRequests[kind]?.() ?? []);
  return [...new Map(requests.map((request) => [request.name, request])).values()];
};

const readRequests = (): FeishuRequest<unknown>[] => [
  calls.listSecurityGroups(null, 1),
  calls.queryAuthorizations({}, null, 1),
  calls.searchAssignedUsers({ roleId: nothing, dimension: "department", objectId: nothing }, null),
  calls.searchEmployees({ status: "hired" }, null, 1),
  calls.batchGetEmployees("employment_ids", [nothing], ["employment_id"]),
  calls.batchGetDepartments([nothing]),
  calls.batchGetCompanies([nothing]),
  calls.batchGetLocations([nothing]),
];

const writeRequests = (): FeishuRequest<unknown>[] => [
  calls.removeRoleAssign(nothing, nothing),
  calls.addRoleAssign({ employmentId: nothing, roleId: nothing }, []),
];

/** The apps to ask, and the parts of the order of reviewers that the configuration has. */
export type Asked = { read: FeishuCall; write: FeishuCall | null; reviewers: readonly ReviewerKind[] };

/** Makes the least call of everything a review needs of each app; what concerns the whole app (a wrong secret) is thrown. */
export async function checkPermissions({ read, write, reviewers }: Asked): Promise<PermissionCheck[]> {
  const checks: PermissionCheck[] = [];
  for (const request of [...readRequests(), ...requestsFor(reviewers)]) checks.push(await checkCall(read, request));
  if (write) for (const request of writeRequests()) checks.push(await checkCall(write, request));
  return checks;
}
