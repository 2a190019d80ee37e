import { recordedDecisions } from "../../ledger/decisions.ts";
import { grantsOfRoles, loadSnapshot } from "../../ledger/grants.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import { newestPlan } from "../../ledger/plans.ts";
import { readReceipts } from "../../ledger/receipts.ts";
import type { Holder } from "../../review/grants/grant.ts";
import type { ConflictBasis } from "../../review/grants/snapshot.ts";
import { reviewKeys } from "../../review/keys.ts";
import { type HeldRoles, openRoleSides, rolesAcross } from "../../review/rules/conflicts.ts";
import { decisionFacts, newestByGrant } from "../../review/rules/decision.ts";

/** The people who have a grant of a source, each by every name: the id there, and the person whom the authority knows. */
export type PeopleOf = (holder: Holder, source: string) => string[];

/** Takes the roles that people hold by these snapshots. What the other review removed since is no longer held. */
export async function noteHeldElsewhere(
  { store, sourceId, policy }: AtWork,
  { against }: ConflictBasis,
  { held, peopleOf, now }: { held: HeldRoles; peopleOf: PeopleOf; now: string },
): Promise<void> {
  const conflicts = (policy.conflicts ?? []).map((conflict) => ({
    ...conflict,
    between: conflict.between.some((lists) => lists.some(({ source }) => source === sourceId)) ? conflict.between : [],
  }));
  const sidesOf = openRoleSides(conflicts);
  for (const { source, review, snapshotSha256 } of against) {
    const place = { store, sourceId: source, review };
    const stored = await loadSnapshot(place);
    if (stored?.snapshotSha256 !== snapshotSha256)
      throw new Error(`Cannot judge conflicts as ${store.locate(reviewKeys(source, review).snapshot)} was changed`);
    const [decided, { outcomes, restored }] = [await decidedIn(place), await readReceipts(place)];
    const named = new Set(rolesAcross(source, policy, sourceId));
    for await (const grant of grantsOfRoles(store, stored.snapshot, named)) {
      const sides = sidesOf(source, grant.role)!;
      const outcome = outcomes.get(grant.id)?.outcome;
      const isGone = (outcome === "revoked" || outcome === "already-gone") && !restored.has(grant.id);
      if (isGone) continue;
      const { id: grantId, holder, role, grantedAt, firstSeenAt } = grant;
      const facts = decisionFacts(decided.get(grantId), { grantThen: grant, grantNow: grant, now });
      held.note(peopleOf(holder, source), {
        source,
        review,
        grantId,
        holderId: holder.id,
        role,
        since: grantedAt ?? firstSeenAt,
        sides,
        revokedAt: facts.revoke ? facts.decidedAt : null,
      });
    }
  }
}

/** The newest decisions on the grants of a review, as its newest assessment has them. */
async function decidedIn(place: Parameters<typeof newestPlan>[0]): Promise<ReturnType<typeof newestByGrant>> {
  const plan = await newestPlan(place);
  const { decisions } = plan ? await recordedDecisions(place, plan) : { decisions: [] };
  return newestByGrant(decisions.filter(({ review, fault }) => review === place.review && fault === null));
}
