import { DroppedConnection } from "../calls.ts";
import { assignmentKey, type CloudAssignment, type CloudTaskKind } from "../company/cloud-books.ts";
import { namesAssignment } from "./cloud-quirks.ts";
import { beginTask } from "./cloud-tasks.ts";
import {
  booksOf,
  type CloudCall,
  CloudRefusal,
  type CloudWorld,
  describeAssignment,
  pageOf,
  textOf,
  vendorTime,
} from "./cloud-world.ts";

function toRow(world: CloudWorld, assignment: CloudAssignment) {
  return {
    ...describeAssignment(world, assignment),
    CreateTime: vendorTime(assignment.createdAtS),
    UpdateTime: vendorTime(assignment.createdAtS),
  };
}

const filters = ["RoleConfigurationId", "TargetType", "TargetUin", "PrincipalType", "PrincipalId"] as const;

export function listRoleAssignments(world: CloudWorld, call: CloudCall): Record<string, unknown> {
  const { quirks } = world;
  const { parameters } = call;
  const { PrincipalId: principalId, RoleConfigurationId: configurationId, TargetUin: uin } = parameters;
  const named = [principalId, configurationId, uin].filter((part) => part !== undefined).map(String);
  world.repeats.looked((key) => named.every((part) => key.split(/[:@]/).includes(part)));
  const rows = [...booksOf(world).assignmentsByKey.values()].map((assignment) => toRow(world, assignment));
  const isFiltered = filters.some((name) => parameters[name] !== undefined);
  const matching = rows.filter(
    (row) => quirks.filterIgnored || filters.every((name) => (parameters[name] ?? row[name]) === row[name]),
  );
  const isHidden = (keys: string[], row: (typeof rows)[number]): boolean =>
    !isFiltered &&
    (keys.includes(row.PrincipalId) || keys.includes(`${row.PrincipalId}:${row.RoleConfigurationId}@${row.TargetUin}`));
  const counted = matching.filter((row) => !isHidden(quirks.listingMisses, row));
  const shown = counted.filter((row) => !isHidden(quirks.listingLoses, row));
  const isNobody = ({ PrincipalId: id }: (typeof rows)[number]): boolean => quirks.emptyIds.includes(id);
  const items = shown.map((row) => (isNobody(row) ? { ...row, PrincipalId: "" } : row));
  return pageOf(world, call, {
    name: "RoleAssignments",
    items,
    total: counted.length + (isFiltered ? 0 : quirks.totalIsOff),
  });
}

function assignmentIn(world: CloudWorld, row: Record<string, unknown>): CloudAssignment {
  const { RoleConfigurationId, TargetUin, TargetType, PrincipalId, PrincipalType } = row;
  const isManager = TargetUin === booksOf(world).managerUin;
  if (TargetType !== (isManager ? "ManagerUin" : "MemberUin")) {
    throw new CloudRefusal("InvalidParameter.ParamError", "TargetType is not that of the account.");
  }
  if (PrincipalType !== (String(PrincipalId).startsWith("g-") ? "Group" : "User")) {
    throw new CloudRefusal("InvalidParameter.ParamError", "PrincipalType is not that of the principal.");
  }
  return {
    configurationId: String(RoleConfigurationId),
    uin: Number(TargetUin),
    principalId: String(PrincipalId),
    createdAtS: Math.floor(world.now() / 1000),
  };
}

function noteWrite(world: CloudWorld, call: CloudCall, assignment: CloudAssignment): void {
  const key = assignmentKey(assignment);
  const isDoubled = [...booksOf(world).tasksById.values()].some(
    ({ status, assignment: other }) => status === "InProgress" && assignmentKey(other) === key,
  );
  world.calls.writes.push({
    call: call.action as CloudTaskKind,
    key,
    secretId: call.secretId,
    at: new Date(world.now()).toISOString(),
    isDoubled,
  });
}

export function deleteRoleAssignment(world: CloudWorld, call: CloudCall): Record<string, unknown> {
  const { quirks } = world;
  if (!["", "None"].includes(textOf(call, "DeprovisionStrategy"))) {
    throw new CloudRefusal("UnsupportedOperation", "The sandbox deprovisions nothing: nobody could put it back.");
  }
  const asked = assignmentIn(world, call.parameters);
  const key = assignmentKey(asked);
  world.repeats.asked(key);
  if (namesAssignment(quirks.loseRemovalBefore, key) && !world.lostRemovals.has(key)) {
    world.lostRemovals.add(key);
    throw new DroppedConnection("before the removal");
  }
  const standing = booksOf(world).assignmentsByKey.get(key);
  if (!standing) {
    throw new CloudRefusal(
      "ResourceNotFound.RoleConfigurationAuthorizationNotFound",
      "The permission authorization record does not exist.",
    );
  }
  if (namesAssignment(quirks.refuseRemoval, key)) {
    throw new CloudRefusal("FailedOperation", "The authorization cannot be removed.");
  }
  noteWrite(world, call, standing);
  const task = beginTask(world, call.secretId, { kind: "DeleteRoleAssignment", assignment: standing });
  if (namesAssignment(quirks.loseRemovalAnswer, key)) throw new DroppedConnection("after the removal was begun");
  return task === null ? {} : { Task: task };
}

function refuseUnlessGivable(world: CloudWorld, assignment: CloudAssignment): void {
  const books = booksOf(world);
  const { uin, principalId, configurationId } = assignment;
  if (uin !== books.managerUin && !books.accountsByUin.has(uin)) {
    throw new CloudRefusal("FailedOperation.OrganizationMemberNotExist", "The member does not exist.");
  }
  if (!books.configurationsById.has(configurationId)) {
    throw new CloudRefusal(
      "InvalidParameter.RoleConfigurationNotExist",
      "The permission configuration does not exist.",
    );
  }
  if (principalId.startsWith("g-") && !books.groupsById.has(principalId)) {
    throw new CloudRefusal("InvalidParameter.GroupNotExist", "The group does not exist.");
  }
  if (principalId.startsWith("u-") && !books.usersById.has(principalId)) {
    throw new CloudRefusal("ResourceNotFound.UserNotExist", "The user does not exist.");
  }
  if (books.assignmentsByKey.has(assignmentKey(assignment))) {
    throw new CloudRefusal("FailedOperation.RoleConfigurationAuthorizationAlreadyExist", "The authorization exists.");
  }
}

export function createRoleAssignment(world: CloudWorld, call: CloudCall): Record<string, unknown> {
  const rows = (call.parameters.RoleAssignmentInfo ?? []) as Record<string, unknown>[];
  if (rows.length === 0 || rows.length > 50) throw new CloudRefusal("InvalidParameter.ParamError", "1 to 50 rows.");
  const assignments = rows.map((row) => assignmentIn(world, row));
  for (const assignment of assignments) refuseUnlessGivable(world, assignment);
  return {
    Tasks: assignments.flatMap((assignment) => {
      noteWrite(world, call, assignment);
      return beginTask(world, call.secretId, { kind: "CreateRoleAssignment", assignment }) ?? [];
    }),
  };
}
