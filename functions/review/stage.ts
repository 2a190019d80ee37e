import type { Messenger } from "./people/message.ts";
import type { ReviewerRules } from "./people/routing.ts";
import type { Clock, Progress, Signer, Source, Store } from "./ports.ts";
import type { Policy } from "./rules/policy.ts";

/** Who is at work: named in leases, so that whoever has to wait knows for whom. */
export type Invocation = {
  id: string;
  host: string;
  pid: number;
  /** True only where it is certain that the other invocation has ended. */
  isGone(other: { host: string; pid: number }): boolean;
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
   * Seals an open review, for a snapshot that begins the next one. Null or left out on Lambda: the state machine has the seal
   * function do it first, whose role alone may sign.
   */
  sealReview?: ((review: Stage) => Promise<unknown>) | null;
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
  /** Opens the provider, for reading or for writing. The stage closes it. */
  openSource(access: "read" | "write"): Promise<Source>;
};

export type StageStatus = "done" | "continue" | "held" | "waiting" | "incomplete";

/** What a stage answers: the contract's fields, and counts. */
export type StageAnswer = {
  source: string;
  review: string;
  status: StageStatus;
  [count: string]: unknown;
};

export const answer = (stage: Stage, status: StageStatus, rest: Record<string, unknown> = {}): StageAnswer => ({
  source: stage.sourceId,
  review: stage.review,
  status,
  ...rest,
});
