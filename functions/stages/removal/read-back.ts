import type { Grant } from "../../review/grants/grant.ts";
import type { Source } from "../../review/ports.ts";
import type { OutcomeKind } from "../../review/proof/receipt.ts";
import type { Stage } from "../../review/stage.ts";
import { readPresence, writeOutcome } from "./revocation.ts";

/** How long after the provider's yes a removal is looked for: at once, then again, beside the next removals. */
const readBackAfterMs = [0, 3_000, 10_000];

/** A removal that the provider answered, and that no read has confirmed yet. */
export type Answered = {
  grant: Grant;
  planHash: string;
  requestId: string | null;
  answeredAtMs: number;
  /** What it is called once a read no longer shows the grant. */
  outcome: Extract<OutcomeKind, "revoked" | "already-gone">;
  reads: number;
};

/** Confirms removals by reading them back. */
export type ReadBack = {
  add(answered: Answered): void;
  /** Reads back what is due by now. */
  readDue(): Promise<void>;
  /** Epoch milliseconds of the next read back, null if none is outstanding. */
  nextAtMs(): number | null;
};

export function openReadBack(stage: Stage, source: Source): ReadBack {
  let outstanding: Answered[] = [];
  const dueAtMs = ({ answeredAtMs, reads }: Answered): number => answeredAtMs + readBackAfterMs[reads]!;

  const settle = async (answered: Answered, isGone: boolean): Promise<void> => {
    if (isGone) {
      outstanding = outstanding.filter((each) => each !== answered);
      await writeOutcome(stage, { ...answered, grantId: answered.grant.id, isVerified: true });
      return;
    }
    answered.reads++;
    // Still there after the last read: its intent stays without outcome, and seal looks once more.
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
        await Promise.all(batch.map((answered) => settle(answered, presence.get(answered.grant.id) === "gone")));
      }
    },
  };
}
