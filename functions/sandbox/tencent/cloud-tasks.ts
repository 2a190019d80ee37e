import {
  assignmentKey,
  type CloudAssignment,
  type CloudTask,
  type CloudTaskKind,
  cloudId,
} from "../company/cloud-books.ts";
import { namesAssignment } from "./cloud-quirks.ts";
import {
  booksOf,
  type CloudCall,
  CloudRefusal,
  type CloudWorld,
  describeAssignment,
  pageOf,
  recordChange,
  textOf,
} from "./cloud-world.ts";

function toTaskInfo(world: CloudWorld, task: CloudTask) {
  const { TargetName: _account, PrincipalName: _principal, ...named } = describeAssignment(world, task.assignment);
  return {
    TaskId: task.id,
    ...named,
    // `DeleteRolesAssignment` is in the vendor's example, though not in its list of types.
    TaskType: task.kind === "DeleteRoleAssignment" ? "DeleteRolesAssignment" : task.kind,
    Status: task.status,
    ...(task.status === "Failed" ? { FailureReason: task.failure } : {}),
  };
}

/** Why a task that begins now will fail: "" for no reason; null where it will end well. */
function failureOf(quirks: CloudWorld["quirks"], kind: CloudTaskKind, key: string): string | null {
  if (namesAssignment(quirks.failTaskSilently, key)) return "";
  if (namesAssignment(quirks.failTask, key) || namesAssignment(quirks.failAtOnce, key)) return quirks.failureReason;
  const left = quirks.failWithoutReason[key] ?? 0;
  if (kind !== "DeleteRoleAssignment" || left === 0) return null;
  quirks.failWithoutReason[key] = left - 1;
  return "";
}

/** Begins a task. Gives its TaskInfo, or null where the quirks want an answer without a task. */
export function beginTask(
  world: CloudWorld,
  secretId: string,
  { kind, assignment }: { kind: CloudTaskKind; assignment: CloudAssignment },
): Record<string, unknown> | null {
  const { quirks } = world;
  const key = assignmentKey(assignment);
  const isNamed = (keys: string[]): boolean => namesAssignment(keys, key);
  const task: CloudTask = {
    id: cloudId("t", booksOf(world).tasksById.size),
    kind,
    assignment,
    endsAt: isNamed(quirks.stuckTask) ? null : world.now() + quirks.taskMs / world.pace(),
    failure: failureOf(quirks, kind, key),
    isIdle: kind === "DeleteRoleAssignment" && isNamed(quirks.ignoreRemoval),
    status: "InProgress",
  };
  recordChange(world, secretId, { kind: "start", task });
  if (isNamed(quirks.failAtOnce) || isNamed(quirks.withoutTask))
    recordChange(world, null, { kind: "end", taskId: task.id });
  if (isNamed(quirks.withoutTask)) return null;
  return toTaskInfo(world, booksOf(world).tasksById.get(task.id) as CloudTask);
}

/** Ends the tasks that are due. */
export function endDueTasks(world: CloudWorld): void {
  for (const { id, status, endsAt } of booksOf(world).tasksById.values()) {
    if (status === "InProgress" && endsAt !== null && endsAt <= world.now())
      recordChange(world, null, { kind: "end", taskId: id });
  }
}

export function getTaskStatus(world: CloudWorld, call: CloudCall): Record<string, unknown> {
  const task = booksOf(world).tasksById.get(textOf(call, "TaskId"));
  if (!task || world.quirks.forgetsTasks) {
    throw new CloudRefusal("ResourceNotFound.RoleConfigurationTaskNotFound", "The task does not exist.");
  }
  return {
    TaskStatus: {
      TaskId: task.id,
      TaskType: task.kind,
      Status: task.status,
      // Present for tasks that succeeded too, as in the vendor's example.
      FailureReason: task.failure ?? "",
    },
  };
}

export function listTasks(world: CloudWorld, call: CloudCall): Record<string, unknown> {
  const status = textOf(call, "Status");
  const filters = ["RoleConfigurationId", "TargetType", "TargetUin", "PrincipalType", "PrincipalId"] as const;
  const items = [...booksOf(world).tasksById.values()]
    .filter((task) => !status || task.status === status)
    .map((task) => toTaskInfo(world, task))
    .filter((task) => filters.every((name) => (call.parameters[name] ?? task[name]) === task[name]));
  return pageOf(world, call, { name: "Tasks", items });
}
