import type { GrantChange } from "../review/grants/diff.ts";
import type { Grant, LocalText, Role } from "../review/grants/grant.ts";
import type { Snapshot } from "../review/grants/snapshot.ts";
import type { ReviewerKind } from "../review/people/routing.ts";
import type { WhoReviews } from "../review/people/who-reviews.ts";
import type { Plan, PlanItem } from "../review/plan/plan.ts";
import type { RetirementOutcome } from "../review/plan/retirement.ts";
import type { Balance } from "../review/proof/evidence.ts";
import type { Outcome, OutcomeKind } from "../review/proof/receipt.ts";
import type { Finding } from "../review/rules/finding.ts";
import type { Policy } from "../review/rules/policy.ts";
import type { PlanStop } from "./rows/standing.ts";

/** The languages a report can be written in. */
export type Language = "zh" | "en";

/** The figures of the first screen. `heldByReason` is keyed by the hold's `by`, or `brake`, or `report-mode`. */
export type ReviewSummary = {
  grants: number;
  holders: number;
  roles: number;
  findingsByRule: Record<string, number>;
  /** Grants that this review took away: outcome `revoked`. */
  expired: number;
  heldByReason: Record<string, number>;
  /** Items that nothing holds and that have no outcome yet; `notBefore` is the earliest instant one of them is due, `null` if there is none. */
  waiting: { count: number; notBefore: string | null };
  outcomesByKind: Partial<Record<OutcomeKind, number>>;
  /** Absent where nobody is asked who reviews. */
  reviewers?: ReviewerCounts;
};

/**
 * How many people review, how many grants nobody is left to review, and how many reviewers and partners have left. The
 * last two are null where the order of reviewers asks for no partners.
 */
export type ReviewerCounts = {
  reviewers: number;
  grantsOfNobody: number;
  formerReviewers: number;
  uncoveredDepartments: number | null;
  formerPartners: number | null;
};

/** One grant that the previous review took away. */
export type PastRemoval = { grantId: string; holderName: string | null; roleName: LocalText | null; at: string };

/** What happened to the source between the previous snapshot and this one. */
export type ChangesSincePrevious = {
  previousReview: string | null;
  removedByPrevious: PastRemoval[];
  appeared: number;
  vanished: number;
  /** Grants that are in both, by what is different; a grant counts under each. Absent where nobody compared. */
  changed?: Partial<Record<GrantChange, number>>;
};

/** Who lifted the brake of the plan, and when. */
export type BrakeApproval = { by: string; at: string };

/** A role that the review was to empty and delete: how far that came, and what became of the role itself, null so far. */
export type RoleToRetire = {
  role: Pick<Role, "id" | "name">;
  members: number;
  /** Those who are proven to be in it no more. */
  removed: number;
  outcome: Pick<RetirementOutcome, "outcome" | "detail" | "requestId" | "at" | "verifiedAt"> | null;
};

/** Everything a report says of a review that is not about a single grant. */
export type ReviewView = {
  snapshot: Snapshot;
  policy: Policy;
  plan: Plan;
  mode: "report" | "enforce";
  language: Language;
  sealed: { balance: Balance; sealedAt: string } | null;
  /** What holds the whole plan back, as things stand. */
  planStop: PlanStop | null;
  summary: ReviewSummary;
  changesSincePrevious: ChangesSincePrevious;
  /** The instant as of which it is told, for what ends by itself. */
  asOf?: string;
  /** Absent or `null` while nobody approved this plan's hash. */
  approval?: BrakeApproval | null;
  /** Absent or `null` where nobody is asked who reviews. */
  whoReviews?: WhoReviews | null;
  /** Names of departments by id, beside those that scopes tell; absent where nobody asked for any. */
  departmentNames?: ReadonlyMap<string, string>;
  /** The one whose report it is, where it holds nothing but what is theirs to review. */
  onlyFor?: Reviewer;
  /** Files of decisions that the assessment could not understand, and why; absent where there are none. */
  badDecisionFiles?: { file: string; fault: string }[];
  /** Absent where no role is to be retired. */
  rolesToRetire?: RoleToRetire[];
};

/** Who is to decide on a grant; by which part of the order they were found, and for whom they decide for a while. */
export type Reviewer = { id: string; name: string | null; by?: ReviewerKind; delegateOf?: string | null };

/** A decision as the evidence keeps it; `fault` says why it does not count. Instants are ISO 8601. */
export type PastDecision = {
  review: string;
  decision: "keep" | "revoke";
  until: string | null;
  reviewer: string;
  reason: string;
  decidedAt: string;
  fault: string | null;
};

/** What earlier reviews, and reviewers, say of one grant, oldest first. */
export type GrantHistory = {
  /** How it differs from the previous snapshot. */
  changes: GrantChange[];
  /** The holder's department in the previous snapshot, where it was another. */
  movedFrom: string | null;
  /** Removals by earlier reviews: what came of them. */
  removals: { review: string; outcome: OutcomeKind; at: string }[];
  decisions: PastDecision[];
};

/** One grant of the snapshot with all that the review says of it. */
export type ReportRow = {
  grant: Grant;
  findings: Finding[];
  item: PlanItem | null;
  outcome: Outcome | null;
  history?: GrantHistory | null;
  reviewer?: Reviewer | null;
};
