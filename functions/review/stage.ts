import { CutShortError } from "../basics/concurrency.ts";
import type { PersonKey } from "./grants/grant.ts";
import type { Check } from "./grants/snapshot.ts";
import type { Messenger } from "./people/message.ts";
import type { NamedReviewer, ReviewerRules } from "./people/routing.ts";
import type { BrakeLimit } from "./plan/plan.ts";
import type { Clock, PermissionCheck, Progress, Reader, Remover, Signer, Store } from "./ports.ts";
import type { Caller } from "./proof/act.ts";
import type { Balance } from "./proof/evidence.ts";
import type { OutcomeKind } from "./proof/receipt.ts";
import type { Policy } from "./rules/policy.ts";

/**
 * The process that runs a stage. Leases record the invocation, so that a second invocation can name the first in its
 * error.
 */
export type Invocation = {
  id: string;
  host: string;
  pid: number;
  /** Whether the other invocation has certainly ended. False if nobody can tell. */
  isGone(other: { host: string; pid: number }): boolean;
  /** How the invocation was called: recorded with each act of a person. */
  caller: Caller;
};

/**
 * The source that says who people are, and by which keys holders of other sources are its people. `openReader` opens it with
 * its read credentials, as the stage's own source is.
 */
export type PeopleAuthority = {
  source: string;
  match: readonly PersonKey[];
  openReader(goOn?: () => Promise<void>): Promise<Reader>;
};

/** The input of every stage: one source, one review, the configuration and the ports. */
export type Stage = {
  sourceId: string;
  /** The id of a review, or of a sweep. */
  review: string;
  /** Of a sweep: the only holders to look at, by their ids; left out: whose status changed. */
  holders?: readonly string[];
  provider: string;
  mode: "report" | "enforce";
  language: "zh" | "en";
  policy: Policy;
  /** Who reviews the grants; null or left out if the source has no reviewers configured. */
  reviewers?: ReviewerRules | null;
  /** The tenant under which people sign in at the desk, if by accounts of where this source is; else null or left out. */
  signInTenant?: string | null;
  /** Who people at the desk are in this source, where the configuration says so, and where it does. */
  deskPeople?: readonly NamedReviewer[];
  /** Null or left out if no source says who people are. */
  authority?: PeopleAuthority | null;
  /** Who may lift a brake, by what their sign-in proves; left out or empty: whoever says so. */
  approvers?: readonly string[];
  toolVersion: string;
  /** After how many days evidence may be deleted: seal writes it down. Null or left out: never. */
  deleteAfterDays?: number | null;
  /**
   * Seals the open review before a snapshot begins the next review. Null or left out on Lambda: there the state machine
   * calls the seal function first, because only the role of that function may sign.
   */
  sealReview?: ((review: Stage) => Promise<Answered>) | null;
  /**
   * The SHA-256 of each public key by which evidence must be signed; left out or empty if the configuration names no
   * key.
   */
  trustedKeys?: readonly string[];
  /** Signs evidence; null or left out if evidence is not signed. */
  signer?: Signer | null;
  /** Whether seal adds the review to the tables that Athena queries. */
  hasTables?: boolean;
  /** Sends messages about the review; null or left out if nobody gets messages. */
  messenger?: Messenger | null;
  store: Store;
  clock: Clock;
  progress: Progress;
  invocation: Invocation;
  /**
   * True near the deadline, and after an interrupt. The stage then finishes its current step, saves, and answers
   * `continue`.
   */
  shouldStop(): boolean;
  /**
   * Opens the source with its read credentials. The stage closes the source. `goOn` is awaited before each call and while a
   * call waits to be tried again: it keeps the stage's leases. What it throws ends the call.
   */
  openReader(goOn?: () => Promise<void>): Promise<Reader>;
  /** Opens the source with its write credentials as well. */
  openRemover(goOn?: () => Promise<void>): Promise<Remover>;
};

/** What was asked for cannot be done as it was asked: it has to be asked otherwise, and nothing was done. */
export class RefusedRequestError extends Error {
  override readonly name: string = "RefusedRequestError";
}

export type StageStatus = "done" | "continue" | "held" | "waiting" | "incomplete";

/** The fields that every stage's answer begins with. */
export type Answered = { source: string; review: string; status: StageStatus };

/** Present with status `incomplete`: the snapshot's failed checks. */
type Incomplete = { failedChecks?: Check[] };

/** Since when a plan is held, and until when somebody may let it go on: after that the plan is too old. */
export type HeldTimes = { heldSince: string; actUntil: string };

/** A plan that is too old to be acted on. The review is to be sealed, and the next begins with a snapshot of then. */
export type OutdatedPlan = { planHash: string; ageDays: number; maxAgeDays: number };

/** Present with status `held`: the limits that stop the plan. */
type Held = { limits?: BrakeLimit[] } & Partial<HeldTimes>;

/** Present with status `waiting`: when the next items are due, or when the window for decisions ends. */
type Waiting = { resumeAt?: string };

/**
 * The decisions files that the stage could not read: how many, their faults, and how many grants are not removed
 * because of these files. Empty if all files could be read.
 */
export type UnreadDecisions = { badDecisionFiles?: number; leftForBadFiles?: number; decisionFaults?: string[] };

/** The review was sealed before this call. `evidenceSha256` is left out until `evidence.json` exists. */
export type Sealed = { sealed: true; evidenceSha256?: string };

/** With status `continue`: the pages and grants read so far. Otherwise: the population of the snapshot. */
export type SnapshotAnswer = Answered &
  Incomplete & { pages?: number; grants: number; holders?: number; roles?: number; leftOpen?: LeftOpen[] };

