/** A text in the two languages of reports; `null` where the provider did not say. */
export type LocalText = { zh: string | null; en: string | null };

/** `left` only where the provider says so of this very holder; one that could not be read, or was not found, is `unknown`. */
export type HolderStatus = "active" | "leaving" | "left" | "disabled" | "unknown";

/** A user who has what a group holds. */
export type HolderMember = { id: string; status: HolderStatus; name: string | null; email: string | null };

/** The user or group that holds a grant. What the provider did not say is `null`; `members` are there for a group alone. */
export type Holder = {
  id: string;
  kind: "user" | "group";
  status: HolderStatus;
  name: string | null;
  email: string | null;
  departmentId: string | null;
  managerId: string | null;
  /** Calendar date `YYYY-MM-DD`; the holder is still here until its end. */
  lastDay: string | null;
  employedAgain: boolean | null;
  members?: HolderMember[];
};

/**
 * A named bundle of permissions. `status` is `active`, `inactive`, `pending`, `retiring` (to be emptied and
 * deleted, as the configuration says) or `null` where the provider is not clear.
 * `isProtected` is true where the source's own settings keep every grant of it; absent elsewhere.
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

/** A line of `roles.jsonl.gz`: the role, and how many hold it (`activeHolders`: those who still work here). */
export type RoleLine = Role & { holders: number; activeHolders: number };

/** One dimension of a scope: `names` runs parallel to `ids`. */
export type ScopePart = { dimension: string; ids: string[]; names: (string | null)[] };

/** Alternatives (outer) of combinations that hold together (inner): `[[department AND location], [company]]`. */
export type Scopes = ScopePart[][];

/** What a provider's listing shows of one grant, before holder facts and scope names are known. */
export type GrantEntry = {
  holderId: string;
  role: Role;
  /** `null`: the provider did not say where the grant holds. */
  scopes: Scopes | null;
  removable: boolean;
  unremovableReason: string | null;
  restorable: boolean;
  /** UTC, ISO 8601. */
  grantedAt: string | null;
};

/** One holder, one role, its scopes, as a snapshot keeps it (one line of `grants/part-*.jsonl.gz`). */
export type Grant = {
  id: string;
  source: string;
  provider: string;
  holder: Holder;
  role: Role;
  scopes: Scopes | null;
  removable: boolean;
  unremovableReason: string | null;
  restorable: boolean;
  grantedAt: string | null;
  firstSeenAt: string;
};

/** The facts of a holder that could not be read, or was not found. */
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
