import type { ProvenBy } from "./decision.ts";

/** One answer of a reviewer. `seen`: the hash of the grant as it was shown. `to`: to whom it is handed on; null: to the next in the order. */
export type SignedAnswer = {
  grantId: string;
  seen: string;
  decision: "keep" | "revoke" | "reassign";
  until: string | null;
  reason: string;
  to: string | null;
};

/** `decisions/<source>/signed/<review>/<instant>-<16 hex>.json`: what a reviewer submitted at once. `oneAct`: one answer for all of them. */
export type SignedDecisions = {
  formatVersion: 1;
  review: string;
  reviewer: { id: string; name: string | null };
  provenBy: ProvenBy;
  snapshotSha256: string;
  decisions: SignedAnswer[];
  oneAct: boolean;
  decidedAt: string;
};
