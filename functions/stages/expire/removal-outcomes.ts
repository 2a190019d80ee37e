import type { Receipts } from "../../ledger/receipts.ts";
import type { Grant } from "../../review/grants/grant.ts";
import { reviewKeys } from "../../review/keys.ts";
import type { RevokeReply, Source } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";
import type { ExpireState } from "../removal/expire-state.ts";
import { readPresence, writeOutcome } from "../removal/revocation.ts";

/** What the outcomes of one plan's removals are told from. */
export type Settling = { stage: Stage; source: Source; state: ExpireState; planHash: string; receipts: Receipts };

/** The hash of the plan that a removal belongs to: an intent of an earlier invocation names the plan it was written under. */
export function planHashOf({ receipts, planHash }: Settling, grantId: string): string {
  return receipts.intents.get(grantId)?.planHash ?? planHash;
}

type Unrevoked = { kind: "gone" } | { kind: "changed"; detail: string } | { kind: "held" } | { kind: "unreadable" };

/** Writes the outcome, if there is one, of an item that a fresh look says is not to be removed. */
export async function settleUnrevoked(settling: Settling, grantId: string, verdict: Unrevoked): Promise<void> {
  const { stage, receipts, state } = settling;
  const planHash = planHashOf(settling, grantId);
  if (verdict.kind === "gone") {
    // An intent of ours that got no answer has removed it; without one, somebody else has.
    const intentKey = reviewKeys(stage.sourceId, stage.review).intent(grantId);
    const isOurs = receipts.intents.has(grantId) || (await stage.store.get(intentKey)) !== null;
    const outcome = isOurs ? "revoked" : "already-gone";
    const requestId = state.accepted[grantId]?.requestId ?? null;
    await writeOutcome(stage, { grantId, planHash, outcome, requestId, isVerified: true });
  }
  if (verdict.kind === "changed") {
    await writeOutcome(stage, { grantId, planHash, outcome: "changed", detail: verdict.detail, isVerified: true });
  }
}

/** `goneOutcome`: what it is if a fresh read no longer shows the grant. */
type Refusal = Pick<Extract<RevokeReply, { kind: "refused" }>, "detail" | "requestId"> & {
  goneOutcome: "revoked" | "already-gone";
};

/** Writes the outcome of a removal that the provider refused: only a fresh read tells whether the grant is still there. */
export async function settleRefused(
  settling: Settling,
  grant: Grant,
  { detail, requestId, goneOutcome }: Refusal,
): Promise<void> {
  const { stage, source } = settling;
  const presence = (await readPresence(stage, source, [grant])).get(grant.id);
  const outcome = presence === "gone" ? goneOutcome : "refused";
  const planHash = planHashOf(settling, grant.id);
  await writeOutcome(stage, { grantId: grant.id, planHash, outcome, detail, requestId, isVerified: true });
}

/** Of the removals that got no answer: those that a fresh read still shows as they were; the others get their outcome. */
export async function stillThere(settling: Settling, grants: Grant[]): Promise<Grant[]> {
  if (grants.length === 0) return [];
  const presence = await readPresence(settling.stage, settling.source, grants);
  for (const grant of grants) {
    const found = presence.get(grant.id);
    if (found === "there") continue;
    const outcome = found === "gone" ? "revoked" : "changed";
    const detail =
      found === "gone" ? "the removal got no answer, and a fresh read no longer shows it" : "it was given anew";
    const planHash = planHashOf(settling, grant.id);
    await writeOutcome(settling.stage, { grantId: grant.id, planHash, outcome, detail, isVerified: true });
  }
  return grants.filter(({ id }) => presence.get(id) === "there");
}
