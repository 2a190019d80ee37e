import { batchGetContactDepartments } from "./contact-departments.ts";
import { batchGetUsers } from "./contact-users.ts";
import {
  batchCreateMembers,
  batchDeleteMembers,
  createRole,
  deleteRole,
  renameRole,
  setMemberScopes,
} from "./functional-changes.ts";
import type { FunctionalEndpoint } from "./functional-endpoints.ts";
import { getMember, listMembers } from "./functional-members.ts";
import type { Handler } from "./world.ts";

/** Who answers which endpoint of functional roles. */
export const functionalHandlers: Record<FunctionalEndpoint, Handler> = {
  functionalRoleCreate: createRole,
  functionalRoleUpdate: renameRole,
  functionalRoleDelete: deleteRole,
  functionalMembers: listMembers,
  functionalMember: getMember,
  functionalMembersBatchCreate: batchCreateMembers,
  functionalMembersBatchDelete: batchDeleteMembers,
  functionalMembersScopes: setMemberScopes,
  contactUsersBatch: batchGetUsers,
  contactDepartmentsBatch: batchGetContactDepartments,
};
