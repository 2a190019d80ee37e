import type { FeishuRequest } from "../feishu/call.ts";
import { decodeAs } from "../feishu/decode.ts";
import type { CallName } from "./limits.ts";
import * as replies from "./replies.ts";

// An open_id is one app's alone, and the write app is another: only user_ids mean the same to both.
const userIdType = ["user_id_type", "user_id"] as const;
const departmentIdType = ["department_id_type", "department_id"] as const;

const rolePath = (roleId: string): string => `/open-apis/contact/v3/functional_roles/${encodeURIComponent(roleId)}`;

const read = <Name extends CallName>(name: Name) => ({ name, method: "GET" as const, repeatable: "always" as const });

/** How many members a page shows, and a change takes, at most. */
export const mostMembers = 100;

/** How many people one call of `batchGetUsers` takes. */
export const mostUsers = 50;

/** How many departments one call of `batchGetDepartments` takes. */
export const mostDepartments = 50;

/** A page of a role's members, with what each manages. */
export const listMembers = (roleId: string, token: string | null, pageSize = mostMembers) =>
  ({
    ...read("listMembers"),
    path: `${rolePath(roleId)}/members`,
    query: [
      ["page_size", String(pageSize)],
      userIdType,
      departmentIdType,
      ...(token === null ? [] : [["page_token", token] as const]),
    ],
    decode: decodeAs("listMembers", replies.membersReply),
  }) satisfies FeishuRequest<unknown>;

/** One member of a role; refused with 41203 where the user is not in it. */
export const getMember = (roleId: string, userId: string) =>
  ({
    ...read("getMember"),
    path: `${rolePath(roleId)}/members/${encodeURIComponent(userId)}`,
    query: [userIdType, departmentIdType],
    decode: decodeAs("getMember", replies.memberReply),
  }) satisfies FeishuRequest<unknown>;

/** Facts of at most 50 people; whoever is outside the app's contact range is left out without a word. */
export const batchGetUsers = (userIds: readonly string[]) =>
  ({
    ...read("batchGetUsers"),
    path: "/open-apis/contact/v3/users/batch",
    query: [...userIds.map((id) => ["user_ids", id] as const), userIdType, departmentIdType],
    decode: decodeAs("batchGetUsers", replies.usersReply),
  }) satisfies FeishuRequest<unknown>;

/** Names of at most 50 departments; those outside the app's contact range are left out without a word. */
export const batchGetDepartments = (departmentIds: readonly string[]) =>
  ({
    ...read("batchGetDepartments"),
    path: "/open-apis/contact/v3/departments/batch",
    query: [...departmentIds.map((id) => ["department_ids", id] as const), departmentIdType],
    decode: decodeAs("batchGetDepartments", replies.departmentsReply),
  }) satisfies FeishuRequest<unknown>;

const membersOf = (userIds: readonly string[]): string[] => {
  // Marked optional: nobody says whom a removal without members means.
  if (userIds.length === 0) throw new Error("Cannot change the members of a role as none are named");
  return [...userIds];
};

/** Takes at most 100 members out of a role. Whether it did is said of each alone. */
export const deleteMembers = (roleId: string, userIds: readonly string[]) =>
  ({
    name: "deleteMembers" satisfies CallName,
    method: "PATCH",
    path: `${rolePath(roleId)}/members/batch_delete`,
    query: [userIdType],
    body: { members: membersOf(userIds) },
    repeatable: "if-not-executed",
    decode: decodeAs("deleteMembers", replies.resultsReply),
  }) satisfies FeishuRequest<unknown>;

/** Puts at most 100 members into a role; one who is in it already stays as they are, so it may be repeated. */
export const addMembers = (roleId: string, userIds: readonly string[]) =>
  ({
    name: "addMembers" satisfies CallName,
    method: "POST",
    path: `${rolePath(roleId)}/members/batch_create`,
    query: [userIdType],
    body: { members: membersOf(userIds) },
    repeatable: "always",
    decode: decodeAs("addMembers", replies.resultsReply),
  }) satisfies FeishuRequest<unknown>;

/** Sets the departments (1 to 100) that members manage; the same again changes nothing, so it may be repeated. */
export const setMemberScopes = (roleId: string, userIds: readonly string[], departmentIds: readonly string[]) =>
  ({
    name: "setMemberScopes" satisfies CallName,
    method: "PATCH",
    path: `${rolePath(roleId)}/members/scopes`,
    query: [userIdType, departmentIdType],
    body: { members: membersOf(userIds), departments: departmentIds },
    repeatable: "always",
    decode: decodeAs("setMemberScopes", replies.resultsReply),
  }) satisfies FeishuRequest<unknown>;

/** Deletes a role that nobody is in: https://open.feishu.cn/document/server-docs/contact-v3/functional_role/delete */
export const deleteRole = (roleId: string) =>
  ({
    name: "deleteRole" satisfies CallName,
    method: "DELETE",
    path: rolePath(roleId),
    query: [],
    repeatable: "if-not-executed",
    decode: () => null,
  }) satisfies FeishuRequest<unknown>;
