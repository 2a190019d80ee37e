import { joinSorted } from "../../basics/sorted.ts";
import { grantBatchesOf, loadSnapshot, responsibleBookOf } from "../../ledger/grants.ts";
import { openLedger } from "../../ledger/ledger.ts";
import type { ChangedGrant } from "../../report/diff-page.ts";
import { type BetweenReviews, changesBetween, type GrantChange } from "../../review/grants/diff.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { Stage } from "../../review/stage.ts";
import { betweenSnapshots } from "./between-reviews.ts";

/** The grants that appeared, vanished, changed or came back between two reviews of a source, in the order of their ids. */
export async function* diffReviews(
  { store, sourceId }: Pick<Stage, "store" | "sourceId">,
  { from, to }: { from: string; to: string },
): AsyncGenerator<ChangedGrant> {
  const keyOf = ({ id }: Grant): string => id;
  const streams = await Promise.all(
    [from, to].map(async (review) => {
      const stored = await loadSnapshot({ store, sourceId, review });
      if (!stored) throw new Error(`Cannot compare as ${sourceId} ${review} has no snapshot.json`);
      return { stream: grantBatchesOf(store, stored.snapshot), keyOf };
    }),
  );
  const revoked = await openLedger(store, sourceId).revocationsBefore(to);
  const revocations = new Map(revoked.map(({ grantId, review, at }) => [grantId, { review, at }]));
  for await (const pairs of joinSorted(streams[0]!, streams[1]!)) {
    for (const [before, after] of pairs) {
      const changes = changesBetween(before, after);
      const grant = after ?? before;
      const revokedBy = (after && isGivenAgain(changes) && revocations.get(after.id)) || null;
      if (revokedBy) changes.push("came-back");
      if (grant && changes.length > 0) yield { grant, before, after, changes, revoked: revokedBy };
    }
  }
}

/** What events said between two reviews of a source, but for what reviews and sweeps removed; null where there is nothing to say. */
export async function driftBetween(
  { store, sourceId }: Pick<Stage, "store" | "sourceId">,
  { from, to }: { from: string; to: string },
): Promise<BetweenReviews | null> {
  const ledger = openLedger(store, sourceId);
  const [before, after] = await Promise.all([from, to].map((review) => loadSnapshot({ store, sourceId, review })));
  if (!before || !after) return null;
  const asOf = "9999-12-31T23:59:59Z";
  return await betweenSnapshots(
    { store, sourceId, ledger },
    { previous: before.snapshot, snapshot: after.snapshot, asOf },
  );
}

/** The names of departments by id, from the snapshots of both reviews; where both have a name, the later review's. */
export async function departmentNamesOf(
  { store, sourceId }: Pick<Stage, "store" | "sourceId">,
  { from, to }: { from: string; to: string },
): Promise<Record<string, string>> {
  const names: Record<string, string> = {};
  for (const review of [from, to]) {
    const stored = await loadSnapshot({ store, sourceId, review });
    if (!stored) continue;
    const { departmentNames } = await responsibleBookOf(store, stored.snapshot);
    Object.assign(names, Object.fromEntries(departmentNames));
  }
  return names;
}

function isGivenAgain(changes: GrantChange[]): boolean {
  return changes.includes("appeared") || changes.includes("given-anew");
}
