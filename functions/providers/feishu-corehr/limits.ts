import type { FeishuLimits } from "../feishu/api.ts";

const minuteMs = 60_000;
const secondMs = 1_000;
const tier2 = [{ calls: 20, perMs: minuteMs }];
const tier3 = [{ calls: 100, perMs: minuteMs }];
const tier4 = [
  { calls: 1000, perMs: minuteMs },
  { calls: 50, perMs: secondMs },
];

/** The documented limit of every call: https://open.feishu.cn/document/ukTMukTMukTM/uUzN04SN3QjL1cDN and each call's page. */
export const documentedLimits = {
  listSecurityGroups: tier3,
  queryAuthorizations: tier3,
  searchAssignedUsers: [{ calls: 10, perMs: secondMs }],
  addRoleAssign: tier2,
  removeRoleAssign: tier2,
  batchGetEmployees: tier3,
  searchEmployees: tier3,
  batchGetDepartments: tier4,
  batchGetCompanies: tier4,
  batchGetLocations: tier4,
} satisfies FeishuLimits;

export type CallName = keyof typeof documentedLimits;

/** The documented limits, with those replaced that a tenant has otherwise. */
export function limitsWith(overrides: Record<string, { calls: number; perMs: number }>): FeishuLimits {
  const replaced = Object.entries(overrides).map(([name, window]) => {
    if (!(name in documentedLimits)) throw new Error(`Cannot limit ${name} as this provider has no such call`);
    return [name, [window]] as const;
  });
  return { ...documentedLimits, ...Object.fromEntries(replaced) };
}
