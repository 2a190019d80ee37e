import type { Standing } from "../report/rows/standing.ts";
import type { Because } from "../review/because.ts";
import type { Holder, LocalText, Role, Scopes } from "../review/grants/grant.ts";
import type { ReviewerKind } from "../review/people/routing.ts";
import type { HoldBy } from "../review/plan/plan.ts";
import type { ConflictWith } from "../review/rules/conflicts.ts";
import type { ProvenBy } from "../review/rules/decision.ts";
import type { RuleEffect } from "../review/rules/policy.ts";
import type { SourceStanding } from "../review/source-standing.ts";

// What the desk's pages are given: plain data, each field a fact of the store. No page reads the store, and none judges.
// Instants are ISO 8601 in UTC. Texts that depend on the language are codes, or have both languages. Above 300 lines, as whoever
// writes a page finds all that it may show in one file.

/** Who is looking at a page. `csrf` goes back with every form, in the field `csrf` (or the header `x-csrf-token`). */
export type Viewer = {
  name: string;
  csrf: string;
  isOperator: boolean;
  isApprover: boolean;
  /** Whether the sign-in found them as a person of any source. */
  isPerson: boolean;
};

/** What every page is given beside its own data. `basePath` begins every link: "" where the desk is at the root of its address. */
export type PageContext = {
  viewer: Viewer | null;
  language: "zh" | "en";
  timezone: string;
  now: string;
  /** Who asks for the reviews and answers questions, in the page's language; null where the configuration names nobody. */
  contact: string | null;
  basePath: string;
  /** The path of the page, with its query. */
  path: string;
  /** A new number for what is submitted from this page. */
  requestId: string;
  /** The form that was sent to a path, where one was: a refusal gives it back. */
  sent: { path: string; fields: [string, string][] } | null;
  asked: AskedOfPage;
};

/** What the query of an address asks of a page: the order, marks as suggested, every row at once; to say what was just done. */
export type AskedOfPage = {
  byPerson: boolean;
  asSuggested: boolean;
  allRows: boolean;
  done: "reminded" | "stopped" | "resumed" | null;
};

/** A page by what it shows. `pages` has a function for each. */
export type DeskPage =
  | { page: "home"; model: HomeModel }
  | { page: "review"; model: ReviewModel }
  | { page: "held-plan"; model: HeldPlanModel }
  | { page: "receipt"; model: ReceiptModel }
  | { page: "signed-out"; model: { signInPath: string } }
  | { page: "refused"; model: RefusalModel };

/** What is mine to do: reviews by their deadline, plans to approve; of an operator every source too. */
export type HomeModel = { tasks: ReviewTask[]; heldPlans: HeldPlanModel[]; sources: SourceState[] | null };

/** A review in which something is asked of the reader, or was. `path`: where it is decided. */
export type ReviewTask = { request: RequestModel; progress: ProgressModel; path: string };

/** Who asks for what, why, until when, and what happens if nobody does anything. */
export type RequestModel = {
  source: string;
  review: string;
  /** When the grants were read. */
  takenAt: string;
  /** As what the reader is asked about the grants to decide on, the most frequent first; `delegate`: in somebody's place. */
  askedAs: (ReviewerKind | "handed-on" | "delegate")[];
  /** Why: the reasons of the policy's rules that found the grants to decide on, with how many each. */
  reasons: { rule: string; reason: { zh: string; en: string }; grants: number }[];
  /** Until when decisions count. Null: no window, they count until the review is sealed. */
  deadline: string | null;
  state: "open" | "window-ended" | "removing" | "sealed";
  /** What becomes of the reader's grants on which nobody decides: how many of each. `held`: a guard or the brake keeps them for now. */
  ifNothing: { removed: number; held: number; kept: number; staysFlagged: number };
  mode: "report" | "enforce";
};

/** `toDecide`: grants of the reader that ask for a decision; `decided`: of those, the ones with a decision that counts. */
export type ProgressModel = { toDecide: number; decided: number; others: number };

