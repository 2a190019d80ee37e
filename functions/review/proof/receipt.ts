import { endOfDay, epochMs } from "../../basics/time.ts";
import { type Because, type Said, sayBecause } from "../because.ts";
import type { Grant, HolderStatus, LateEntry, NotRemoved, Scopes } from "../grants/grant.ts";
import type { Act } from "./act.ts";

export type OutcomeKind = "revoked" | "narrowed" | "already-gone" | "changed" | "refused" | "unverified" | "failed";

/**
 * What the authority said of a holder when it was asked anew before a removal that rests on it: `readAt`. `snapshotSha256`: of the
 * authority's snapshot that the plan names.
 */
export type PersonRead = {
  source: string;
  snapshotSha256: string;
  readAt: string;
  status: HolderStatus;
  lastDay: string | null;
};

/**
 * Written before the provider is asked to remove or to narrow a grant: the grant as re-read. `keep`: of a narrowing, the scopes
 * that are to be left. `person`: where a rule of the item asks who the holder is; receipts of an earlier version lack it.
 */
export type Intent = {
  formatVersion: 1;
  grantId: string;
  planHash: string;
  grant: Grant;
  keep?: Scopes;
  person?: PersonRead;
  at: string;
};

/** The outcome of one item of the plan. `verifiedAt`: when a fresh read confirmed the outcome; `null` if no read did. */
export type Outcome = {
  formatVersion: 1;
  grantId: string;
  planHash: string;
  outcome: OutcomeKind;
  detail: string | null;
  because?: Because;
  /** What a read showed of a grant that was narrowed, or of which less is left than was to stay. */
  left?: { scopes: Scopes | null; grantedAt: string | null };
  requestId: string | null;
  at: string;
  verifiedAt: string | null;
  /** Of a leaver's grant that is revoked: hours from the end of the last day to `verifiedAt`, to a tenth. */
  leaverHours?: number;
  /** Where that last day was entered late, so that the hours count from the last look before the entry. */
  enteredAfter?: LateEntry;
};

/**
 * Written after a revoked grant was put back and read back. `asked`: who asked for the put-back, and why; evidence of
 * an earlier version lacks `asked`.
 */
export type Restored = {
  formatVersion: 1;
  grantId: string;
  review: string;
  by: "added" | "already-there";
  requestId: string | null;
  at: string;
  verifiedAt: string;
  asked?: Act;
};

/**
 * Whether a review has taken scopes of a grant and left others: it was narrowed, or less is left than was to stay. Either way
 * `restore` gives back what was there.
 */
export function hasNarrowed({ outcome, because }: Pick<Outcome, "outcome" | "because">): boolean {
  return outcome === "narrowed" || because?.code === "kept-lost";
}

/**
 * What a grant's removal came to in an earlier review, where the next review does not try again: the provider gave a reason that
 * speaks of this grant (`refused`), or said yes and did nothing (`unverified`). Null for every other outcome.
 */
export function notRemovedBy({ outcome, detail, because }: Outcome, review: string): NotRemoved | null {
  // A narrowing that failed says nothing of a removal, and is tried again by the next review.
  if (because?.code === "narrowing-refused" || because?.code === "accepted-and-wide") return null;
  if (outcome === "unverified") return { review, outcome, reason: null };
  if (outcome !== "refused" || because?.code === "task-failed" || saysNothing(detail)) return null;
  return { review, outcome, reason: detail };
}

/** Evidence of earlier versions has no code for a task that ended as Failed and gave no reason. */
function saysNothing(detail: string | null): boolean {
  return detail === null || detail.trim() === "" || detail === "the task ended as Failed";
}

/** Why a grant is not removable as an earlier review could not remove it. */
export function sayNotRemoved({ review, outcome, reason }: NotRemoved, status: string): Required<Said> {
  return outcome === "refused"
    ? sayBecause("refused-before", { review, reason: reason ?? "", status })
    : sayBecause("unverified-before", { review, status });
}

/** How many removals somebody has to look at, of which the outcome was written since an instant (epoch milliseconds). */
export function unresolvedSince(outcomes: Iterable<Pick<Outcome, "outcome" | "at">>, sinceMs: number): number {
  let count = 0;
  for (const { outcome, at } of outcomes) {
    if (["refused", "failed", "unverified"].includes(outcome) && epochMs(at) >= sinceMs) count++;
  }
  return count;
}

/** Hours that somebody who left kept a grant, to a tenth, from the end of the last day, or from its late entry; null of whoever has not left. */
export function leaverHoursOf(
  { holder, enteredAfter }: Pick<Grant, "holder" | "enteredAfter">,
  goneAt: string,
  timezone: string,
): number | null {
  if (holder.status !== "left" || holder.lastDay === null) return null;
  const endMs = endOfDay(holder.lastDay, timezone);
  const fromMs = enteredAfter ? Math.max(endMs, epochMs(enteredAfter.at)) : endMs;
  const hours = (epochMs(goneAt) - fromMs) / 3_600_000;
  return hours < 0 ? null : Math.round(hours * 10) / 10;
}
