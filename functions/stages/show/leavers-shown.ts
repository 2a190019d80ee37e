import { epochMs } from "../../basics/time.ts";
import { type Removed, readLeavers } from "../../facts/leaver-past.ts";
import { type AtWork, readEvidence } from "../../ledger/ledger.ts";
import type { LeaversView } from "../../report/review-view.ts";
import type { ListedGrant } from "../../report/rows/packed-rows.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { isSweep } from "../../review/keys.ts";
import type { ReviewPlace } from "../../review/ports.ts";
import { leaverFigures } from "../../review/proof/leavers.ts";

/** What a report tells leavers from: its removals as of an instant (ISO 8601), and its rows for their names. */
type Shown = Removed & { previous: Snapshot | null; notable: Iterable<ListedGrant>; asOf: string };

/** How long leavers kept access, by a review and by the sweeps since the previous one; null where nobody who left lost anything. */
export async function leaversShown(stage: AtWork, shown: Shown): Promise<LeaversView | null> {
  const { snapshot, previous, notable, asOf, withinHours } = shown;
  const leavers = await readLeavers(stage, shown);
  const looks =
    previous && !isSweep(snapshot.review) ? await stage.ledger.reviewAndSweeps(previous.review, snapshot.review) : [];
  const sweeps = (await sweptLeavers(stage, looks.filter(isSweep))).filter(
    ({ sealedAt }) => epochMs(sealedAt) <= epochMs(asOf),
  );
  if (leavers.length + sweeps.length === 0) return null;
  const telling = leavers.filter(({ why, enteredLate }) => why !== null || enteredLate);
  const wanted = new Set(telling.map(({ holderId }) => holderId));
  const names = new Map<string, string | null>();
  if (wanted.size > 0) {
    for (const { grant } of notable) if (wanted.has(grant.holder.id)) names.set(grant.holder.id, grant.holder.name);
  }
  const slowest = telling.map((leaver) => ({ ...leaver, name: names.get(leaver.holderId) ?? null }));
  return { figures: leaverFigures(leavers, withinHours), slowest, sweeps };
}

/** The figures of those of these sweeps that are sealed and removed something of leavers, in the order given. */
async function sweptLeavers(
  { store, sourceId }: Omit<ReviewPlace, "review">,
  sweeps: readonly string[],
): Promise<LeaversView["sweeps"]> {
  const sealed = await Promise.all(sweeps.map((review) => readEvidence({ store, sourceId, review })));
  return sealed.flatMap((read) => {
    if (!read?.evidence.leavers) return [];
    const { review, sealedAt, leavers } = read.evidence;
    return [{ review, sealedAt, figures: leavers }];
  });
}
