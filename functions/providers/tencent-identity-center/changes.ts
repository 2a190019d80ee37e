import { plainLine } from "../../basics/plain-text.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { RestoreReply, RevokeReply, TaskState } from "../../review/ports.ts";
import { hasCode, toFailedRemoval, toRefusedRestoration } from "../provider-call.ts";
import {
  type AssignmentKey,
  createRoleAssignment,
  deleteRoleAssignment,
  getTaskStatus,
  listTasks,
  readShown,
  type Task,
} from "./calls.ts";
import { maxReasonLength, speaksOfGrant } from "./failure-reasons.ts";
import { assignmentKeyOf } from "./grants.ts";
import type { CloudCall } from "./signed-call.ts";

/** `read` looks for tasks with the key that reads, `write` removes with the key that writes. */
export type RemovalCalls = { read: CloudCall; write: CloudCall };

type Removal = { grants: Grant[]; beforeSend: () => Promise<void> };

/**
 * Takes grants away, a call each; the vendor carries each removal out later, as a task. The reply is `no-answer` where a
 * failure leaves open whether the task was begun.
 */
export async function revokeGrants(
  calls: RemovalCalls,
  zoneId: string,
  { grants, beforeSend }: Removal,
): Promise<RevokeReply[]> {
  const replies: RevokeReply[] = [];
  for (const grant of grants) replies.push(await revokeGrant(calls, zoneId, { grant, beforeSend }));
  return replies;
}

async function revokeGrant(
  { read, write }: RemovalCalls,
  zoneId: string,
  { grant, beforeSend }: { grant: Grant; beforeSend: () => Promise<void> },
): Promise<RevokeReply> {
  const key = assignmentKeyOf(grant);
  // The vendor does not document what a second removal does while the first is under way, so no second one is sent.
  const task = await findRemovalTask(read, zoneId, key);
  if (task !== null) {
    await beforeSend();
    return { kind: "started", task, requestId: null };
  }
  const request = { ...deleteRoleAssignment(zoneId, key), beforeSend };
  return await write(request).then(({ data, requestId }) => toReply(data.Task, requestId), toFailure);
}

function toReply(task: Task | null | undefined, requestId: string | null): RevokeReply {
  const progress = taskProgressOf(task);
  if (progress.kind === "failed") return { ...progress, kind: "refused", requestId };
  return progress.kind === "done" ? { kind: "accepted", requestId } : { ...progress, kind: "started", requestId };
}

function toFailure(error: unknown): RevokeReply {
  if (hasCode(error, "ResourceNotFound.RoleConfigurationAuthorizationNotFound")) {
    return { kind: "already-gone", requestId: error.requestId };
  }
  return toFailedRemoval(error, "DeleteRoleAssignment");
}

/** Gives a grant back; the vendor carries it out later, as a task. May be repeated: a grant that exists is no failure. */
export async function restoreGrant(
  call: CloudCall,
  zoneId: string,
  { grant, beforeSend }: { grant: Grant; beforeSend: () => Promise<void> },
): Promise<RestoreReply> {
  try {
    const { data, requestId } = await call({ ...createRoleAssignment(zoneId, assignmentKeyOf(grant)), beforeSend });
    const progress = taskProgressOf(data.Tasks?.[0]);
    if (progress.kind === "failed") return { requestId, refusal: progress.detail };
    return progress.kind === "running" ? { requestId, task: progress.task } : { requestId };
  } catch (error) {
    if (hasCode(error, "FailedOperation.RoleConfigurationAuthorizationAlreadyExist")) {
      return { requestId: error.requestId };
    }
    return toRefusedRestoration(error);
  }
}

/** The task of an assignment's removal that is under way, or null. The removal's reply was lost, or another caller began it. */
export async function findRemovalTask(call: CloudCall, zoneId: string, key: AssignmentKey): Promise<string | null> {
  const filter = { ...key, Status: "InProgress" };
  const { items } = await readShown(call, (token) => listTasks(zoneId, token, { filter }));
  // The vendor's list of types has DeleteRoleAssignment, the vendor's example has DeleteRolesAssignment.
  const removal = items.find((task) => task.TaskType?.startsWith("Delete") && taskProgressOf(task).kind === "running");
  return removal?.TaskId ?? null;
}

/** How a task is going. */
export async function readTask(call: CloudCall, zoneId: string, task: string): Promise<TaskState> {
  try {
    const { data } = await call(getTaskStatus(zoneId, task));
    const progress = taskProgressOf({ ...data.TaskStatus, TaskId: task });
    return progress.kind === "running" ? { kind: "running" } : progress;
  } catch (error) {
    // The vendor does not document for how long a task can be read. What the task did can be read of the grants.
    if (hasCode(error, "ResourceNotFound.RoleConfigurationTaskNotFound")) {
      return { kind: "done" };
    }
    throw error;
  }
}

type TaskProgress = { kind: "running"; task: string } | { kind: "done" } | Extract<TaskState, { kind: "failed" }>;

/** Only the documented ends are ends. A task without an id counts as done: a read of the grants has to tell. */
function taskProgressOf(task: Task | null | undefined): TaskProgress {
  if (task?.Status === "Failed") {
    return {
      kind: "failed",
      detail: failureOf(task),
      ...(speaksOfGrant(task.FailureReason ?? "") ? {} : { isPassing: true }),
    };
  }
  if (!task?.TaskId || task.Status === "Success") return { kind: "done" };
  return { kind: "running", task: task.TaskId };
}

function failureOf({ FailureReason: reason }: Task): string {
  return reason ? `the task ended as Failed: ${plainLine(reason, maxReasonLength)}` : "the task ended as Failed";
}
