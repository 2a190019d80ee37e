import * as z from "zod/mini";
import { type FeishuRequest, pageMarks, readRequest } from "../feishu/call.ts";
import { decodeAs } from "../provider-call.ts";
import { type CallName, callWords } from "./limits.ts";

// The schemas are strict where the review relies on a field. The vendor adds fields, and sends null or "" for unknown values.
const id = z.string().check(z.minLength(1));
const text = z.nullish(z.string());
const flag = z.nullish(z.boolean());

// The vendor sends "" for the id of somebody whose id it cannot give.
const member = z.object({ user_id: z.string(), scope_type: text, department_ids: z.nullish(z.array(id)) });

const user = z.object({
  user_id: z.string(),
  name: text,
  email: text,
  enterprise_email: text,
  employee_no: text,
  department_ids: z.nullish(z.array(z.string())),
  leader_user_id: text,
  status: z.nullish(
    z.object({ is_frozen: flag, is_resigned: flag, is_activated: flag, is_exited: flag, is_unjoin: flag }),
  ),
});

// Without contact:department.base:readonly there is neither name nor department_id.
const department = z.object({
  department_id: text,
  name: text,
  i18n_name: z.nullish(z.object({ zh_cn: text, en_us: text })),
});

const results = z.nullish(z.array(z.object({ user_id: z.string(), reason: z.number() })));

const memberReply = z.object({ member });
const membersReply = z.object({ members: z.nullish(z.array(member)), ...pageMarks });
const usersReply = z.object({ items: z.nullish(z.array(user)) });
const departmentsReply = z.object({ items: z.nullish(z.array(department)) });

/** What became of each member. The vendor names the list `result` after a removal, and `results` after an addition. */
const resultsReply = z.object({ result: results, results });

export type MemberReply = z.infer<typeof member>;
type MembersReply = z.infer<typeof membersReply>;
export type UserReply = z.infer<typeof user>;
export type DepartmentReply = z.infer<typeof department>;
export type ResultsReply = z.infer<typeof resultsReply>;

// An open_id has a meaning for one app alone, and the app that writes is another app: a user_id is the same for both.
const userIdType = ["user_id_type", "user_id"] as const;
const departmentIdType = ["department_id_type", "department_id"] as const;

function rolePath(roleId: string): string {
  return `/open-apis/contact/v3/functional_roles/${encodeURIComponent(roleId)}`;
}

/** A GET request that reads. */
function getRequest<Schema extends z.ZodMiniType>(
  name: CallName,
  schema: Schema,
  path: string,
  query: (readonly [string, string])[],
) {
  return readRequest({ name, words: callWords[name] }, schema, { method: "GET", path, query });
}

/** How many members a page shows, and a change takes, at most. */
export const maxMembers = 100;

/**
 * A page of a role's members, with what each of them manages.
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/functional_role-member/list
 */
export function listMembers(roleId: string, token: string | null, pageSize = maxMembers) {
  const request = getRequest("listMembers", membersReply, `${rolePath(roleId)}/members`, [
    ["page_size", String(pageSize)],
    userIdType,
    departmentIdType,
    ...(token === null ? [] : [["page_token", token] as const]),
  ]);
  // A member says nothing of the role: the role is in the path.
  return { ...request, idsOf: ({ members }: MembersReply) => (members ?? []).map(({ user_id }) => user_id) };
}

/**
 * One member of a role. Refused with 41203 where the user is not in the role.
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/functional_role-member/get
 */
export function getMember(roleId: string, userId: string) {
  const path = `${rolePath(roleId)}/members/${encodeURIComponent(userId)}`;
  return getRequest("getMember", memberReply, path, [userIdType, departmentIdType]);
}

/** How many people one call of `batchGetUsers` takes. */
export const maxUsers = 50;

/**
 * Facts of at most 50 people. People outside the app's contact range are left out of the reply.
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/user/batch
 */
export function batchGetUsers(userIds: readonly string[]) {
  const query = [...userIds.map((userId) => ["user_ids", userId] as const), userIdType, departmentIdType];
  return getRequest("batchGetUsers", usersReply, "/open-apis/contact/v3/users/batch", query);
}

/** How many departments one call of `batchGetDepartments` takes. */
export const maxDepartments = 50;

/**
 * Names of at most 50 departments. Departments outside the app's contact range are left out of the reply.
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/department/batch
 */
export function batchGetDepartments(departmentIds: readonly string[]) {
  const query = [...departmentIds.map((departmentId) => ["department_ids", departmentId] as const), departmentIdType];
  return getRequest("batchGetDepartments", departmentsReply, "/open-apis/contact/v3/departments/batch", query);
}

/** A request that changes members of a role. Throws where no member is named: the vendor does not document what that does. */
function changeRequest(
  name: CallName,
  userIds: readonly string[],
  sent: Pick<FeishuRequest<ResultsReply>, "method" | "path" | "query" | "repeatable"> & { more?: object },
): FeishuRequest<ResultsReply> {
  if (userIds.length === 0) throw new Error("Cannot change the members of a role as none are named");
  const { more, ...rest } = sent;
  const body = { members: [...userIds], ...more };
  return { name, words: callWords[name], ...rest, body, decode: decodeAs(name, resultsReply) };
}

/**
 * Takes at most 100 members out of a role. The reply has a result for each member.
 * https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/reference/contact-v3/functional_role-member/batch_delete
 */
export function deleteMembers(roleId: string, userIds: readonly string[]) {
  return changeRequest("deleteMembers", userIds, {
    method: "PATCH",
    path: `${rolePath(roleId)}/members/batch_delete`,
    query: [userIdType],
    repeatable: "if-not-executed",
  });
}

/** Puts at most 100 members into a role. May be repeated: whoever is in the role already stays unchanged. */
export function addMembers(roleId: string, userIds: readonly string[]) {
  return changeRequest("addMembers", userIds, {
    method: "POST",
    path: `${rolePath(roleId)}/members/batch_create`,
    query: [userIdType],
    repeatable: "always",
  });
}

/** Sets the departments (1 to 100) that members manage. May be repeated: the same departments change nothing. */
export function setMemberScopes(roleId: string, userIds: readonly string[], departmentIds: readonly string[]) {
  return changeRequest("setMemberScopes", userIds, {
    method: "PATCH",
    path: `${rolePath(roleId)}/members/scopes`,
    query: [userIdType, departmentIdType],
    repeatable: "always",
    more: { departments: departmentIds },
  });
}

/** Deletes a role without members: https://open.feishu.cn/document/server-docs/contact-v3/functional_role/delete */
export function deleteRole(roleId: string): FeishuRequest<null> {
  const name: CallName = "deleteRole";
  const path = rolePath(roleId);
  const sent = { method: "DELETE", path, query: [] } as const;
  return { name, words: callWords[name], ...sent, repeatable: "if-not-executed", decode: () => null };
}
