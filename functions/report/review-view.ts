import type { BetweenReviews, GrantChange } from "../review/grants/diff.ts";
import type { Grant, LocalText, Role } from "../review/grants/grant.ts";
import type { ConflictBasis, Snapshot } from "../review/grants/snapshot.ts";
import type { PeerCount } from "../review/people/peers.ts";
import type { PeopleMatch } from "../review/people/person.ts";
import type { HandOn, ReviewerKind } from "../review/people/routing.ts";
import type { WhoReviews } from "../review/people/who-reviews.ts";
import type { Plan, PlanItem } from "../review/plan/plan.ts";
import type { RetirementOutcome } from "../review/plan/retirement.ts";
import type { Balance, Leaver, LeaverFigures } from "../review/proof/evidence.ts";
import type { Outcome, OutcomeKind } from "../review/proof/receipt.ts";
import type { Finding } from "../review/rules/finding.ts";
import type { Policy } from "../review/rules/policy.ts";
import type { PlanStop } from "./rows/standing.ts";

/** The languages a report can be written in. */
export type Language = "zh" | "en";

/** The figures of the first screen. `heldByReason` is keyed by the hold's `by`, or by `brake` or `report-mode`. */
export type ReviewSummary = {
  grants: number;
  holders: number;
  roles: number;
  findingsByRule: Record<string, number>;
  /** Grants that this review removed: outcome `revoked`. */
  expired: number;
  heldByReason: Record<string, number>;
  /** Items without a hold and without an outcome; `notBefore` is the earliest instant at which such an item is due, `null` if there is none. */
  waiting: { count: number; notBefore: string | null };
  outcomesByKind: Partial<Record<OutcomeKind, number>>;
  /** Absent where the review asks for no reviewers. */
  reviewers?: ReviewerCounts;
};

/**
 * How many people review, how many grants nobody is left to review, and how many reviewers and partners have left.
 * `uncoveredDepartments` and `formerPartners` are null where the order of reviewers asks for no partners.
 */
export type ReviewerCounts = {
  reviewers: number;
  grantsOfNobody: number;
  formerReviewers: number;
  uncoveredDepartments: number | null;
  formerPartners: number | null;
};

/** One grant that the previous review removed. */
export type PastRemoval = { grantId: string; holderName: string | null; roleName: LocalText | null; at: string };

/** What happened to the source between the previous snapshot and this one. */
export type ChangesSincePrevious = {
  previousReview: string | null;
  removedByPrevious: PastRemoval[];
  appeared: number;
  vanished: number;
  /** By change, how many grants of both snapshots have it. A grant with two changes counts twice. Absent where the snapshots were not compared. */
  changed?: Partial<Record<GrantChange, number>>;
};

/** Who lifted the brake of the plan, and when. */
export type BrakeApproval = { by: string; at: string };

/** A role that the review was to empty and delete: how many members it had, and what became of the role; null: nothing so far. */
export type RoleToRetire = {
  role: Pick<Role, "id" | "name">;
  members: number;
  /** Members who are proven to be gone from the role. */
  removed: number;
  outcome: Pick<RetirementOutcome, "outcome" | "detail" | "requestId" | "at" | "verifiedAt"> | null;
};

/** Of this review (`figures` null: none) those with something to say, the slowest first, and the figures of the sweeps since the previous review. */
export type LeaversView = {
  figures: LeaverFigures | null;
  slowest: (Leaver & { name: string | null })[];
  sweeps: { review: string; sealedAt: string; figures: LeaverFigures }[];
};

