import type { ContradictoryPage } from "../contradictions.ts";
import type { Action } from "./actions.ts";

/**
 * How the zone misbehaves. Every quirk can be set separately while the server runs. "Every nth" counts the calls of
 * each action separately. An assignment's key is `assignmentKey`; `*` means all assignments.
 */
export type CloudQuirks = {
  /** Listings leave `IsTruncated` out. */
  missingIsTruncated: boolean;
  /** A page that is cut short has no `NextToken`. */
  truncatedWithoutToken: boolean;
  /** Every page after the first gives back the token it was asked with. */
  repeatedToken: boolean;
  /** The third token that a client sends from now on is refused with NextTokenInvalid. Happens once. */
  expiredToken: boolean;
  /** Added to `TotalCounts` of the unfiltered assignments. */
  totalIsOff: number;
  /**
   * Assignments or principals that the unfiltered listing drops, and that its `TotalCounts` does not count. Filtered
   * listings show them.
   */
  listingMisses: string[];
  /** Assignments or principals that the unfiltered listing drops, though its `TotalCounts` counts them. */
  listingLoses: string[];
  /** Users and groups whose id comes as "" in the unfiltered listing of assignments. */
  emptyIds: string[];
  /** The filters of assignments are ignored. */
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
  /** The connection of every nth call drops before the call is carried out; 0: never. */
  droppedConnection: number;
  /**
   * The time stamp of the next call, or of this action's next call, is refused (AuthFailure.SignatureExpire). Happens
   * once.
   */
  staleTimestampOnce: boolean | Action;
  /** By how many seconds the vendor's clock is fast. */
  clockAheadS: number;
  /** These actions fail on every call with this code. `gateway`: a gateway answers with an HTML page, 502. */
  failFor: Partial<Record<Action, string>>;
  /** CAM denies these actions to every key. */
  denied: Action[];
  /** Users come with a `Password`, as the schema allows. */
  showsPasswords: boolean;
  /** Users and members of groups come without a `UserStatus`. */
  withoutUserStatus: boolean;
  /** The duration of a task in milliseconds, divided by the pace. */
  taskMs: number;
  /** Tasks that end as Failed. */
  failTask: string[];
  /** The reason of the tasks of `failTask` and `failAtOnce`. */
  failureReason: string;
  /** Tasks that end as Failed and give no reason. */
  failTaskSilently: string[];
  /** Changes that are answered with a task that has already Failed. */
  failAtOnce: string[];
  /** Changes that are carried out at once and answered without a task. */
  withoutTask: string[];
  /** Tasks that never end. */
  stuckTask: string[];
  /** `GetTaskStatus` finds no task. */
  forgetsTasks: boolean;
  /** Removals whose task ends as Success without removing anything. */
  ignoreRemoval: string[];
  /** Removals that are begun although the connection drops before the answer. */
  loseRemovalAnswer: string[];
  /** Assignments whose first removal drops the connection before it is begun. */
  loseRemovalBefore: string[];
  /** Removals that the vendor refuses (FailedOperation). */
  refuseRemoval: string[];
  /** How many further tasks of each removal end as Failed, without a reason. Counted down here. */
  failWithoutReason: Record<string, number>;
  /** This page contradicts itself. */
  contradictoryPage: ContradictoryPage | null;
};

/** No misbehaviour. */
export function noCloudQuirks(): CloudQuirks {
  return {
    missingIsTruncated: false,
    truncatedWithoutToken: false,
    repeatedToken: false,
    expiredToken: false,
    totalIsOff: 0,
    listingMisses: [],
    listingLoses: [],
    emptyIds: [],
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
    withoutUserStatus: false,
    taskMs: 3_000,
    failTask: [],
    failureReason: "The role is in use by a service of the target account",
    failTaskSilently: [],
    failAtOnce: [],
    withoutTask: [],
    stuckTask: [],
    forgetsTasks: false,
    ignoreRemoval: [],
    loseRemovalAnswer: [],
    loseRemovalBefore: [],
    refuseRemoval: [],
    failWithoutReason: {},
    contradictoryPage: null,
  };
}

/** Whether a list of assignment keys, or `*`, names this one. */
export function namesAssignment(keys: string[], key: string): boolean {
  return keys.includes("*") || keys.includes(key);
}
