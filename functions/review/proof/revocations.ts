import { epochMs } from "../../basics/time.ts";
import type { Evidence } from "./evidence.ts";
import type { Outcome } from "./receipt.ts";

/** What a review did, and what was put back since the evidence before it. */
type Since = {
  review: string;
  outcomes: Iterable<Outcome>;
  restored: readonly { grantId: string; at: string }[];
};

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