/** One review as one reviewer decides on it. `rows`: those that ask for a decision first. */
export type ReviewModel = {
  request: RequestModel;
  progress: ProgressModel;
  rows: DeskRow[];
  /** The reader's own decisions of this review, newest first. */
  receipts: ReceiptModel[];
  /** Grants that the reader handed on, or that were handed to them. */
  handedOn: HandedOn[];
  keepChoices: KeepChoices;
  /** More keeps at once than this, and fewer seconds between them, are reported as a suspicious certification. */
  hastyKeeps: { grants: number; seconds: number };
  decisionsPath: string;
  reportPath: string;
};

/** Days (YYYY-MM-DD, in the policy's time zone) to offer as the end of a keep: after 3, 6 and 12 months as far as the policy allows, and the longest. */
export type KeepChoices = { months: { months: 3 | 6 | 12; until: string }[]; longest: string };

/** One grant to decide on, as it was when the review read it. `seen` goes back with the decision. */
export type DeskRow = {
  grantId: string;
  /** Which of the reader's ids in the source the routing names. */
  reviewerId: string;
  seen: string;
  holder: Omit<Holder, "members" | "managerId"> & {
    departmentName: string | null;
    members: { count: number; first: { id: string; name: string | null; status: Holder["status"] }[] } | null;
  };
  /** `description` says what the role lets one do. */
  role: Pick<Role, "id" | "code" | "name" | "description" | "kind" | "status">;
  /** Null: the provider did not say where it holds. */
  scopes: Scopes | null;
  grantedAt: string | null;
  firstSeenAt: string;
  reasons: RowReason[];
  /** The department where the holder was at the previous review, if it was another. */
  movedFrom: { id: string; name: string | null } | null;
  suggestion: Suggestion | null;
  /** The newest decision of an earlier review. */
  last: PastAnswer | null;
  /** The decision of this review that counts now. */
  decision: Answer | null;
  asksForDecision: boolean;
  /** How many of the holder's department, or of the same manager, have this role, and others of them whom the reader reviews; null: not known. */
  peers: { by: "department" | "manager"; count: number; have: number; names: string[] } | null;
  effects: Record<"keep" | "revoke" | "reassign", Effect>;
  standing: Standing;
  /** When it is removed if nothing changes; null where it is not to be. */
  removedFrom: string | null;
  /** Somebody for whom the reader decides for a while, or who handed it on. */
  insteadOf: { id: string; name: string | null; because: "delegate" | "reassigned"; reason: string | null } | null;
};

/** Why a grant is asked about. `because`: why the finding asks for nothing more; null where it still does. */
export type RowReason = {
  rule: string;
  then: RuleEffect;
  reason: { zh: string; en: string };
  settled: { by: "decision" | "hold" | "expire" | "no-decision"; detail: string; because?: Because } | null;
  /** The scopes that the rule leaves, or would leave; none of them: the grant goes. Absent where all of them stay. */
  keep?: Scopes;
  /** Of a conflict: the grants that the same person must not hold beside this one. */
  conflict?: ConflictWith;
};

/** What a rule suggests, and that rule's reason. */
export type Suggestion = { decision: "keep" | "revoke"; rule: string; reason: { zh: string; en: string } };

export type Answer = {
  decision: "keep" | "revoke" | "reassign";
  until: string | null;
  reason: string;
  decidedAt: string;
  isMine: boolean;
  by: string;
  receipt: string | null;
};

export type PastAnswer = Omit<Answer, "receipt"> & { review: string; fault: string | null };

/**
 * What a decision will do, or why it cannot work, as a code with its figures:
 * keep: `kept` (stays until the day) | `insisted` (a rule takes it whatever is decided) | `gone` | `closed`;
 * revoke: `removed` (with the next run) | `after-notice` {notBefore} | `recorded-only` (no rule acts on it, or report mode: {why}) |
 * `held` {by} (what holds it back) | `gone` | `closed`;
 * reassign: `to-next` | `to-named` | `once` (was handed on by the reader before) | `nobody-next` | `gone` | `closed`;
 * every one: `own` (one's own grant).
 */
