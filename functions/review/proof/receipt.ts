import type { Because } from "../because.ts";
import type { Grant } from "../grants/grant.ts";
import type { Act } from "./act.ts";

export type OutcomeKind = "revoked" | "already-gone" | "changed" | "refused" | "unverified" | "failed";

/** Written before the provider is asked to remove: the grant as it was re-read. */
export type Intent = { formatVersion: 1; grantId: string; planHash: string; grant: Grant; at: string };

/** What became of one item. `verifiedAt`: when a fresh read confirmed it; `null` where no read did. */
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

/** Written once a grant that a review revoked was put back, and read back. `asked`: who asked for it, and why; evidence of an earlier version lacks it. */
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
