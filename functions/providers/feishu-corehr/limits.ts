import type { FeishuLimits } from "../feishu/api.ts";
import { type CallLimits, replaceLimits, tier2, tier3, tier4 } from "../feishu/limits.ts";

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
} satisfies FeishuLimits;

export type CallName = keyof typeof documentedLimits;

/** The documented limits, with those replaced that a tenant has otherwise. */
export const limitsWith = (overrides: CallLimits): FeishuLimits => replaceLimits(documentedLimits, overrides);
