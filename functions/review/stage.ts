import type { Check } from "./grants/snapshot.ts";
import type { Messenger } from "./people/message.ts";
import type { ReviewerRules } from "./people/routing.ts";
import type { BrakeLimit } from "./plan/plan.ts";
import type { Clock, Progress, Reader, Remover, Signer, Store } from "./ports.ts";
import type { Caller } from "./proof/act.ts";
import type { Balance } from "./proof/evidence.ts";
import type { OutcomeKind } from "./proof/receipt.ts";
import type { Policy } from "./rules/policy.ts";

/** Who is at work: named in leases, so that whoever has to wait knows for whom. */
export type Invocation = {
  id: string;
  host: string;
  pid: number;
  /** True only where it is certain that the other invocation has ended. */
  isGone(other: { host: string; pid: number }): boolean;
  /** Through what the invocation was asked for: recorded with what a person does by it. */
  caller: Caller;
};

/** What every stage works with: one source, one review, one clock, and the ports. */
export type Stage = {
  sourceId: string;
  review: string;
  provider: string;
  mode: "report" | "enforce";
  language: "zh" | "en";
  policy: Policy;
  /** Who reviews the grants; null or left out where nobody is asked for. */
  reviewers?: ReviewerRules | null;
  toolVersion: string;
  /**
   * Seals an open review, for a snapshot that begins the next one. Null or left out on Lambda: the state machine has
   * the seal function do it first, whose role alone may sign.
   */
  sealReview?: ((review: Stage) => Promise<unknown>) | null;
  /** The SHA-256 of the public keys by which evidence is to be signed; left out or empty where nobody named one. */
  trustedKeys?: readonly string[];
  /** Signs evidence; null or left out where nobody does. */
  signer?: Signer | null;
  /** Whether questions are asked over many reviews (Athena): seal then adds each to the tables. */
  hasTables?: boolean;
  /** Tells people how the review goes; null or left out where nobody is to be told. */
  messenger?: Messenger | null;
  store: Store;
  clock: Clock;
  progress: Progress;
  invocation: Invocation;
  /** True near the deadline, or once interrupted: finish the step under way, save, and answer `continue`. */
  shouldStop(): boolean;
  /** Opens the source with its read credentials. The stage closes the source. */
  openReader(): Promise<Reader>;
  /** Opens the source with its write credentials as well. The stage closes the source. */
  openRemover(): Promise<Remover>;
};

export type StageStatus = "done" | "continue" | "held" | "waiting" | "incomplete";

/** The fields that every stage's answer begins with. */
export type Answered = { source: string; review: string; status: StageStatus };

/** With `incomplete`: the checks of the snapshot that failed. */
type Incomplete = { failedChecks?: Check[] };

/** With `held`: the limits that stop the plan. */
type Held = { limits?: BrakeLimit[] };

/** With `waiting`: when the next items are due, or the window for deciding ends. */
type Waiting = { resumeAt?: string };

/**
 * What a stage says of files of decisions that cannot be understood: how many, why, and how many grants it left alone
 * for them. Empty where there are none.
 */
export type UnreadDecisions = { badDecisionFiles?: number; leftForBadFiles?: number; decisionFaults?: string[] };

/** Of a review that was sealed before: the hash of its evidence, once there is evidence. */
export type Sealed = { sealed: true; evidenceSha256?: string };

/** With `continue`, pages and grants as far as they were read; else the population. */
export type SnapshotAnswer = Answered &
  Incomplete & { pages?: number; grants: number; holders?: number; roles?: number };

/** `findings`: by rule. `held`: how many of the items something holds. */
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
  };

/** Which roles the review deleted, and which it left alone and why. Empty where no role is to be retired. */
export type Retired = { retiredRoles?: string[]; rolesLeft?: { role: string; why: string }[] };

/** Outcomes by kind. `unsettled`: removals that were begun and have no outcome. `stopped`: who said so when. */
export type ExpireAnswer = Answered &
  Incomplete &
  Held &
  Waiting &
  UnreadDecisions &
  Partial<Sealed> &
  Partial<Record<OutcomeKind, number>> &
  Retired & { planHash?: string; unsettled?: number; held?: number; pending?: number; stopped?: string };

export type SealAnswer = Answered & Balance & { evidenceSha256: string };

/** Messages by what came of them, and the faults; empty where nobody is to be told. */
export type SentMessages = {
  messagesSent?: number;
  messagesFailed?: number;
  messagesUnanswered?: number;
  messageFaults?: string[];
};

export type SendAnswer = Answered & SentMessages;

/**
 * Grants by id. `add`, `alreadyThere` and `notProved` where restore only says what it would do, `restored` and
 * `notRestored` where it does. `leftSince` are among `needsNaming`; `removedSince` were put back before, and are gone.
 */
export type RestoreAnswer = Answered & {
  unrestorable: string[];
  needsNaming: string[];
  leftSince: string[];
  removedSince: string[];
  notProved?: { grantId: string; error: string }[];
  add?: string[];
  alreadyThere?: string[];
  restored?: number;
  notRestored?: { grantId: string; error: string }[];
};

/** To `stop` and `resume`, which expire takes beside its own work. */
export type StopAnswer = Answered & { stopped: boolean };

/** To `retire`, which seal takes beside its own work: the record that stands. */
export type RetireReviewAnswer = Answered & { retired: true; by: string; reason: string; at: string };

/** To `earlier`, which seal takes beside its own work: how many reviews it sealed. */
export type SealEarlierAnswer = Answered & { sealedEarlier: number };

/** To `overdueAfterDays`, which seal takes beside its own work. */
export type OverdueAnswer = Answered & { overdueDays: number };

export type StageAnswer =
  | SnapshotAnswer
  | AssessAnswer
  | ExpireAnswer
  | SealAnswer
  | SendAnswer
  | RestoreAnswer
  | StopAnswer
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
