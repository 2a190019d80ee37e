import { documentedLimits } from "../../functions/providers/feishu-corehr/limits.ts";
import type { Endpoint } from "../../functions/sandbox/feishu/endpoints.ts";
import type { RemoteState } from "../serve-sandbox.ts";
import { pace } from "./tenant.ts";

const limitsByEndpoint: Partial<Record<Endpoint, readonly { calls: number; perMs: number }[]>> = {
  securityGroups: documentedLimits.listSecurityGroups,
  authorizationsQuery: documentedLimits.queryAuthorizations,
  assignedUsersSearch: documentedLimits.searchAssignedUsers,
  addRoleAssign: documentedLimits.addRoleAssign,
  removeRoleAssign: documentedLimits.removeRoleAssign,
  employeesBatchGet: documentedLimits.batchGetEmployees,
  employeesSearch: documentedLimits.searchEmployees,
  departmentsBatchGet: documentedLimits.batchGetDepartments,
  companiesBatchGet: documentedLimits.batchGetCompanies,
  locationsBatchGet: documentedLimits.batchGetLocations,
};

/** So many calls of an endpoint, and how many milliseconds they take at the least. */
export type Load = { endpoint: string; calls: number; floorMs: number };

/** What was asked between two states, the slowest endpoint first. */
export function loadsBetween(before: RemoteState, after: RemoteState): Load[] {
  const endpoints = Object.keys(after.calls) as Endpoint[];
  return endpoints
    .map((endpoint) => ({ endpoint, calls: after.calls[endpoint].calls - before.calls[endpoint].calls }))
    .filter(({ calls }) => calls > 0)
    .map((load) => ({ ...load, floorMs: floorMs(load.endpoint, load.calls) }))
    .sort((a, b) => b.floorMs - a.floorMs);
}

/** The first window's calls may go at once; each further window costs its whole length. */
const floorMs = (endpoint: Endpoint, calls: number): number =>
  Math.max(
    0,
    ...(limitsByEndpoint[endpoint] ?? []).map(
      (window) => ((Math.ceil(calls / window.calls) - 1) * window.perMs) / pace,
    ),
  );
