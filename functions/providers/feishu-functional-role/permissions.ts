import type { PermissionCheck } from "../../review/ports.ts";
import type { FeishuCall, FeishuRequest } from "../feishu/call.ts";
import { checkCall, checkCalls } from "../provider-call.ts";
import * as calls from "./calls.ts";
import { isDepartmentRefused } from "./scope-names.ts";

// The id of nothing that exists. Permissions are checked before ids are looked up, so that nothing is read or changed.
const noId = "0";

/** Makes every call of a review once, as small as the call can be. Throws what concerns an app as a whole: a wrong secret. */
export async function checkPermissions(
  read: FeishuCall,
  write: FeishuCall | null,
  roleIds: string[],
): Promise<PermissionCheck[]> {
  const checks = [await checkCall(read, calls.getMember(noId, noId)), ...(await checkFields(read, roleIds))];
  return write ? [...checks, ...(await checkCalls(write, writeRequests()))] : checks;
}

function writeRequests(): FeishuRequest<unknown>[] {
  return [
    calls.deleteMembers(noId, [noId]),
    calls.addMembers(noId, [noId]),
    calls.setMemberScopes(noId, [noId], [noId]),
    calls.deleteRole(noId),
  ];
}

type Fields = Record<string, unknown>;

/** The permission that opens each field of a user. Without the permission the field is not in the reply. */
const permissionByField = {
  user_id: "contact:user.employee_id:readonly",
  status: "contact:user.employee:readonly",
  name: "contact:user.base:readonly",
  email: "contact:user.email:readonly",
  department_ids: "contact:user.department:readonly",
} as const;

const permissionByDepartmentField = { name: "contact:department.base:readonly" };

/** Reads one member, that member's facts and one department, and looks for fields that the app may not read. */
async function checkFields(read: FeishuCall, roleIds: string[]): Promise<PermissionCheck[]> {
  const { check, member } = await checkMember(read, roleIds);
  const userId = member?.user_id;
  const users = { ...calls.batchGetUsers([typeof userId === "string" ? userId : noId]), decode: firstOf("items") };
  const usersCheck = await checkCall(read, users);
  if (!usersCheck.passed || typeof userId !== "string") return [check, usersCheck, await checkDepartment(read, [])];
  const user = (await read(users)).data;
  const departmentIds = [member?.department_ids, user?.department_ids].flat().filter((id) => typeof id === "string");
  const departmentCheck = await checkDepartment(read, departmentIds);
  return [check, user ? withFields(usersCheck, user, permissionByField) : usersCheck, departmentCheck];
}

/** Reads one department, if one is known. A department that the app may not see is no fault. */
async function checkDepartment(read: FeishuCall, [id = noId]: string[]): Promise<PermissionCheck> {
  const request = { ...calls.batchGetDepartments([id]), decode: firstOf("items") };
  const check = await checkCall(read, request).catch((error) => {
    if (!isDepartmentRefused(error)) throw error;
    return { call: request.name, passed: true, missing: null };
  });
  if (!check.passed) return check;
  const department = await readFirst(read, request);
  return department ? withFields(check, department, permissionByDepartmentField) : check;
}

/** Reads the first member of the first role that has a member. */
async function checkMember(
  read: FeishuCall,
  roleIds: string[],
): Promise<{ check: PermissionCheck; member: Fields | null }> {
  let check: PermissionCheck = { call: "listMembers", passed: true, missing: null };
  for (const roleId of roleIds) {
    const request = { ...calls.listMembers(roleId, null, 1), decode: firstOf("members") };
    // A role that the configuration names has to be there.
    check = await checkCall(read, { ...request, isPlain: true });
    if (!check.passed) break;
    const member = await readFirst(read, request);
    const { user_id } = permissionByField;
    if (member) return { check: withFields(check, member, { user_id }), member };
  }
  return { check, member: null };
}

function readFirst(read: FeishuCall, request: FeishuRequest<Fields | null>): Promise<Fields | null> {
  return read(request).then(
    ({ data }) => data,
    () => null,
  );
}

function withFields(check: PermissionCheck, item: Fields, permissions: Record<string, string>): PermissionCheck {
  const missing = Object.entries(permissions).filter(([field]) => !(field in item));
  if (missing.length === 0) return check;
  return { ...check, passed: false, missing: missing.map(([, permission]) => permission).join(", ") };
}

/** A decoder of the first item of a list, whatever its fields. */
function firstOf(list: string): (data: unknown) => Fields | null {
  return (data) => (data as Record<string, Fields[] | null> | null | undefined)?.[list]?.[0] ?? null;
}
