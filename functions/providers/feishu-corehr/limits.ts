import type { Limits } from "../../http/throttles.ts";
import {
  activityCall,
  activityLimit,
  activityWords,
  tenantLimits,
  tenantWords,
  tier2,
  tier3,
  tier4,
} from "../feishu/limits.ts";

/** The documented limit of every call: https://open.feishu.cn/document/ukTMukTMukTM/uUzN04SN3QjL1cDN and each call's page. */
export const documentedLimits = {
  listSecurityGroups: tier3,
  queryAuthorizations: tier3,
  searchAssignedUsers: [{ calls: 10, perMs: 1_000 }],
  batchGetEmployees: tier3,
  searchEmployees: tier3,
  searchOffboardings: tier3,
  batchGetDepartments: tier4,
  batchGetCompanies: tier4,
  batchGetLocations: tier4,
  batchGetEmployeePartners: tier3,
  listPartners: tier3,
  getPartnersByDepartment: tier3,
  queryLocationPartners: tier4,
  convertIds: tier4,
  [activityCall]: activityLimit,
  addRoleAssign: tier2,
  updateRoleAssign: tier2,
  removeRoleAssign: tier2,
  ...tenantLimits,
} satisfies Limits;

export type CallName = keyof typeof documentedLimits;

/** What each call is to do, as errors say it after "Cannot". */
export const callWords: Readonly<Record<CallName, string>> = {
  ...tenantWords,
  listSecurityGroups: "list the roles",
  queryAuthorizations: "list who holds which role",
  searchAssignedUsers: "search who holds a role at one object",
  batchGetEmployees: "read facts of employees",
  searchEmployees: "list the people who work here or have left",
  searchOffboardings: "search who leaves or has left",
  batchGetDepartments: "read the names of departments",
  batchGetCompanies: "read the names of companies",
  batchGetLocations: "read the names of locations",
  batchGetEmployeePartners: "read the HR partners of employees",
  listPartners: "list the HR partners of departments",
  getPartnersByDepartment: "read the HR partners above a department",
  queryLocationPartners: "read the partners of locations",
  convertIds: "read whose account an employment is",
  [activityCall]: activityWords,
  addRoleAssign: "give a role back",
  updateRoleAssign: "set where a role holds",
  removeRoleAssign: "take a role away",
};

/** The calls that change something. The app that writes makes no others. */
export const writeCalls: readonly CallName[] = ["addRoleAssign", "updateRoleAssign", "removeRoleAssign"];
