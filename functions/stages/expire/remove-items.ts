import { type GrantFacts, openGrantFacts } from "../../facts/grant-facts.ts";
import { openPeopleAnew } from "../../facts/people-anew.ts";
import { atProvider, type Lease } from "../../ledger/lease.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import type { LoadedPlan } from "../../ledger/plans.ts";
import { type Receipts, removedSince } from "../../ledger/receipts.ts";
import { isSameOrigin, type Origin } from "../../review/grants/snapshot.ts";
import { isNarrowing, type Plan, type PlanItem } from "../../review/plan/plan.ts";
import { openExpireState } from "../removal/under-way.ts";
import { narrowItems } from "./narrower.ts";
import { type DueItem, openRevoker, type Revoker } from "./revoker.ts";
import { type OnDecisions, openStillDue } from "./still-due.ts";

type Removing = { stage: AtWork; loaded: LoadedPlan; sourceLease: Lease };

type Due = {
  items: PlanItem[];
  receipts: Receipts;
  onDecisions: OnDecisions;
};

/** Removes the due items of a plan: true once every item was dealt with and read back; false where the deadline came first. */
export async function removeItems(
  { stage, loaded, sourceLease }: Removing,
  { items, receipts, onDecisions }: Due,
): Promise<boolean> {
  const { state, save } = await openExpireState(stage, receipts.intents);
  const known = await openGrantFacts(stage, loaded.snapshot, [...loaded.policy.rules, ...stage.policy.rules]);
  const due = await withGrants(loaded.plan, known, items);
  return await atProvider({ stage, open: stage.openRemover, sourceLease }, async ({ source, lease }) => {
    refuseOtherOrigin(source.origin, loaded);
    const { policy, askedAt } = loaded;
    const people = openPeopleAnew(stage, { known: loaded.plan.authority, source, goOn: lease.goOn });
    const checkStillDue = openStillDue(stage, {
      source,
      policy,
      askedAt,
      known,
      onDecisions,
      people,
    });
    const { planHash } = loaded.plan;
    const sweptBy = async () =>
      removedSince(stage, await stage.ledger.sweepsBeside(stage.review), loaded.snapshot.takenAt);
    const context = { stage, source, lease, checkStillDue, state, planHash, receipts, save, sweptBy };
    const revoker = openRevoker(context);
    // What was begun is ended as it was begun, whatever a newer plan says of the grant.
    const narrows = ({ item }: DueItem): boolean => {
      const intent = receipts.intents.get(item.grantId);
      return intent ? intent.keep !== undefined : isNarrowing(item);
    };
    const begun = due.filter(({ item }) => state.tasks[item.grantId]);
    for (const each of begun) {
      const { grantId } = each.item;
      revoker.awaitTask(each, receipts.intents.get(grantId)?.grant ?? each.grant, state.tasks[grantId]!);
    }
    try {
      const removals = due.filter((each) => !begun.includes(each) && !narrows(each));
      const isThrough = await removeInBatches({ stage, revoker, due: removals, save });
      const report = (items: number): void => stage.progress({ stage: "expire", counts: { narrowed: items } });
      const narrowed = { ...context, shouldStop: stage.shouldStop, report };
      return isThrough && (await narrowItems(narrowed, due.filter(narrows)));
    } finally {
      await people.close();
    }
  });
}

/** A grant that another host or app does not show is not gone: the ids of one host and app say nothing to another. */
function refuseOtherOrigin(origin: Origin, { plan, snapshot }: LoadedPlan): void {
  if (isSameOrigin(origin, snapshot.origin)) return;
  throw new Error(
    `Cannot act on plan ${plan.planHash} as it was made from ${snapshot.origin.host} as ${snapshot.origin.account}, and the source is ${origin.host} as ${origin.account} now: start a new review`,
  );
}

type Batches = { stage: AtWork; revoker: Revoker; due: DueItem[]; save: () => Promise<void> };

/** True once every due item was dealt with and read back; false where the deadline came first. */
async function removeInBatches({ stage, revoker, due, save }: Batches): Promise<boolean> {
  const report = (items: number): void =>
    stage.progress({ stage: "expire", counts: { items }, share: due.length === 0 ? 1 : items / due.length });
  try {
    report(0);
    let waiting = due;
    while (waiting.length > 0) {
      if (!(await revoker.untilReady(stage.shouldStop))) return false;
      const unsent = await revoker.revoke(waiting.slice(0, revoker.batchSize));
      waiting = [...unsent, ...waiting.slice(revoker.batchSize)];
      report(due.length - waiting.length);
    }
    return await revoker.finish(stage.shouldStop);
  } finally {
    await save();
  }
}

async function withGrants({ planHash }: Plan, known: GrantFacts, items: PlanItem[]): Promise<DueItem[]> {
  const itemById = new Map(items.map((item) => [item.grantId, item]));
  const dueById = new Map<string, DueItem>();
  for await (const pairs of known.grants()) {
    for (const [grant, before] of pairs) {
      const item = itemById.get(grant.id);
      if (item) dueById.set(grant.id, { item, grant, before });
    }
  }
  return items.map(({ grantId }) => {
    const due = dueById.get(grantId);
    if (!due) throw new Error(`Cannot act on plan ${planHash} as its item ${grantId} is not in the snapshot`);
    return due;
  });
}