export type Effect = { works: boolean; code: EffectCode; figures: Record<string, string | number> };

export type EffectCode =
  | "kept"
  | "insisted"
  | "removed"
  | "after-notice"
  | "recorded-only"
  | "held"
  | "to-next"
  | "once"
  | "nobody-next"
  | "own"
  | "gone"
  | "closed";

/** A grant that went from one reviewer to another. */
export type HandedOn = {
  grantId: string;
  holderName: string | null;
  role: LocalText;
  from: { id: string; name: string | null };
  to: { id: string; name: string | null } | null;
  reason: string;
  at: string;
  isMine: boolean;
};

/** What was submitted at once: what the reviewer gets to see, keep and quote. `number` names the stored file. */
export type ReceiptModel = {
  number: string;
  source: string;
  review: string;
  decidedAt: string;
  counts: { keep: number; revoke: number; reassign: number };
  decisions: {
    grantId: string;
    decision: Answer["decision"];
    until: string | null;
    reason: string;
    to: string | null;
    /** Null where the row is not the reader's any more. */
    holder: string | null;
    role: LocalText | null;
  }[];
  oneAct: boolean;
  isChangeable: boolean;
  /** Until when it can be changed by deciding anew; null: until the review is sealed, or not any more. */
  changeableUntil: string | null;
  reviewPath: string;
};

/** A plan that a brake stopped, as an approver decides on it. */
export type HeldPlanModel = {
  source: string;
  review: string;
  planHash: string;
  createdAt: string;
  /** The limits that stop it; `lastTime`: the same figure of the review before, null where there is none. */
  limits: { name: string; limit: number; actual: number; lastTime: number | null }[];
  items: HeldItem[];
  /** What the review before came to. */
  lastReview: { review: string; grants: number; removed: number; sealedAt: string } | null;
  /** What would be left if the plan goes on. */
  remaining: {
    grants: number;
    holders: number;
    roles: { role: Pick<Role, "id" | "code" | "name">; holders: number; after: number }[];
  };
  approvalsNeeded: number;
  approvedBy: { by: string; at: string; reason: string; isMine: boolean; provenBy: ProvenBy | null }[];
  refusedBy: { by: string; at: string; reason: string } | null;
  mayApprove: boolean;
  approvePath: string;
  reportPath: string;
};

/** A grant of a held plan. */
export type HeldItem = {
  grantId: string;
  holder: Pick<Holder, "id" | "name" | "status" | "departmentId"> & { departmentName: string | null };
  role: Pick<Role, "id" | "code" | "name">;
  scopes: Scopes | null;
  reasons: RowReason[];
  notBefore: string;
  hold: HoldBy | null;
  /** The scopes that stay, of an item that narrows; none of them: the grant goes. */
  keep?: Scopes;
};

/** One source as an operator sees it, with the plan of the newest review that a brake holds. */
export type SourceState = SourceStanding & { heldPlan: HeldPlanModel | null };

/** Why something was refused: a page that a person understands, or JSON with the same. `signInPath`: where to go. */
export type RefusalModel = {
  status: 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 502 | 503;
  code: RefusalCode;
  figures: Record<string, string | number>;
  /** Of 400 and 409: what is wrong where; `grantId` where a decision is. */
  faults: { field: string; grantId?: string; code: string; figures: Record<string, string | number> }[];
  signInPath: string | null;
};

export type RefusalCode =
  | "bad-request"
  | "signed-out"
  | "sign-in-expired"
  | "sign-in-refused"
  | "sign-in-unavailable"
  | "wrong-tenant"
  | "source-tenant"
  | "unknown-person"
  | "not-yours"
  | "not-operator"
  | "not-approver"
  | "left"
  | "own-grant"
  | "forged"
  | "no-such-page"
  | "no-such-review"
  | "changed"
  | "sealed"
  | "closed"
  | "too-large"
  | "too-fast"
  | "busy"
  | "store-failed"
  | "failed";
