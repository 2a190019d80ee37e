import { parseInstant } from "../../basics/time.ts";
import { parseBytes } from "./json-form.ts";
import type { SignedBy } from "./signature.ts";

/** How every grant of the snapshot fared: each has exactly one fate. */
export type Balance = {
  population: number;
  kept: number;
  revoked: number;
  alreadyGone: number;
  changed: number;
  refused: number;
  failed: number;
  unverified: number;
  held: number;
  pending: number;
  balanced: boolean;
};

/** `evidence.json`: the sealed proof of what a review read, found and did. */
export type Evidence = {
  formatVersion: 1;
  source: string;
  review: string;
  sealedAt: string;
  mode: "report" | "enforce";
  balance: Balance;
  objects: { key: string; sha256: string }[];
  restored: { review: string; grantId: string; at: string }[];
  /** The newest revocation of every grant that this source's reviews ever revoked and nobody put back. */
  revocations: { grantId: string; review: string; at: string }[];
  previous: { review: string; sha256: string } | null;
  /** What was written down of telling people of the previous review's end; evidence of an earlier version lacks it. */
  endMessages?: { key: string; sha256: string }[];
  /** The records of reviews of this source that were retired, as they lay in the future; left out where there is none. */
  retiredReviews?: { key: string; sha256: string }[];
  /** The records of who stopped the source and who let it go on; left out where nobody ever did. */
  stops?: { key: string; sha256: string }[];
  /** By which key `evidence.sig` signs these bytes; null where there was none to sign by. */
  signedBy?: SignedBy | null;
};

/** The evidence in these bytes, null where seal cannot have written them; and whether they say something twice. */
export function parseEvidence(body: Uint8Array): { evidence: Evidence | null; saysTwice: boolean } {
  const { value, fault: found } = parseBytes<Evidence>(body);
  const none = { evidence: null, saysTwice: false };
  if (typeof value !== "object" || value === null || !Array.isArray(value.objects)) return none;
  const isListed = value.objects.every((object) => typeof object?.key === "string");
  const isWhole = Array.isArray(value.restored) && Array.isArray(value.revocations) && isPrevious(value.previous);
  const isSealed = parseInstant(String(value.sealedAt)) !== null && isObject(value.balance);
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
