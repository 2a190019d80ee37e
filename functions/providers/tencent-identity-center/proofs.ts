import type { GrantEntry } from "../../review/grants/grant.ts";
import type { Check } from "../../review/grants/snapshot.ts";
import type { Sample } from "../../review/ports.ts";
import type { ReadGrantsOf } from "./grants-now.ts";

/** Reads sampled holders again, each by itself: they hold nothing that the listing did not show. */
export async function proveByHolder(readGrantsOf: ReadGrantsOf, sample: Sample): Promise<Check> {
  const name = "sample-by-holder";
  const holderIds = Object.keys(sample.rolesByHolder);
  if (holderIds.length === 0) return { name, passed: true, detail: "no holder was sampled: nothing to compare" };
  const entries = await readGrantsOf(holderIds);
  const missed = entries.filter(
    (entry) => !sample.rolesByHolder[entry.holderId]?.includes(entry.role.id) && !isGivenSince(entry, sample.startedAt),
  );
  const compared = `${holderIds.length} holders read again one by one show ${entries.length} grants`;
  const names = missed.map(({ holderId, role }) => `${holderId} with ${role.id}`).join(", ");
  return {
    name,
    passed: missed.length === 0,
    detail: missed.length === 0 ? `${compared}, none of them missed` : `${compared}; the listing missed ${names}`,
  };
}

// The provider's dates have whole seconds.
const isGivenSince = ({ grantedAt }: GrantEntry, startedAt: string): boolean =>
  grantedAt !== null && Date.parse(grantedAt) + 1000 > Date.parse(startedAt);
