import type { HoldBy } from "./plan/plan.ts";
import type { Reasons } from "./proof/act.ts";

/** When the schedule begins the next review and the next sweep of a source (ISO 8601); null where it begins none. */
export type NextBeginnings = { review: string | null; sweep: string | null };

/** How a source stands; `review` null where none began. Instants are ISO 8601. */
export type SourceStanding = {
  source: string;
  provider: string;
  review: string | null;
  state: "none" | "reading" | "incomplete" | "not-assessed" | "deciding" | "waiting" | "held" | "removing" | "sealed";
  /** What comes next by itself, and when; null: nothing does. */
  nextEvent: {
    event: "window-ends" | "notice-ends" | "removal" | "seal" | "review" | "sweep";
    at: string | null;
  } | null;
  stoppedAt: string | null;
  population: { grants: number; holders: number; roles: number } | null;
  failedChecks: { name: string; detail: string }[];
  reviewers: AskedReviewer[];
  holds: HeldBack[];
  badFiles: { file: string; fault: string }[];
  failedMessages: { key: string; occasion: string; to: string; outcome: string; detail: string | null; at: string }[];
  lastSealed: { review: string; sealedAt: string; evidenceSha256: string } | null;
  /** When the schedule begins the next review; null where none does. */
  nextDue: string | null;
  /** When the schedule begins the next sweep; null where none does. */
  nextSweep: string | null;
  counts: { items: number; removed: number; refused: number; held: number; waiting: number };
  /** The newest sweep; null where none began. */
  sweep: SweepStanding | null;
  /** What the app no longer sees since the newest complete review began; null: no event said so. */
  narrowed: NarrowedRange | null;
};

/**
 * What the provider's events say that the app no longer sees: whoever leaves there may be hidden. `since`: ISO 8601. `acknowledged`:
 * who knows of all of it, and why it may stay so; null where nobody said so since the last of these events came.
 */
export type NarrowedRange = {
  since: string;
  removed: { departments: number; users: number; groups: number };
  acknowledged: (Reasons & { at: string }) | null;
};

/**
 * How a sweep stands. `population`: whom it looked at. `longestHours`: of the leavers whose grants it removed, the longest time
 * from the end of the last day to the removal; null where it removed none.
 */
export type SweepStanding = Pick<SourceStanding, "state" | "population" | "counts" | "failedChecks"> & {
  sweep: string;
  longestHours: number | null;
};

/** Whom the review asks, those who have most left first. `told`: when they were last sent a message. */
export type AskedReviewer = {
  id: string | null;
  name: string | null;
  grants: number;
  toDecide: number;
  decided: number;
  told: string | null;
};

/** What is held back by one cause, and how that ends: a code with its figures. */
export type HeldBack = {
  by: HoldBy | "brake" | "report-mode" | "stopped";
  grants: number;
  grantIds: string[];
  lifts: { code: LiftCode; figures: Record<string, string | number> }[];
};

export type LiftCode =
  | "unprotect-role"
  | "unprotect-holder"
  | "remove-canary"
  | "remove-by-hand"
  | "appoint-holder"
  | "wait-until"
  | "allow-unrestorable"
  | "read-holder"
  | "decide-anew"
  | "mend-file"
  | "approve"
  | "enforce"
  | "resume";
