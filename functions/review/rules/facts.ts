import type { Grant } from "../grants/grant.ts";
import type { PersonFacts } from "../people/person.ts";

/** What earlier reviews show of a grant. */
export type PreviousFacts = {
  exists: boolean;
  scopesChanged: boolean;
  /** The holder's department in the previous snapshot; `null` if not known. */
  departmentId: string | null;
  /** When an earlier review revoked this grant; `null` if none did, or if `restore` put the grant back. */
  revokedAt: string | null;
};

/** The newest decision that applies to the grant. */
export type DecisionFacts = {
  made: boolean;
  keep: boolean;
  revoke: boolean;
  reviewer: string;
  until: string | null;
  decidedAt: string | null;
};

/**
 * Everything that a rule may look at. Instants are ISO 8601. `now` is the snapshot's `takenAt`; right before a removal,
 * the present.
 */
export type Facts = {
  grant: Grant;
  roleHolders: number;
  previous: PreviousFacts;
  decision: DecisionFacts;
  /** Who the holder is by the authority of `people`; left out: nobody knows. */
  person?: PersonFacts | undefined;
  /** How many active holders share the department, and what share of them has this role; left out: not counted. */
  peers?: { count: number; share: number } | undefined;
  /** Ids and codes of all roles that the holder has in this source; left out: not gathered. */
  roles?: readonly string[] | undefined;
  now: string;
};

export const noDecision: DecisionFacts = {
  made: false,
  keep: false,
  revoke: false,
  reviewer: "",
  until: null,
  decidedAt: null,
};

export const noPrevious: PreviousFacts = { exists: false, scopesChanged: false, departmentId: null, revokedAt: null };
