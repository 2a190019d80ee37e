type CloudAccount = { uin: number; name: string };
type CloudConfiguration = { id: string; name: string; description: string; createdAtS: number };

/** An employee's user in the directory. It is disabled once the employee has left, except if `isForgotten`. */
export type CloudUser = {
  id: string;
  /** The employment of its employee. */
  holderId: string;
  isDisabled: boolean;
  /** Enabled although its employee has left. */
  isForgotten: boolean;
  createdAtS: number;
};

export type CloudGroup = { id: string; name: string; memberIds: string[]; createdAtS: number };

/** One row: who may use which configuration in which account. `createdAtS` is epoch seconds. */
export type CloudAssignment = { configurationId: string; uin: number; principalId: string; createdAtS: number };

export type CloudTaskKind = "CreateRoleAssignment" | "DeleteRoleAssignment";

/**
 * A change that the vendor carries out later. `endsAt` is epoch milliseconds, or null: never. `failure` is the reason
 * with which it will fail.
 */
export type CloudTask = {
  id: string;
  kind: CloudTaskKind;
  assignment: CloudAssignment;
  endsAt: number | null;
  failure: string | null;
  /** The task ends as Success without changing anything. */
  isIdle: boolean;
  status: "InProgress" | "Success" | "Failed";
};

/** The zone of the invented company, its accounts, and who may do what in them. */
export type CloudBooks = {
  zoneId: string;
  managerUin: number;
  managerName: string;
  /** Accounts of the organisation. */
  accountsByUin: Map<number, CloudAccount>;
  /** Accounts that have left the organisation. Their assignments remain. */
  formerAccountsByUin: Map<number, CloudAccount>;
  configurationsById: Map<string, CloudConfiguration>;
  usersById: Map<string, CloudUser>;
  groupsById: Map<string, CloudGroup>;
  assignmentsByKey: Map<string, CloudAssignment>;
  tasksById: Map<string, CloudTask>;
};

/** A change in the zone. */
export type CloudChange =
  | { kind: "give"; assignment: CloudAssignment }
  | { kind: "take"; assignment: CloudAssignment }
  | { kind: "start"; task: CloudTask }
  | { kind: "end"; taskId: string }
  | { kind: "disable"; userId: string; isDisabled: boolean }
  | { kind: "delete-user"; userId: string }
  | { kind: "account-leaves"; uin: number };

/** The key of an assignment in maps, quirks and tests: holder and role, as a review names them. */
export function assignmentKey({
  principalId,
  configurationId,
  uin,
}: Pick<CloudAssignment, "principalId" | "configurationId" | "uin">): string {
  return `${principalId}:${configurationId}@${uin}`;
}

/** An id of the vendor's form: a prefix and twelve letters and digits. */
export function cloudId(prefix: "u" | "g" | "rc" | "t", index: number): string {
  return `${prefix}-${(index * 7_919 + 60_466_176).toString(36).padStart(12, "0")}`;
}

/** The books of an empty zone. */
export function emptyCloud(): CloudBooks {
  return {
    zoneId: "z-1sandbox0001",
    managerUin: 100_040_000_001,
    managerName: "云杉集团",
    accountsByUin: new Map(),
    formerAccountsByUin: new Map(),
    configurationsById: new Map(),
    usersById: new Map(),
    groupsById: new Map(),
    assignmentsByKey: new Map(),
    tasksById: new Map(),
  };
}

function endTask(books: CloudBooks, taskId: string): void {
  const task = books.tasksById.get(taskId);
  if (task === undefined) return;
  const key = assignmentKey(task.assignment);
  const isThere = books.assignmentsByKey.has(key);
  // Another task was quicker: the assignment to be removed is gone, or the assignment to be given is there.
  if (task.failure === null && isThere === (task.kind === "CreateRoleAssignment")) {
    task.failure = "The authorization has been changed by another task";
  }
  task.status = task.failure === null ? "Success" : "Failed";
  if (task.failure !== null || task.isIdle) return;
  if (task.kind === "DeleteRoleAssignment") books.assignmentsByKey.delete(key);
  else books.assignmentsByKey.set(key, task.assignment);
}

/** Applies a change to the books. */
export function applyCloud(books: CloudBooks, change: CloudChange): void {
  switch (change.kind) {
    case "give":
      books.assignmentsByKey.set(assignmentKey(change.assignment), change.assignment);
      break;
    case "take":
      books.assignmentsByKey.delete(assignmentKey(change.assignment));
      break;
    case "start":
      books.tasksById.set(change.task.id, { ...change.task });
      break;
    case "end":
      endTask(books, change.taskId);
      break;
    case "disable": {
      const user = books.usersById.get(change.userId);
      if (user) user.isDisabled = change.isDisabled;
      break;
    }
    case "delete-user":
      books.usersById.delete(change.userId);
      for (const group of books.groupsById.values()) {
        group.memberIds = group.memberIds.filter((id) => id !== change.userId);
      }
      break;
    case "account-leaves": {
      const account = books.accountsByUin.get(change.uin);
      if (account) books.formerAccountsByUin.set(account.uin, account);
      books.accountsByUin.delete(change.uin);
      break;
    }
    default:
      change satisfies never;
  }
}
