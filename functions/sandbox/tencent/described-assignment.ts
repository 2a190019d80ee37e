import { employeeOf } from "../company/company.ts";
import type { CloudAssignment } from "./cloud-books.ts";
import { booksOf, type CloudWorld } from "./cloud-world.ts";

/** What a row says of its principal, configuration and account; names of what is gone are those it had. */
export function describeAssignment(world: CloudWorld, assignment: CloudAssignment) {
  const books = booksOf(world);
  const { configurationId, uin, principalId } = assignment;
  const user = books.usersById.get(principalId);
  const account = books.accountsByUin.get(uin) ?? books.formerAccountsByUin.get(uin);
  return {
    RoleConfigurationId: configurationId,
    RoleConfigurationName: books.configurationsById.get(configurationId)?.name ?? "",
    TargetUin: uin,
    TargetType: uin === books.managerUin ? "ManagerUin" : "MemberUin",
    TargetName: uin === books.managerUin ? books.managerName : (account?.name ?? ""),
    PrincipalId: principalId,
    PrincipalType: principalId.startsWith("g-") ? "Group" : "User",
    PrincipalName:
      books.groupsById.get(principalId)?.name ?? employeeOf(world.company, user?.holderId ?? "")?.name ?? "",
  };
}
