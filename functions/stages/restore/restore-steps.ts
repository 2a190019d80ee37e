import { type Gone, goneSince } from "../../facts/gone-since.ts";
import type { AtProvider } from "../../ledger/lease.ts";
import type { ProvedRemoval, Removals } from "../../ledger/proved-removals.ts";
import { scopesGrew } from "../../review/grants/grant-comparison.ts";
import { isSameOrigin } from "../../review/grants/snapshot.ts";
import type { Stage } from "../../review/stage.ts";
import { narrowedBy } from "../removal/narrowed.ts";
import { readPresent } from "../removal/presence.ts";

/**
 * How one removal or narrowing is undone. `add`: the grant is given again; a narrowed one gets the scopes that it had. `already-there`: the grant is back, with at least the scopes it
 * had. `needs-naming`: the grant is back with other scopes, or a narrowed one has other scopes than were left, or is gone; the removed
 * scopes are added only where the request names the grant.
 * `left-since`: the holder has left, or was disabled, since the removal, by the source itself or by the one that says who people
 * are: given again only where the request names the grant. `person-unread`: as that source could not be asked, the same.
 * `unrestorable`: no call gives the grant back as it was; where the request names the grant, the provider does what it can, and
 * the answer says what differs. `removed-since`: a receipt says that the grant was put back before, and it is gone.
 */
export type RestoreStep = {
  grantId: string;
  step: "add" | "already-there" | "needs-naming" | "left-since" | "person-unread" | "unrestorable" | "removed-since";
};

/** A stage at its provider. */
export type Looking = AtProvider & { stage: Stage };

/** The ids of one host or app say nothing to another. */
function refuseOtherOrigin({ sourceId, review }: Stage, { origin }: Looking["source"], { snapshot }: Removals): void {
  const reviewed = snapshot?.origin;
  if (reviewed && isSameOrigin(reviewed, origin)) return;
  throw new Error(
    `Cannot restore as ${sourceId} ${review} reviewed ${reviewed?.host ?? "nothing"} as ${reviewed?.account ?? "nobody"}, and the source is ${origin.host} as ${origin.account} now`,
  );
}

/** What restoring would do with each removal, in their order. Reads the grants and their holders anew. */
export async function stepsOf(looking: Looking, removals: Removals): Promise<RestoreStep[]> {
  const steps: RestoreStep[] = [];
  const { stage, source } = looking;
  const { proved } = removals;
  if (proved.length === 0) return steps;
  refuseOtherOrigin(stage, source, removals);
  const holders = proved.filter(({ restored }) => !restored).map(({ grant }) => grant.holder);
  const gone = await goneSince(stage, { source, goOn: looking.lease.goOn }, holders);
  for (let from = 0; from < proved.length; from += source.grantsPerRead) {
    const batch = proved.slice(from, from + source.grantsPerRead);
    const grants = batch.map(({ grant }) => grant);
    const present = await readPresent(stage, source, grants);
    for (const removal of batch) {
      const { id, holder } = removal.grant;
      steps.push({ grantId: id, step: stepOf(removal, present.get(id), gone.get(holder.id) ?? null) });
    }
  }
  return steps;
}

function stepOf(
  { grant, keep, restored }: ProvedRemoval,
  present: Parameters<typeof narrowedBy>[1],
  gone: Gone | null,
): RestoreStep["step"] {
  if (present && !scopesGrew(present.scopes, grant.scopes)) return "already-there";
  if (restored && !present) return "removed-since";
  if (!grant.restorable) return "unrestorable";
  if (gone) return gone;
  if (keep === null) return present ? "needs-naming" : "add";
  const left = narrowedBy({ grant, keep }, present);
  return (left.kind === "narrowed" || left.kind === "kept-lost") && left.added.length === 0 ? "add" : "needs-naming";
}