/** Everything that a report says of a review as a whole. */
export type ReviewView = {
  snapshot: Snapshot;
  policy: Policy;
  plan: Plan;
  mode: "report" | "enforce";
  language: Language;
  sealed: { balance: Balance; sealedAt: string } | null;
  /** The reason that holds the whole plan back now. */
  planStop: PlanStop | null;
  summary: ReviewSummary;
  changesSincePrevious: ChangesSincePrevious;
  /** The instant at which the report is written: the time to decide ends by itself. */
  asOf?: string;
  /** What events said between the previous snapshot and this one, with names by id as far as they are known; absent where none came. */
  betweenReviews?: BetweenReviews & {
    names: { holders: ReadonlyMap<string, string>; roles: ReadonlyMap<string, LocalText> };
  };
  /** How long leavers kept access; absent where nobody who left lost anything. */
  leavers?: LeaversView;
  /** The end of the window for decisions (ISO 8601); null or absent where the policy has none. */
  windowEndsAt?: string | null;
  /** Absent or `null` while this plan's hash is not approved. */
  approval?: BrakeApproval | null;
  /** Absent or `null` where the review asks for no reviewers. */
  whoReviews?: WhoReviews | null;
  /** Names of departments by id, beside the names that scopes bring; absent where the review asks for none. */
  departmentNames?: ReadonlyMap<string, string>;
  /** The reader of a report that holds only the rows that this reviewer is to review. */
  onlyFor?: Reviewer;
  /** Whom the source that says who people are knows of the holders; left out where no source says so. */
  people?: PeopleMatch | null;
  /** How many peers of a holder have the role as well; absent of a sweep, which reads some holders alone. */
  peers?: PeerCount;
  /** Files of decisions that the assessment could not understand, and why; absent where there are none. */
  badDecisionFiles?: { file: string; fault: string }[];
  /** Absent where a report holds one reviewer's rows alone. */
  decisions?: ToldDecisions;
  /** By which snapshots of other sources conflicts were judged; absent or null where none spans sources. */
  conflictBasis?: ConflictBasis | null;
  /** Absent where no role is to be retired. */
  rolesToRetire?: RoleToRetire[];
};

/**
 * Who is to decide on a grant. `by` is the part of the order that found the reviewer, `handed-on` where another reviewer named
 * them; `delegateOf` the person for whom a delegate decides; `handOn` what brought the grant to them, if it was handed on.
 */
export type Reviewer = {
  id: string;
  name: string | null;
  by?: ReviewerKind | "handed-on";
  delegateOf?: string | null;
  handOn?: HandOn;
};

/** By what it is proven who decided: a sign-in at the desk, or nothing but a file that says so. */
export type DecisionProof = "signed in" | "file";

/**
 * A decision as the evidence keeps it; `fault` says why it does not count. Instants are ISO 8601. `decidedAs`: what is to be
 * known of who decided (docs/contract.md); evidence of an earlier version has none.
 */
export type PastDecision = {
  provenBy: DecisionProof;
  decidedAs?: readonly string[];
  review: string;
  decision: "keep" | "revoke";
  until: string | null;
  reviewer: string;
  reason: string;
  decidedAt: string;
  fault: string | null;
  /** The hash of the grant as the desk showed it; absent of what came in a file. */
  seen?: string;
};

/** A decision with its grant. */
export type ToldDecision = PastDecision & { grantId: string; holderName: string; roleName: LocalText };

/** The decisions of a review: the first of them, and how many there are and count. */
export type ToldDecisions = { first: ToldDecision[]; all: number; counted: number };

/** What earlier reviews, and reviewers, said of one grant, oldest first. */
export type GrantHistory = {
  /** How the grant differs from the previous snapshot. */
  changes: GrantChange[];
  /** The holder's department in the previous snapshot, if the holder has moved since. */
  movedFrom: string | null;
  /** The outcomes of removals by earlier reviews. */
  removals: { review: string; outcome: OutcomeKind; at: string }[];
  decisions: PastDecision[];
};

/** One grant of the snapshot with everything that the review says of it. */
export type ReportRow = {
  grant: Grant;
  findings: Finding[];
  item: PlanItem | null;
  outcome: Outcome | null;
  history?: GrantHistory | null;
  reviewer?: Reviewer | null;
};
