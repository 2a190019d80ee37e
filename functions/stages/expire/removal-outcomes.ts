import { hasIntent, type Receipts, writeOutcome } from "../../ledger/receipts.ts";
import { type Said, sayBecause } from "../../review/because.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { Reader } from "../../review/ports.ts";
import type { OutcomeKind } from "../../review/proof/receipt.ts";
import type { Stage } from "../../review/stage.ts";
import { readPresence } from "../removal/presence.ts";
import type { ExpireState } from "../removal/under-way.ts";

/** What the outcomes of one plan's removals are written from. */
export type Settling = {
  stage: Stage;
  source: Reader;
  state: ExpireState;
  planHash: string;
  receipts: Receipts;
  /** By grant id, the sweep that removed a grant since the snapshot. Asked for where a grant is gone. */
  sweptBy(): Promise<ReadonlyMap<string, string>>;
};

/** The hash of the plan that a removal belongs to: an intent of an earlier invocation names the plan it was written under. */
export function planHashBegunUnder({ receipts, planHash }: Settling, grantId: string): string {
  return receipts.intents.get(grantId)?.planHash ?? planHash;
}

type Unrevoked = { kind: "gone" } | ({ kind: "changed" } & Said) | { kind: "held" | "unreadable" | "person-unread" };

/** Writes the outcome of an item that is no longer due, where it has one: an item that is held or unreadable stays open. */
export async function settleUnrevoked(settling: Settling, grantId: string, found: Unrevoked): Promise<void> {
  const { stage, receipts, state } = settling;
  const planHash = planHashBegunUnder(settling, grantId);
  if (found.kind === "gone") {
    // With an intent, our removal took it away and got no answer; without one, somebody else did.
    const isOurs = receipts.intents.has(grantId) || (await hasIntent(stage, grantId));
    const outcome = isOurs ? "revoked" : "already-gone";
    const requestId = state.accepted[grantId]?.requestId ?? null;
    const sweep = isOurs ? undefined : (await settling.sweptBy()).get(grantId);
    const said = sweep ? sayBecause("removed-by-sweep", { sweep }) : {};
    await writeOutcome(stage, { grantId, planHash, outcome, ...said, requestId, isVerified: true });
  }
  if (found.kind === "changed") {
    const { detail, because } = found;
    const said = { detail, ...(because ? { because } : {}) };
    await writeOutcome(stage, { grantId, planHash, outcome: "changed", ...said, isVerified: true });
  }
}

/** `goneOutcome`: the outcome where a fresh read no longer shows the grant. */
type Refusal = Said & {
  requestId: string | null;
  goneOutcome: "revoked" | "already-gone";
};

/** Writes the outcome of a removal that the provider refused: only a fresh read tells whether the grant is still there. */
export async function settleRefused(
  settling: Settling,
  grant: Grant,
  { detail, because, requestId, goneOutcome }: Refusal,
): Promise<void> {
  const { stage, source } = settling;
  const presence = (await readPresence(stage, source, [grant])).get(grant.id);
  const outcome = presence === "gone" ? goneOutcome : "refused";
  const planHash = planHashBegunUnder(settling, grant.id);
  // The code is of a grant that is still there.
  const said = { detail, ...(because && outcome === "refused" ? { because } : {}) };
  await writeOutcome(stage, { grantId: grant.id, planHash, outcome, ...said, requestId, isVerified: true });
}

/** Of the grants whose removal got no answer: those that a fresh read shows as they were; the others get their outcome. */
export async function stillThere(settling: Settling, grants: Grant[]): Promise<Grant[]> {
  if (grants.length === 0) return [];
  const presence = await readPresence(settling.stage, settling.source, grants);
  for (const grant of grants) {
    const found = presence.get(grant.id);
    if (found === "there") continue;
    const outcome = found === "gone" ? "revoked" : "changed";
    const said = sayBecause(found === "gone" ? "silent-and-gone" : "given-anew");
    const planHash = planHashBegunUnder(settling, grant.id);
    await writeOutcome(settling.stage, { grantId: grant.id, planHash, outcome, ...said, isVerified: true });
  }
  return grants.filter(({ id }) => presence.get(id) === "there");
}

/** How long after the provider's yes a removal is read back: at once, then twice more, beside the next removals. */
const readBackAfterMs = [0, 3_000, 10_000];

/** A removal that the provider answered, and that no read has confirmed yet. */
type Answered = {
  grant: Grant;
  planHash: string;
  requestId: string | null;
  answeredAtMs: number;
  /** The outcome once a read no longer shows the grant. */
  outcome: Extract<OutcomeKind, "revoked" | "already-gone">;
  reads: number;
};

/** Confirms removals by reading them back. */
export type ReadBack = {
  add(answered: Answered): void;
  /** Reads back the removals that are due by now. */
  readDue(): Promise<void>;
  /** Epoch milliseconds of the next read back, null if none is outstanding. */
  nextAtMs(): number | null;
};

export function openReadBack(stage: Stage, source: Reader): ReadBack {
  let outstanding: Answered[] = [];
  const dueAtMs = ({ answeredAtMs, reads }: Answered): number => answeredAtMs + readBackAfterMs[reads]!;

  const takeRead = async (answered: Answered, isGone: boolean): Promise<void> => {
    if (isGone) {
      outstanding = outstanding.filter((each) => each !== answered);
      await writeOutcome(stage, { ...answered, grantId: answered.grant.id, isVerified: true });
      return;
    }
    answered.reads++;
    // After the last read, a grant that is still there keeps its intent without an outcome: seal looks once more.
    if (answered.reads === readBackAfterMs.length) outstanding = outstanding.filter((each) => each !== answered);
  };

  return {
    add: (answered) => outstanding.push(answered),
    nextAtMs: () => (outstanding.length === 0 ? null : Math.min(...outstanding.map(dueAtMs))),
    async readDue() {
      const due = outstanding.filter((answered) => dueAtMs(answered) <= stage.clock.now());
      for (let from = 0; from < due.length; from += source.grantsPerRead) {
        const batch = due.slice(from, from + source.grantsPerRead);
        const presence = await readPresence(
          stage,
          source,
          batch.map(({ grant }) => grant),
        );
        await Promise.all(batch.map((answered) => takeRead(answered, presence.get(answered.grant.id) === "gone")));
      }
    },
  };
}
