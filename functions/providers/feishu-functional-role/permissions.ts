import type { PermissionCheck } from "../../review/ports.ts";
import type { FeishuCall, FeishuRequest } from "../feishu/call.ts";
import { checkCall } from "../feishu/permission-check.ts";
import * as calls from "./calls.ts";
import type { ConfiguredRoles } from "./roles.ts";
import { isOfSomeDepartment } from "./scope-names.ts";

// An id that nothing has: permissions are judged before ids are looked up, and nothing is read or changed.
const nothing = "0";

const writeRequests = (): FeishuRequest<unknown>[] => [
  calls.deleteMembers(nothing, [nothing]),
  calls.addMembers(nothing, [nothing]),
  calls.setMemberScopes(nothing, [nothing], [nothing]),
  calls.deleteRole(nothing),
];

/** Makes the least call of everything a review needs of each app; what concerns the whole app (a wrong secret) is thrown. */
export async function checkPermissions(
  read: FeishuCall,
  write: FeishuCall | null,
  { all }: ConfiguredRoles,
): Promise<PermissionCheck[]> {
  const checks = [
    await checkCall(read, calls.getMember(nothing, nothing)),
    ...(await checkFields(
      read,
      all.map(({ id }) => id),
    )),
  ];
  if (write) for (const request of writeRequests()) checks.push(await checkCall(write, request));
  return checks;
}

type Fields = Record<string, unknown>;

/** Which permission opens a field: without it the field is simply not there. */
const permissionByField = {
  user_id: "contact:user.employee_id:readonly",
  status: "contact:user.employee:readonly",
  name: "contact:user.base:readonly",
  email: "contact:user.email:readonly",
  department_ids: "contact:user.department:readonly",
} as const;

const permissionByDepartmentField = { name: "contact:department.base:readonly" };

/** Looks at one member, and at what is said of that person, for fields that the app may not see. */
async function checkFields(read: FeishuCall, roleIds: string[]): Promise<PermissionCheck[]> {
  const { check, member } = await checkMember(read, roleIds);
  const userId = member?.user_id;
  const users = { ...calls.batchGetUsers([typeof userId === "string" ? userId : nothing]), decode: firstOf("items") };
  const usersCheck = await checkCall(read, users);
  if (!usersCheck.passed || typeof userId !== "string") return [check, usersCheck, await checkDepartment(read, [])];
  const user = (await read(users)).data;
  const departmentIds = [member?.department_ids, user?.department_ids].flat().filter((id) => typeof id === "string");
  const departmentCheck = await checkDepartment(read, departmentIds);
  return [check, user ? withFields(usersCheck, user, permissionByField) : usersCheck, departmentCheck];
}

/** Looks at what is said of one department, if any is known; that the app may not see this very one is no fault. */
async function checkDepartment(read: FeishuCall, [id = nothing]: string[]): Promise<PermissionCheck> {
  const request = { ...calls.batchGetDepartments([id]), decode: firstOf("items") };
  const check = await checkCall(read, request).catch((error) => {
    if (!isOfSomeDepartment(error)) throw error;
    return { call: request.name, passed: true, missing: null };
  });
  if (!check.passed) return check;
  const department = await firstAnswered(read, request);
  return department ? withFields(check, department, permissionByDepartmentField) : check;
}

/** The first member of the first role that has any. */
async function checkMember(
  read: FeishuCall,
  roleIds: string[],
): Promise<{ check: PermissionCheck; member: Fields | null }> {
  let check: PermissionCheck = { call: "listMembers", passed: true, missing: null };
  for (const roleId of roleIds) {
    const request = { ...calls.listMembers(roleId, null, 1), decode: firstOf("members") };
    check = await checkCall(read, request);
    if (!check.passed) break;
    const member = await firstAnswered(read, request);
    const { user_id } = permissionByField;
    if (member) return { check: withFields(check, member, { user_id }), member };
  }
  return { check, member: null };
}

const firstAnswered = (read: FeishuCall, request: FeishuRequest<Fields | null>): Promise<Fields | null> =>
  read(request).then(
    ({ data }) => data,
    () => null,
  );

function withFields(check: PermissionCheck, item: Fields, permissions: Record<string, string>): PermissionCheck {
  const missing = Object.entries(permissions).filter(([field]) => !(field in item));
  if (missing.length === 0) return check;
  return { ...check, passed: false, missing: missing.map(([, permission]) => permission).join(", ") };
}

const firstOf =
  (list: string) =>
  (data: unknown): Fields | null => {
    const items = (data as Record<string, Fields[] | null> | null | undefined)?.[list];
    return items?.[0] ?? null;
  };
