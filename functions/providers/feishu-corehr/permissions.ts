import type { PermissionCheck } from "../../review/ports.ts";
import type { FeishuCall, FeishuRequest } from "../feishu/call.ts";
import { checkCall } from "../feishu/permission-check.ts";
import * as calls from "./calls.ts";

// An id that nothing has: permissions are judged before ids are looked up, and nothing is read or changed.
const nothing = "0";

const readRequests = (): FeishuRequest<unknown>[] => [
  calls.listSecurityGroups(null, 1),
  calls.queryAuthorizations({}, null, 1),
  calls.searchAssignedUsers({ roleId: nothing, dimension: "department", objectId: nothing }, null),
  calls.searchEmployees("hired", null, 1),
  calls.batchGetEmployees("employment_ids", [nothing], ["employment_id"]),
  calls.batchGetDepartments([nothing]),
  calls.batchGetCompanies([nothing]),
  calls.batchGetLocations([nothing]),
];

const writeRequests = (): FeishuRequest<unknown>[] => [
  calls.removeRoleAssign(nothing, nothing),
  calls.addRoleAssign({ employmentId: nothing, roleId: nothing }, []),
];

/** Makes the least call of everything a review needs of each app; what concerns the whole app (a wrong secret) is thrown. */
export async function checkPermissions(read: FeishuCall, write: FeishuCall | null): Promise<PermissionCheck[]> {
  const checks: PermissionCheck[] = [];
  for (const request of readRequests()) checks.push(await checkCall(read, request));
  if (write) for (const request of writeRequests()) checks.push(await checkCall(write, request));
  return checks;
}
