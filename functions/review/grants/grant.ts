/** A text in the two languages of reports; `null` for a language that the provider did not give. */
export type LocalText = { zh: string | null; en: string | null };

/**
 * `left` only if the provider says that this holder has left. A holder that could not be read, or was not found, is
 * `unknown`.
 */
export type HolderStatus = "active" | "leaving" | "left" | "disabled" | "unknown";

/** Whether somebody of this status still works here. */
export function worksHere({ status }: { status: HolderStatus }): boolean {
  return status === "active" || status === "leaving";
}

/** A member of a group. Members have the grants that their group holds. */
export type HolderMember = { id: string; status: HolderStatus; name: string | null; email: string | null };

/** By what a person is known in several systems: the employee number, the Feishu `user_id`, the e-mail. */
export const personKeys = ["employeeNo", "userId", "email"] as const;

export type PersonKey = (typeof personKeys)[number];

/** The keys of one person, as far as a system has them. */
export type PersonKeys = Partial<Record<PersonKey, string>>;

/**
 * The user or group that holds a grant. A fact that the provider did not give is `null`. Only a group has `members`.
 */
export type Holder = {
  id: string;
  kind: "user" | "group";
  status: HolderStatus;
  name: string | null;
  email: string | null;
  departmentId: string | null;
  managerId: string | null;
  /** Calendar date `YYYY-MM-DD`. The holder is employed until the end of this day. */
  lastDay: string | null;
  employedAgain: boolean | null;
  /** When the holder was last active in the provider's apps, UTC; only where `signals` asks for it, and it is known. Context: nothing is removed by it. */
  lastActiveAt?: string;
  members?: HolderMember[];
  /** The keys by which the holder is known in other systems, as `storedKeys` gives them; only where a source says who people are. */
  keys?: PersonKeys;
};

/** What a source may read of holders beside what they hold, as context: when they were last active in Feishu. */
export const signals = ["feishu-activity"] as const;

export type Signal = (typeof signals)[number];

/** The fields of a holder that an app may be refused while it may read the holder. */
export const holderFields = ["email", "departmentId", "managerId", "lastDay", "employedAgain"] as const;

export type HolderField = (typeof holderFields)[number];

/**
 * A named bundle of permissions. `status` is `active`, `inactive`, `pending`, `retiring` (the configuration says that
 * the role is to be emptied and deleted) or `null` if the provider does not tell. `isProtected`: the source's settings
 * keep every grant of the role.
 */
export type Role = {
  id: string;
  code: string | null;
  name: LocalText;
  description: LocalText;
  kind: string | null;
  status: string | null;
  isProtected?: true;
};

/**
 * One line of `roles.jsonl.gz`: a role and its number of holders. `activeHolders`: how many of them are active or
 * leaving.
 */
export type RoleLine = Role & { holders: number; activeHolders: number };

/** One dimension of a scope. `names[n]` is the name of `ids[n]`. */
export type ScopePart = { dimension: string; ids: string[]; names: (string | null)[] };

/** Where a grant holds: an OR (outer list) of ANDs (inner lists), such as `[[department, location], [company]]`. */
export type Scopes = ScopePart[][];

/** A grant as a provider's listing shows the grant, before holder facts and scope names are read. */
export type GrantEntry = {
  holderId: string;
  role: Role;
  /** `null`: the provider did not give the scopes. */
  scopes: Scopes | null;
  removable: boolean;
  unremovableReason: string | null;
  restorable: boolean;
  /** UTC, ISO 8601. */
  grantedAt: string | null;
};

/** How an earlier review could not remove a grant; `reason`: what the provider said of this grant. */
export type NotRemoved = { review: string; outcome: "refused" | "unverified"; reason: string | null };

/** Our own narrowing in an earlier review has moved the date that the provider gives. `grantedAt`: the date before it. */
export type Narrowed = { review: string; grantedAt: string | null };

/** A review or sweep after the end of somebody's last day that did not show them as gone: the last day was entered after it. */
export type LateEntry = { review: string; at: string };

/** A holder's role with its scopes, as a snapshot stores the grant (one line of `grants/part-*.jsonl.gz`). */
export type Grant = {
  id: string;
  source: string;
  provider: string;
  holder: Holder;
  role: Role;
  scopes: Scopes | null;
  removable: boolean;
  unremovableReason: string | null;
  /** Only where an earlier review is why the grant is not removable. */
  notRemoved?: NotRemoved;
  restorable: boolean;
  grantedAt: string | null;
  firstSeenAt: string;
  /** Only while `grantedAt` is the date of our own narrowing. */
  narrowed?: Narrowed;
  /** Only of somebody who left and whose last day was entered late. */
  enteredAfter?: LateEntry;
};

const withoutIdMark = "without-id-";

/**
 * An id for a holder of whom the provider gave no id, made of what tells this holder from others of the kind. Such a holder cannot
 * be read, so every fact is unknown.
 */
export function idOfNobody(distinction: string): string {
  return withoutIdMark + distinction;
}

/** Whether an id stands for a holder without one: the provider knows nobody by it. */
export function isWithoutId(holderId: string): boolean {
  return holderId.startsWith(withoutIdMark);
}

/** A holder that could not be read, or was not found: every fact is unknown. */
export function unknownHolder(id: string): Holder {
  return {
    id,
    kind: "user",
    status: "unknown",
    name: null,
    email: null,
    departmentId: null,
    managerId: null,
    lastDay: null,
    employedAgain: null,
  };
}
