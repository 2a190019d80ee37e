import type { Because } from "../because.ts";
import type { Grant } from "../grants/grant.ts";
import type { Act } from "./act.ts";

export type OutcomeKind = "revoked" | "already-gone" | "changed" | "refused" | "unverified" | "failed";

/** Written before the provider is asked to remove a grant: the grant as re-read. */
export type Intent = { formatVersion: 1; grantId: string; planHash: string; grant: Grant; at: string };

/** The outcome of one item of the plan. `verifiedAt`: when a fresh read confirmed the outcome; `null` if no read did. */
export type Outcome = {
  formatVersion: 1;
  grantId: string;
  planHash: string;
  outcome: OutcomeKind;
  detail: string | null;
  because?: Because;
  requestId: string | null;
  at: string;
  verifiedAt: string | null;
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
