import type { ReviewerKind } from "../../review/people/routing.ts";
import type { PermissionCheck } from "../../review/ports.ts";
import type { FeishuCall, FeishuRequest } from "../feishu/call.ts";
import { checkCalls } from "../provider-call.ts";
import * as calls from "./calls.ts";

// The id of nothing that exists. Permissions are checked before ids are looked up, so that nothing is read or changed.
const noId = "0";

/** The apps to check, and which reviewers the configuration asks for. */
export type PermissionsToCheck = { read: FeishuCall; write: FeishuCall | null; reviewers: readonly ReviewerKind[] };

/** Makes every call of a review once, as small as the call can be. Throws what concerns an app as a whole: a wrong secret. */
export async function checkPermissions({ read, write, reviewers }: PermissionsToCheck): Promise<PermissionCheck[]> {
  const checks = await checkCalls(read, [...readRequests(), ...requestsFor(reviewers)]);
  return write ? [...checks, ...(await checkCalls(write, writeRequests()))] : checks;
}

function readRequests(): FeishuRequest<unknown>[] {
  return [
    calls.listSecurityGroups(null, 1),
    calls.queryAuthorizations({}, null, 1),
    calls.searchAssignedUsers({ roleId: noId, dimension: "department", objectId: noId }, null),
    calls.searchEmployees({ status: "hired" }, null, 1),
    calls.batchGetEmployees("employment_ids", [noId], ["employment_id"]),
    calls.batchGetDepartments([noId]),
    calls.batchGetCompanies([noId]),
    calls.batchGetLocations([noId]),
  ];
}

function writeRequests(): FeishuRequest<unknown>[] {
  return [calls.removeRoleAssign(noId, noId), calls.addRoleAssign({ employmentId: noId, roleId: noId }, [])];
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
