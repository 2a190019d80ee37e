import { searchAssignedUsers } from "./assigned-users.ts";
import { getAuthorizationsByParam, queryAuthorizations } from "./authorizations.ts";
import { getBot, isInChat, listScopes } from "./bots.ts";
import { convertId } from "./convert-id.ts";
import { createMessage } from "./create-message.ts";
import { batchGetEmployees, searchEmployees } from "./employees.ts";
import type { Endpoint } from "./endpoints.ts";
import { functionalHandlers } from "./functional-handlers.ts";
import { batchGetCompanies, batchGetDepartments, batchGetLocations } from "./organisation.ts";
import { batchGetEmployeeBps, getBpsByDepartment, listBps, querySecurityGroups } from "./partners.ts";
import { addRoleAssign, removeRoleAssign, updateRoleAssign } from "./role-assign.ts";
import { listSecurityGroups } from "./security-groups.ts";
import type { Handler } from "./world.ts";

/** Who answers which endpoint; the token endpoint has no envelope and is answered by the server itself. */
export const handlers: Record<Exclude<Endpoint, "tenantAccessToken">, Handler> = {
  securityGroups: listSecurityGroups,
  authorizationsQuery: queryAuthorizations,
  authorizationsGetByParam: getAuthorizationsByParam,
  assignedUsersSearch: searchAssignedUsers,
  addRoleAssign,
  updateRoleAssign,
  removeRoleAssign,
  employeesBatchGet: batchGetEmployees,
  employeesSearch: searchEmployees,
  departmentsBatchGet: batchGetDepartments,
  companiesBatchGet: batchGetCompanies,
  locationsBatchGet: batchGetLocations,
  employeesBpsBatchGet: batchGetEmployeeBps,
  bps: listBps,
  bpsGetByDepartment: getBpsByDepartment,
  securityGroupsQuery: querySecurityGroups,
  convertId,
  createMessage,
  getBot,
  listScopes,
  isInChat,
  ...functionalHandlers,
};
