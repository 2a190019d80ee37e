import type { AtProvider } from "../../ledger/lease.ts";
import type { ProvedRemoval, Removals } from "../../ledger/proved-removals.ts";
import { scopesGrew } from "../../review/grants/grant-comparison.ts";
import { isSameOrigin } from "../../review/grants/snapshot.ts";
import type { Reader } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";
import { narrowedBy } from "../removal/narrowed.ts";
import { readPresent } from "../removal/presence.ts";

/**
 * How one removal or narrowing is undone. `add`: the grant is given again; a narrowed one gets the scopes that it had. `already-there`: the grant is back, with at least the scopes it
 * had. `needs-naming`: the grant is back with other scopes, or a narrowed one has other scopes than were left, or is gone; the removed
 * scopes are added only where the request names the grant.
 * `left-since`: the holder has left, or was disabled, since the removal: given again only where the request names the grant.
 * `unrestorable`: no call gives the grant back as it was; where the request names the grant, the provider does what it can, and
 * the answer says what differs. `removed-since`: a receipt says that the grant was put back before, and it is gone.
 */
export type RestoreStep = {
  grantId: string;
  step: "add" | "already-there" | "needs-naming" | "left-since" | "unrestorable" | "removed-since";
};

/** A stage at its provider. */
export type Looking = AtProvider & { stage: Stage };

/** The ids of one host or app say nothing to another. */
function refuseOtherOrigin({ sourceId, review }: Stage, { origin }: Reader, { snapshot }: Removals): void {
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
  const gone = await holdersGoneSince(source, proved);
  for (let from = 0; from < proved.length; from += source.grantsPerRead) {
    const batch = proved.slice(from, from + source.grantsPerRead);
    const grants = batch.map(({ grant }) => grant);
    const present = await readPresent(stage, source, grants);
    for (const removal of batch) {
      const { id, holder } = removal.grant;
      steps.push({ grantId: id, step: stepOf(removal, present.get(id), gone.has(holder.id)) });
    }
  }
  return steps;
}

/** How far somebody is gone: not at all, disabled, or left; whoever is not shown any more counts as having left. */
function goneness(status: ProvedRemoval["grant"]["holder"]["status"] | undefined): number {
  return status === undefined || status === "left" ? 2 : status === "disabled" ? 1 : 0;
}

/** The holders who have left since their grants were removed, were disabled, or are not shown any more. */
async function holdersGoneSince(source: Reader, proved: readonly ProvedRemoval[]): Promise<Set<string>> {
  const were = new Map<string, number>();
  for (const { grant, restored } of proved) {
    const before = goneness(grant.holder.status);
    if (!restored && before < 2) were.set(grant.holder.id, before);
  }
  const ids = [...were.keys()];
  const gone = new Set<string>();
  for (let from = 0; from < ids.length; from += source.holdersPerRead) {
    const batch = ids.slice(from, from + source.holdersPerRead);
    const holders = await source.readHolders(batch);
    for (const id of batch) if (goneness(holders.get(id)?.status) > were.get(id)!) gone.add(id);
  }
  return gone;
}

function stepOf(
  { grant, keep, restored }: ProvedRemoval,
  present: Parameters<typeof narrowedBy>[1],
  isGone: boolean,
): RestoreStep["step"] {
  if (present && !scopesGrew(present.scopes, grant.scopes)) return "already-there";
  if (restored && !present) return "removed-since";
  if (!grant.restorable) return "unrestorable";
  if (isGone) return "left-since";
  if (keep === null) return present ? "needs-naming" : "add";
  const left = narrowedBy({ grant, keep }, present);
  return (left.kind === "narrowed" || left.kind === "kept-lost") && left.added.length === 0 ? "add" : "needs-naming";
}
