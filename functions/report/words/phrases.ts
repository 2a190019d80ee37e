import type { GrantChange } from "../../review/grants/diff.ts";
import type { HolderStatus } from "../../review/grants/grant.ts";
import type { HoldBy } from "../../review/plan/plan.ts";
import type { RetirementOutcome } from "../../review/plan/retirement.ts";
import type { Fate } from "../../review/proof/balance.ts";
import type { OutcomeKind } from "../../review/proof/receipt.ts";
import type { Language } from "../review-view.ts";
import type { PlanStop, RowGroup } from "../rows/standing.ts";
import { englishPhrases } from "./phrases-en.ts";
import { chinesePhrases } from "./phrases-zh.ts";

/** Every text of a report in one language. Keys of the records are the contract's words; a word they lack is shown as it is. */
export type Phrases = {
  htmlLang: string;
  colon: string;
  listSeparator: string;
  stop: string;
  notKnown: string;
  none: string;
  title: string;
  sections: Record<
    | "figures"
    | "checks"
    | "findings"
    | "held"
    | "outcomes"
    | "balance"
    | "brake"
    | "previous"
    | "unremoved"
    | "retired"
    | "grants"
    | "auditor"
    | "plan"
    | "changes"
    | "evidence",
    string
  >;
  labels: Record<
    | "source"
    | "provider"
    | "origin"
    | "review"
    | "takenAt"
    | "timezone"
    | "mode"
    | "state"
    | "listing"
    | "rule"
    | "effect"
    | "reason"
    | "count"
    | "check"
    | "result"
    | "detail"
    | "limit"
    | "allowed"
    | "found"
    | "holder"
    | "role"
    | "scopes"
    | "since"
    | "findings"
    | "standing"
    | "lastDay"
    | "department"
    | "grantedAt"
    | "firstSeenAt"
    | "dueAt"
    | "noticeAt"
    | "verifiedAt"
    | "requestId"
    | "grantId"
    | "removedAt"
    | "membersRemoved"
    | "planHash"
    | "snapshotHash"
    | "policyHash"
    | "decisionsHash"
    | "assessment"
    | "toolVersion"
    | "passed"
    | "failed",
    string
  >;
  modes: Record<"report" | "enforce", string>;
  effects: Record<"expire" | "flag", string>;
  holderStatus: Record<HolderStatus, string>;
  heldBy: Record<HoldBy | PlanStop, string>;
  outcomes: Record<OutcomeKind, string>;
  fates: Record<Fate, string>;
  retirements: Record<RetirementOutcome["outcome"] | "open" | "inhabited" | "undeleted", string>;
  groups: Record<RowGroup, string>;
  dimensions: Record<string, string>;
  scopeWords: Record<string, string>;
  brakeLimits: Record<string, string>;
  figures: Record<"grants" | "findings" | "expired" | "held" | "waiting" | "unremoved" | "changed", string>;
  changes: Record<GrantChange, string>;
  sentences: {
    open: string;
    sealedAt(at: string): string;
    population(holders: string, roles: string): string;
    byRules(count: number): string;
    expiredNote: string;
    heldNote: string;
    waitingFrom(at: string): string;
    unremovedNote: string;
    incomplete: string;
    reportMode: string;
    brakeOff: string;
    brakeTripped: string;
    brakeStopped: string;
    brakeLifted(by: string, at: string): string;
    brakeInReportMode: string;
    balanced(population: string): string;
    unbalanced: string;
    firstReview: string;
    previousRemoved(review: string, count: string): string;
    previousChanges(appeared: string, vanished: string): string;
    membersRemoved(removed: string, members: string): string;
    nothingUnremoved: string;
    nothingFound: string;
    nothingPlanned: string;
    nothingChanged: string;
    unremovedMore(count: string): string;
    moreBars(count: string): string;
    checksPassed(passed: string, all: string): string;
    notSealed: string;
    noScript: string;
    verdictUnremoved(count: string): string;
    verdictBrake(count: string): string;
    verdictReportMode(count: string): string;
    verdictWaiting(count: string, at: string): string;
    verdictDue(count: string): string;
    verdictHeld(count: string): string;
    verdictExpired(count: string): string;
    verdictFlagged(count: string): string;
    verdictClean: string;
    reviewOf(at: string): string;
    changedNote(appeared: string, vanished: string): string;
    suppressed(by: string, detail: string): string;
    pendingSealed: string;
    pendingOpen: string;
    pendingUndecided: string;
    kept: string;
    moreScopes(count: string): string;
    auditor: string;
  };
};

/** The texts of a report in that language. */
export const phrasesOf = (language: Language): Phrases => (language === "zh" ? chinesePhrases : englishPhrases);

/** The phrase for one of the contract's words, else the word itself: a newer version may know more of them. */
export const phraseFor = (phrases: Record<string, string>, word: string): string =>
  (Object.hasOwn(phrases, word) ? phrases[word] : undefined) ?? word;
