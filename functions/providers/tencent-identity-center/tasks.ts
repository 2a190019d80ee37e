import { ApiError } from "../../http/errors.ts";
import type { TaskState } from "../../review/ports.ts";
import type { CloudCall } from "./call.ts";
import { type AssignmentKey, getTaskStatus, listTasks } from "./calls.ts";
import type { Task } from "./replies.ts";

/** What a first answer or a later look says of a task. Only the documented ends are ends. */
export type TaskReading = { kind: "running"; task: string } | { kind: "done" } | { kind: "failed"; detail: string };

const mostDetail = 200;

/** What a reply's task says; without an id there is nothing to ask for later, and a read of the grants has to tell. */
export function readingOf(task: Task | null | undefined): TaskReading {
  if (task?.Status === "Failed") return { kind: "failed", detail: detailOf(task) };
  if (!task?.TaskId || task.Status === "Success") return { kind: "done" };
  return { kind: "running", task: task.TaskId };
}

const detailOf = ({ FailureReason: reason }: Task): string =>
  reason ? `the task ended as Failed: ${reason.slice(0, mostDetail)}` : "the task ended as Failed";

/** The removal of an assignment that is under way, if one is: its answer was lost, or somebody else began it. */
export async function findRemoval(call: CloudCall, zoneId: string, key: AssignmentKey): Promise<string | null> {
  const { data } = await call(listTasks(zoneId, null, { filter: { ...key, Status: "InProgress" } }));
  // The vendor's list of types says DeleteRoleAssignment, its example DeleteRolesAssignment.
  const removal = data.items.find(({ TaskType }) => TaskType?.startsWith("Delete"));
  return removal?.TaskId ?? null;
}

/** How a task is going: https://www.tencentcloud.com/document/product/1031/63608 */
export async function readTask(call: CloudCall, zoneId: string, task: string): Promise<TaskState> {
  try {
    const { data } = await call(getTaskStatus(zoneId, task));
    const reading = readingOf({ ...data.TaskStatus, TaskId: task });
    return reading.kind === "running" ? { kind: "running" } : reading;
  } catch (error) {
    // How long a task can be asked for is not documented; what it did can still be read.
    if (error instanceof ApiError && error.code === "ResourceNotFound.RoleConfigurationTaskNotFound") {
      return { kind: "done" };
    }
    throw error;
  }
}
