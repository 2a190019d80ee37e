/** What a member of a functional role manages: everything, nothing (the scope was never set), or these departments. */
export type MemberScope = { type: "All" | "None" } | { type: "Part"; departmentIds: string[] };

/** A functional role with its members by employment id, in the order in which they joined. */
export type FunctionalRole = { id: string; name: string; membersByHolder: Map<string, MemberScope> };

/** The state of an account that does not follow from the person's employment. */
export type AccountState = "frozen" | "exited" | "not-activated" | "unjoined";

/** The functional roles and accounts of the invented company; its people are the company's own. */
export type FunctionalBooks = {
  rolesById: Map<string, FunctionalRole>;
  accountsByHolder: Map<string, AccountState>;
  /** People outside the apps' contact range: never shown, though they may be members. */
  outOfRange: Set<string>;
};

/** A change of functional roles or accounts. Ids of people are employment ids. */
export type FunctionalChange =
  | { kind: "create-role"; roleId: string; name: string }
  | { kind: "rename-role"; roleId: string; name: string }
  | { kind: "delete-role"; roleId: string }
  | { kind: "add"; roleId: string; holderIds: string[]; scope: MemberScope }
  | { kind: "remove"; roleId: string; holderIds: string[] }
  | { kind: "scope"; roleId: string; holderIds: string[]; departmentIds: string[] }
  | { kind: "account"; holderId: string; state: AccountState | null };

/** Books without roles. */
export function emptyBooks(): FunctionalBooks {
  return {
    rolesById: new Map(),
    accountsByHolder: new Map(),
    outOfRange: new Set(),
  };
}

function changeRole({ rolesById }: FunctionalBooks, change: Exclude<FunctionalChange, { kind: "account" }>): void {
  if (change.kind === "create-role") {
    rolesById.set(change.roleId, { id: change.roleId, name: change.name, membersByHolder: new Map() });
    return;
  }
  const role = rolesById.get(change.roleId);
  if (role === undefined) return;
  if (change.kind === "rename-role") role.name = change.name;
  else if (change.kind === "delete-role") rolesById.delete(role.id);
  else changeMembers(role, change);
}

function changeMembers(
  { membersByHolder }: FunctionalRole,
  change: Extract<FunctionalChange, { holderIds: string[] }>,
): void {
  for (const holderId of change.holderIds) {
    if (change.kind === "remove") membersByHolder.delete(holderId);
    else if (change.kind === "add") membersByHolder.set(holderId, change.scope);
    else membersByHolder.set(holderId, { type: "Part", departmentIds: change.departmentIds });
  }
}

/** Applies a change to the books. */
export function applyFunctional(books: FunctionalBooks, change: FunctionalChange): void {
  if (change.kind !== "account") changeRole(books, change);
  else if (change.state === null) books.accountsByHolder.delete(change.holderId);
  else books.accountsByHolder.set(change.holderId, change.state);
}
