import type { ContradictoryPage } from "../contradictions.ts";
import type { Action } from "./actions.ts";

/**
 * How the zone departs from the pleasant case. Every member can be set by itself, while the server runs. "Every nth" counts
 * the calls of each action by itself; assignments are written as `assignmentKey` names them, and `*` means all.
 */
export type CloudQuirks = {
  /** Listings leave `IsTruncated` out. */
  missingIsTruncated: boolean;
  /** A page that is cut short has no `NextToken`. */
  truncatedWithoutToken: boolean;
  /** Every page after the first gives back the token it was asked with. */
  repeatedToken: boolean;
  /** The third token that a client sends from now on is refused with NextTokenInvalid; turns itself off. */
  expiredToken: boolean;
  /** Added to `TotalCounts` of the unfiltered assignments. */
  totalIsOff: number;
  /** Assignments, or principals, that the unfiltered listing silently drops, and `TotalCounts` with them; filtered ones show them. */
  listingMisses: string[];
  /** The same, but `TotalCounts` counts them. */
  listingLoses: string[];
  /** Filters by principal are ignored. */
  filterIgnored: boolean;
  /** Every nth call is refused with RequestLimitExceeded although the window is not full; 0: never. */
  rateLimit: number;
  /** Every nth call is refused with RequestLimitExceeded.UinLimitExceeded; 0: never. */
  uinRateLimit: number;
  /** Every nth call ends as InternalError; 0: never. */
  internalErrors: number;
  /** Every nth call ends as FailedOperation.DBOperationError; 0: never. */
  databaseErrors: number;
  /** Every nth call is answered by a gateway with an HTML page, 502; 0: never. */
  badGateway: number;
  /** Every nth call loses its connection before anything was carried out; 0: never. */
  droppedConnection: number;
  /** The time stamp of the next call, or of this action's next, is refused (AuthFailure.SignatureExpire); turns itself off. */
  staleTimestampOnce: boolean | Action;
  /** How far the vendor's clock is ahead of everybody's, in seconds. */
  clockAheadS: number;
  /** These actions fail for good, with this code; `gateway`: a gateway answers with an HTML page, 502. */
  failFor: Partial<Record<Action, string>>;
  /** CAM denies these actions to every key. */
  denied: Action[];
  /** Users come with a `Password`, as the schema allows. */
  showsPasswords: boolean;
  /** Milliseconds that a task takes; divided by the pace. */
  taskMs: number;
  /** Tasks that end as Failed. */
  failTask: string[];
  /** The first answer is a task that has Failed already. */
  failAtOnce: string[];
  /** The first answer has no task, and it is carried out at once. */
  withoutTask: string[];
  /** Tasks that never end. */
  stuckTask: string[];
  /** No task can be asked for. */
  forgetsTasks: boolean;
  /** Removals whose task ends well, and that remove nothing. */
  ignoreRemoval: string[];
  /** The removal is begun, and the connection drops before the answer. */
  loseRemovalAnswer: string[];
  /** The first removal of each drops the connection before it is begun. */
  loseRemovalBefore: string[];
  /** Removals that the vendor refuses (FailedOperation). */
  refuseRemoval: string[];
  /** This page contradicts itself. */
  contradictoryPage: ContradictoryPage | null;
};

/** Nothing goes wrong. */
export const noCloudQuirks = (): CloudQuirks => ({
  missingIsTruncated: false,
  truncatedWithoutToken: false,
  repeatedToken: false,
  expiredToken: false,
  totalIsOff: 0,
  listingMisses: [],
  listingLoses: [],
  filterIgnored: false,
  rateLimit: 0,
  uinRateLimit: 0,
  internalErrors: 0,
  databaseErrors: 0,
  badGateway: 0,
  droppedConnection: 0,
  staleTimestampOnce: false,
  clockAheadS: 0,
  failFor: {},
  denied: [],
  showsPasswords: false,
  taskMs: 3_000,
  failTask: [],
  failAtOnce: [],
  withoutTask: [],
  stuckTask: [],
  forgetsTasks: false,
  ignoreRemoval: [],
  loseRemovalAnswer: [],
  loseRemovalBefore: [],
  refuseRemoval: [],
  contradictoryPage: null,
});

/** Whether a list of assignment keys, or `*`, names this one. */
export const namesAssignment = (keys: string[], key: string): boolean => keys.includes("*") || keys.includes(key);
