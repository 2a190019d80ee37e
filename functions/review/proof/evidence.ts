import { epochMs, parseInstant } from "../../basics/time.ts";
import type { Because } from "../because.ts";
import { isSweep } from "../keys.ts";
import { parseBytes } from "./json-form.ts";
import type { Outcome } from "./receipt.ts";
import type { SignedBy } from "./signature.ts";

/** How many grants of the snapshot have each fate. Every grant has exactly one fate. */
export type Balance = {
  population: number;
  kept: number;
  revoked: number;
  /** Evidence of an earlier version lacks it: nothing was narrowed then. */
  narrowed: number;
  alreadyGone: number;
  changed: number;
  refused: number;
  failed: number;
  unverified: number;
  held: number;
  pending: number;
  balanced: boolean;
};

/** `evidence.json`: the seal of a review, with the hash of every object that the review read, found and did. */
export type Evidence = {
  formatVersion: 1;
  source: string;
  review: string;
  sealedAt: string;
  mode: "report" | "enforce";
  balance: Balance;
  /** Why the balance does not close, a sentence each; left out where it does. */
  faults?: string[];
  objects: { key: string; sha256: string }[];
  restored: { review: string; grantId: string; at: string }[];
  /** The newest revocation of each grant that this source's reviews ever revoked, without grants that were put back. */
  revocations: { grantId: string; review: string; at: string }[];
  previous: { review: string; sha256: string } | null;
  /** The records of the messages about the previous review's end. Evidence of an earlier version lacks this field. */
  endMessages?: { key: string; sha256: string }[];
  /** The records of this source's retired reviews, whose ids lay in the future; left out if there is none. */
  retiredReviews?: { key: string; sha256: string }[];
  /** The records of the source's stops and resumes; left out if there is none. */
  stops?: { key: string; sha256: string }[];
  /** The files of decisions that were there when the review was sealed. Evidence of an earlier version lacks this field. */
  decisionFiles?: { key: string; sha256: string }[];
  /**
   * How long leavers kept something: from the end of the last day to the verified removal of the last grant, a figure for each
   * person, ascending. Left out where nobody who left lost anything.
   */
  leavers?: LeaverFigures & { hours: number[] };
  /** After how many days everything of a review may be deleted, by the configuration that sealed it; left out: never. */
  deleteAfterDays?: number;
  /** The key by which `evidence.sig` signs these bytes; null if no signing key was configured. */
  signedBy?: SignedBy | null;
};

/** Hours of leavers: half and nineteen of twenty were quicker than `p50` and `p95`; `late`: how many were beyond `withinHours`. */
export type LeaverFigures = {
  count: number;
  p50: number;
  p95: number;
  max: number;
  withinHours: number;
  late: number;
  /** How many last days were entered late, so that their hours count from the entry. Left out: none. */
  enteredLate?: number;
  /** Why each of the late ones was, the slowest first. Left out: none was late. */
  lateBecause?: Because[];
};

/** Somebody who left and lost a grant, with the hours of the last one; `why`: where that is longer than was promised. */
export type Leaver = { holderId: string; hours: number; enteredLate: boolean; why: Because | null };

/** The evidence in these bytes, null where seal cannot have written them; and whether they say something twice. */
export function parseEvidence(body: Uint8Array): { evidence: Evidence | null; saysTwice: boolean } {
  const { value, fault: found } = parseBytes<Evidence>(body);
  const none = { evidence: null, saysTwice: false };
  if (typeof value !== "object" || value === null || !Array.isArray(value.objects)) return none;
  const isListed = value.objects.every((object) => typeof object?.key === "string");
  const isWhole = Array.isArray(value.restored) && Array.isArray(value.revocations) && isPrevious(value.previous);
  const isOfMode = value.mode === "report" || value.mode === "enforce";
  const isSealed = parseInstant(String(value.sealedAt)) !== null && isObject(value.balance) && isOfMode;
  return isListed && isWhole && isSealed ? { evidence: value, saysTwice: found === "duplicate-key" } : none;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isPrevious(previous: unknown): boolean {
  if (previous === null) return true;
  if (typeof previous !== "object") return false;
  const { review, sha256: hash } = previous as Partial<NonNullable<Evidence["previous"]>>;
  return typeof review === "string" && typeof hash === "string";
}

/** What a review did, and what was put back since the evidence before it. */
type Since = {
  review: string;
  outcomes: Iterable<Pick<Outcome, "grantId" | "outcome" | "at">>;
  restored: readonly { grantId: string; at: string }[];
};

/** Evidence as a link in the order of sealing. */
type Told = Pick<Evidence, "review" | "revocations" | "restored">;

/**
 * The newest revocation of every grant as of the last of these, in the order of sealing. The evidence of a review names the
 * revocations of all time. A sweep's names its own alone, as there are hundreds of sweeps a year: they are added to those of
 * the last review before it.
 */
export function revocationsUpTo(chain: readonly Told[]): Evidence["revocations"] {
  const from = chain.findLastIndex(({ review }) => !isSweep(review));
  let standing = from === -1 ? [] : chain[from]!.revocations;
  for (const { review, revocations, restored } of chain.slice(from + 1)) {
    const outcomes = revocations.map(({ grantId, at }) => ({ grantId, at, outcome: "revoked" as const }));
    standing = revocationsAfter(standing, { review, outcomes, restored });
  }
  return standing;
}

/** The newest revocation of every grant, without the grants that were put back after it. */
export function revocationsAfter(
  previous: readonly Evidence["revocations"][number][],
  { review, outcomes, restored }: Since,
): Evidence["revocations"] {
  const byGrant = new Map(previous.map((revocation) => [revocation.grantId, revocation]));
  for (const { grantId, outcome, at } of outcomes) {
    if (outcome === "revoked") byGrant.set(grantId, { grantId, review, at });
  }
  for (const { grantId, at } of restored) {
    const revokedAt = byGrant.get(grantId)?.at;
    if (revokedAt && epochMs(revokedAt) < epochMs(at)) byGrant.delete(grantId);
  }
  return [...byGrant.values()].sort((a, b) => (a.grantId < b.grantId ? -1 : 1));
}