/** `findings`: counts by rule. `held`: how many items of the plan a guard or a decision holds. */
export type AssessAnswer = Answered &
  Incomplete &
  Held &
  Waiting &
  UnreadDecisions &
  Partial<Sealed> & {
    assessment?: string;
    planHash?: string;
    findings?: Record<string, number>;
    items?: number;
    held?: number;
    outdated?: OutdatedPlan;
  };

/**
 * The roles that the review deleted, and the roles that the review left in place, with the reason. Empty if no role is
 * to be retired.
 */
export type Retired = { retiredRoles?: string[]; rolesLeft?: { role: string; why: string }[] };

/** Grants of people who left or are disabled whose removal the plan skips, as it failed in an earlier review. Left out: none. */
type Skipped = { skipped?: number };

/** Removals that somebody has to look at and that no earlier answer of the review told: those of this call. */
type Fresh = { newlyUnresolved?: number };

/**
 * Counts of outcomes by kind. `unsettled`: removals with an intent and no outcome. `stopped`: who stopped the source,
 * and when.
 */
export type ExpireAnswer = Answered &
  Fresh &
  Incomplete &
  Held &
  Waiting &
  UnreadDecisions &
  Partial<Sealed> &
  Partial<Record<OutcomeKind, number>> &
  Retired & {
    planHash?: string;
    unsettled?: number;
    skipped?: number;
    held?: number;
    pending?: number;
    stopped?: string;
  };

/** Hours that each leaver kept something after the end of the last day, and how many kept it for longer than was promised. */
type Leavers = { leaverHours: number[]; leaversLate: number };

/** With `continue` no figures: the review is not sealed yet. */
export type SealAnswer = Answered &
  Fresh &
  Partial<Balance & Skipped & { faults: string[]; evidenceSha256: string } & Leavers>;

/** Counts of messages by outcome, and their faults. Empty if nobody gets messages. */
export type SentMessages = {
  messagesSent?: number;
  messagesFailed?: number;
  messagesUnanswered?: number;
  messageFaults?: string[];
  /** How many messages of reviewers now show how far their reviewer has come. */
  cardsUpdated?: number;
};

/** `acts`: how many messages told of an act, if any. */
export type SendAnswer = Answered & SentMessages & { acts?: number };

/**
 * Grants by id. A dry run gives `add`, `alreadyThere` and `notProved`; a run that writes gives `restored` and
 * `notRestored`. Grants in `leftSince` and `personUnread` are also in `needsNaming`. Grants in `removedSince` were put back before, and
 * are gone again.
 */
export type RestoreAnswer = Answered & {
  unrestorable: string[];
  needsNaming: string[];
  leftSince: string[];
  personUnread?: string[];
  removedSince: string[];
  notProved?: { grantId: string; error: string }[];
  add?: string[];
  alreadyThere?: string[];
  restored?: number;
  notRestored?: { grantId: string; error: string }[];
};

/** The answer of approve: whether the brake is lifted, how many people approved the plan, and how many have to. */
export type ApproveAnswer = Answered & {
  planHash: string;
  approved: boolean;
  approvals: number;
  approvalsNeeded: number;
};

/** The answer of check, `incomplete` where a check did not pass. `stopped`: what writes was not asked for. */
export type CheckAnswer = Answered & { passed: number; missing: number; stopped?: true; checks: PermissionCheck[] };

/** The answer of stop to `stop` and `resume`. */
export type StopAnswer = Answered & { stopped: boolean };

/** The answer of seal to `retire`: the record of the retirement. */
export type RetireReviewAnswer = Answered & { retired: true; by: string; reason: string; at: string };

/** A review that cannot be sealed, and why: it is left as it is, and the next begins. */
export type LeftOpen = { review: string; why: string };

/** The answer of seal to `earlier`: how many earlier reviews were sealed, and which were left open for good by this call, if any. */
export type SealEarlierAnswer = Answered & { sealedEarlier: number; leftOpen?: LeftOpen[] };

/**
 * What the schedules let expect: the last beginnings of a review and of a sweep that are more than a day ago (ISO 8601, null:
 * none), and how long a review may be open.
 */
export type DueReviews = { lastBeginningAt: string | null; lastSweepAt: string | null; openDays: number };

/**
 * The answer of seal to `overdueAfterDays`. `notBegunDays`: since when a review that was due has not begun. `notSweptDays`: the same of a sweep. `notSealedDays`: for
 * how many days the newest review is open beyond what it may be. 0: all is well.
 */
export type OverdueAnswer = Answered &
  Record<"overdueDays" | "notBegunDays" | "notSweptDays" | "notSealedDays", number>;

export type StageAnswer =
  | SnapshotAnswer
  | AssessAnswer
  | ExpireAnswer
  | SealAnswer
  | SendAnswer
  | RestoreAnswer
  | ApproveAnswer
  | StopAnswer
  | CheckAnswer
  | RetireReviewAnswer
  | SealEarlierAnswer
  | OverdueAnswer;

export function answer<Rest extends object>(
  { sourceId, review }: Stage,
  status: StageStatus,
  rest: Rest,
): Answered & Rest {
  return { source: sourceId, review, status, ...rest };
}

/**
 * What the work gives; what `cutShort` gives where a call to the provider was cut short, as the stage has to stop. Everything
 * that was read or done until then is stored, so that the next invocation goes on from there.
 */
export async function unlessCutShort<Result>(
  work: () => Promise<Result>,
  cutShort: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CutShortError) return await cutShort();
    throw error;
  }
}
