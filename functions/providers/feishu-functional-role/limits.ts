import type { Limits } from "../../http/throttles.ts";
import {
  activityCall,
  activityLimit,
  activityWords,
  tenantLimits,
  tenantWords,
  tier3,
  tier4,
} from "../feishu/limits.ts";

/** The documented limit of every call: https://open.feishu.cn/document/ukTMukTMukTM/uUzN04SN3QjL1cDN and each call's page. */
export const documentedLimits = {
  listMembers: tier3,
  getMember: tier3,
  batchGetUsers: tier4,
  batchGetDepartments: tier4,
  addMembers: tier3,
  deleteMembers: tier3,
  setMemberScopes: tier3,
  deleteRole: tier3,
  [activityCall]: activityLimit,
  ...tenantLimits,
} satisfies Limits;

export type CallName = keyof typeof documentedLimits;

/** What each call is to do, as errors say it after "Cannot". */
export const callWords: Readonly<Record<CallName, string>> = {
  ...tenantWords,
  listMembers: "list the members of a role",
  getMember: "read one member of a role",
  batchGetUsers: "read facts of people",
  batchGetDepartments: "read the names of departments",
  addMembers: "put members back into a role",
  deleteMembers: "take members out of a role",
  setMemberScopes: "set what members of a role manage",
  deleteRole: "delete a role",
  [activityCall]: activityWords,
};

export const readCalls: readonly CallName[] = [
  "listMembers",
  "getMember",
  "batchGetUsers",
  "batchGetDepartments",
  activityCall,
  "queryTenant",
];

/** The calls that change something. The app that writes makes no others. */
export const writeCalls: readonly CallName[] = ["addMembers", "deleteMembers", "setMemberScopes", "deleteRole"];
