import type { Limits } from "../../http/throttles.ts";
import { tier2, tier3, tier4 } from "../feishu/limits.ts";

/** The documented limit of every call: https://open.feishu.cn/document/ukTMukTMukTM/uUzN04SN3QjL1cDN and each call's page. */
export const documentedLimits = {
  listSecurityGroups: tier3,
  queryAuthorizations: tier3,
  searchAssignedUsers: [{ calls: 10, perMs: 1_000 }],
  batchGetEmployees: tier3,
  searchEmployees: tier3,
  batchGetDepartments: tier4,
  batchGetCompanies: tier4,
  batchGetLocations: tier4,
  batchGetEmployeePartners: tier3,
  listPartners: tier3,
  getPartnersByDepartment: tier3,
  queryLocationPartners: tier4,
  addRoleAssign: tier2,
  removeRoleAssign: tier2,
} satisfies Limits;

export type CallName = keyof typeof documentedLimits;

/** The calls that change something. The app that writes makes no others. */
export const writeCalls: readonly CallName[] = ["addRoleAssign", "removeRoleAssign"];
