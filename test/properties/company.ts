import type { GrantEntry, Holder, Role, Scopes } from "../../functions/review/grants/grant.ts";

/**
 * How the provider answers to the removal of a grant: it does it; it refuses; it says yes and does nothing; it takes five
 * seconds to show; it does it, and its answer, which speaks of others too, says nothing of it.
 */
export type Temper = "obedient" | "refusing" | "stubborn" | "slow" | "unheard";

/** One grant as it is at the provider. */
export type Given = {
  holderId: string;
  roleId: string;
  scopes: Scopes | null;
  grantedAt: string | null;
  /** Epoch milliseconds of when it was given in truth, whatever the provider says. */
  givenAtMs: number;
  removable: boolean;
  restorable: boolean;
  temper: Temper;
  /** Listed as two entries, each with some of the scopes. */
  isDoubled: boolean;
  /** Epoch milliseconds from which on it is no longer shown; null while it stands. */
  goneAtMs: number | null;
  /** Scopes that were set and that the provider shows from an instant on (epoch milliseconds). */
  setLater?: { fromMs: number; scopes: Scopes; grantedAt: string | null } | undefined;
};

/** A removal that the provider carries out later; `failure` says how it ends instead. Epoch milliseconds. */
export type Task = { key: string; endsAtMs: number; failure: string | null };

/** Everything that is true at the provider. A person that is not in `people` cannot be read by the app. */
export type Company = {
  /** One that is to be retired has that status; one that was deleted is gone. */
  roles: Role[];
  people: Map<string, Holder>;
  given: Map<string, Given>;
  tasks: Map<string, Task>;
  departmentNames: Map<string, string>;
  /** Departments that no longer exist: no scopes can be set to them. */
  goneDepartments: Set<string>;
  /** Whether the provider's own proofs find the listing whole. */
  isWhole: boolean;
};

export const keyOf = ({ holderId, roleId }: { holderId: string; roleId: string }): string => `${holderId}\n${roleId}`;

export const isStanding = ({ goneAtMs }: Given, nowMs: number): boolean => goneAtMs === null || goneAtMs > nowMs;

/** A grant as it is at an instant: what was set a while ago is shown by then. */
const asShown = (given: Given, nowMs: number): Given => {
  const { setLater } = given;
  if (!setLater || setLater.fromMs > nowMs) return given;
  const { scopes, grantedAt } = setLater;
  return Object.assign(given, { scopes, grantedAt, isDoubled: false, setLater: undefined });
};

/** A grant as the provider shows it at an instant; undefined where it does not stand. */
export const standingGrant = (company: Company, key: string, nowMs: number): Given | undefined => {
  const given = company.given.get(key);
  return given && isStanding(given, nowMs) ? asShown(given, nowMs) : undefined;
};

/** What stands at an instant, in a fixed order. */
export const standingGrants = (company: Company, nowMs: number): Given[] =>
  [...company.given.values()]
    .map((given) => asShown(given, nowMs))
    .filter((given) => isStanding(given, nowMs))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

/** The entries by which a listing shows a grant. */
export const entriesOf = (company: Company, given: Given): GrantEntry[] => {
  const role = company.roles.find(({ id }) => id === given.roleId)!;
  const { holderId, scopes, removable, restorable, grantedAt } = given;
  const entry: GrantEntry = {
    holderId,
    role,
    scopes,
    removable,
    unremovableReason: removable ? null : "the provider says no",
    restorable,
    grantedAt,
  };
  if (!given.isDoubled || scopes === null) return [entry];
  return [
    { ...entry, scopes: scopes.slice(0, 1) },
    { ...entry, scopes: scopes.slice(1).length > 0 ? scopes.slice(1) : scopes },
  ];
};

export const copyCompany = (company: Company): Company => ({
  ...company,
  people: new Map(company.people),
  tasks: new Map(company.tasks),
  given: new Map([...company.given].map(([key, given]) => [key, { ...given }])),
});
