import { changesBetween, type GrantChange } from "../review/diff.ts";
import type { Grant } from "../review/grant.ts";
import { joinSorted } from "../review/sorted.ts";
import type { Stage } from "./stage.ts";
import { grantsOf, loadSnapshot } from "./stored-grants.ts";

/** One grant that is not as it was: how it changed, and the grant as the later review has it (the earlier, if it vanished). */
export type ChangedGrant = { grant: Grant; changes: GrantChange[] };

/** What appeared, vanished and changed between two reviews of a source, in the order of grant ids. */
export async function* diffReviews(
  { store, sourceId }: Pick<Stage, "store" | "sourceId">,
  { from, to }: { from: string; to: string },
): AsyncGenerator<ChangedGrant> {
  const keyOf = ({ id }: Grant): string => id;
  const streams = await Promise.all(
    [from, to].map(async (review) => {
      const stored = await loadSnapshot(store, sourceId, review);
      if (!stored) throw new Error(`Cannot compare as ${sourceId} ${review} has no snapshot.json`);
      return { stream: grantsOf(store, stored.snapshot), keyOf };
    }),
  );
  for await (const [before, after] of joinSorted(streams[0]!, streams[1]!)) {
    const changes = changesBetween(before, after);
    const grant = after ?? before;
    if (grant && changes.length > 0) yield { grant, changes };
  }
}
