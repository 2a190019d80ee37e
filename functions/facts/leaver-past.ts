import { grantBatchesOf, loadSnapshot, type StoredSnapshot } from "../ledger/grants.ts";
import { type AtWork, readEvidence } from "../ledger/ledger.ts";
import { loadApproval, newestPlan } from "../ledger/plans.ts";
import { readOutcomes } from "../ledger/receipts.ts";
import { isSweep } from "../review/keys.ts";
import {
  type EarlierTry,
  hoursOf,
  type LeaverBasis,
  type LeaverLook,
  lateEntryOf,
  leaverFigures,
  leaversOf,
} from "../review/proof/leavers.ts";

type Snapshot = StoredSnapshot["snapshot"];
type Plan = NonNullable<Awaited<ReturnType<typeof newestPlan>>>;
type Grant = Parameters<typeof lateEntryOf>[0];
type Outcomes = LeaverBasis["outcomes"];

/**
 * Gives the function that adds to a leaver's grant after which look the last day was entered, where it was entered late. `reviews`:
 * the previous review and the sweeps since. The sweeps are read once somebody has left.
 */
export function openLateEntries(
  stage: AtWork,
  { previous, reviews }: { previous: Snapshot | null; reviews: readonly string[] },
): (grant: Grant, then: Grant | null) => Promise<Grant> {
  const { timezone } = stage.policy;
  let sweeps: LeaverLook[] | null = null;
  return async (grant, then) => {
    if (!previous || grant.holder.status !== "left") return grant;
    sweeps ??= await leaverLooks(stage, reviews, previous);
    const before = then && { grant: then, review: previous.review, takenAt: previous.takenAt };
    return { ...grant, ...lateEntryOf(grant, before, { sweeps, timezone }) };
  };
}

/** Those of these reviews that are sweeps which searched for last days, in the order given, with the grants that each showed. */
async function leaverLooks(
  { store, sourceId }: AtWork,
  reviews: readonly string[],
  { origin }: Snapshot,
): Promise<LeaverLook[]> {
  const looks: LeaverLook[] = [];
  for (const review of reviews.filter(isSweep)) {
    const snapshot = (await loadSnapshot({ store, sourceId, review }))?.snapshot;
    const period = snapshot?.sweep?.period;
    if (!snapshot?.complete || !period) continue;
    if (snapshot.origin.host !== origin.host || snapshot.origin.account !== origin.account) continue;
    const grantIds = new Set<string>();
    for await (const grants of grantBatchesOf(store, snapshot)) for (const { id } of grants) grantIds.add(id);
    looks.push({ review, takenAt: snapshot.takenAt, period, grantIds });
  }
  return looks;
}

/** What a review's leavers are judged by. `outcomes`: by grant id, as far as they are to be told. */
export type Removed = { snapshot: Snapshot; plan: Plan; outcomes: Outcomes; withinHours: number };

/** Everybody who left and lost something by this review or sweep, and why whoever kept it for too long did. */
export async function readLeavers(stage: AtWork, { snapshot, plan, outcomes, withinHours }: Removed) {
  const { items, createdAt, planHash } = plan;
  const late = [...outcomes.values()].filter(({ leaverHours = 0 }) => leaverHours > withinHours);
  const earlier = await earlierTries(stage, snapshot, new Set(late.map(({ grantId }) => grantId)));
  const approvedAt = late.length > 0 ? ((await loadApproval(stage, planHash))?.at ?? null) : null;
  const { takenAt } = snapshot;
  return leaversOf({ items, outcomes, withinHours, createdAt, takenAt, approvedAt, earlier });
}

/** What evidence says of leavers: their figures, and the hours of each, ascending; nothing where nobody who left lost anything. */
export async function leaversSealed(stage: AtWork, removed: Omit<Removed, "withinHours">) {
  const { removeWithinHours: withinHours = 24 } = stage.policy;
  const leavers = await readLeavers(stage, { ...removed, withinHours });
  const figures = leaverFigures(leavers, withinHours);
  return figures ? { leavers: { ...figures, hours: hoursOf(leavers) } } : {};
}

/** What reviews and sweeps since the previous review made of these grants: of each the first that found it. */
async function earlierTries(
  { store, sourceId, ledger }: AtWork,
  { review, origin }: Snapshot,
  grantIds: ReadonlySet<string>,
): Promise<Map<string, EarlierTry>> {
  const tries = new Map<string, EarlierTry>();
  const previous = grantIds.size > 0 ? await ledger.snapshotBefore(review, origin) : null;
  if (!previous) return tries;
  for (const look of await ledger.reviewAndSweeps(previous.review, review)) {
    const place = { store, sourceId, review: look };
    const plan = await newestPlan(place);
    const found = (plan?.items ?? []).filter(({ grantId }) => grantIds.has(grantId) && !tries.has(grantId));
    if (!plan || found.length === 0) continue;
    const outcomes = await readOutcomes(place);
    const mode = (await readEvidence(place))?.evidence.mode;
    for (const item of found) {
      const tried = tryOf(item, outcomes.get(item.grantId), { review: look, isTripped: plan.brake.tripped, mode });
      if (tried) tries.set(item.grantId, tried);
    }
  }
  return tries;
}

type Look = { review: string; isTripped: boolean; mode: "report" | "enforce" | undefined };

function tryOf(
  { hold }: Pick<Plan["items"][number], "hold">,
  outcome: ReturnType<Outcomes["get"]>,
  { review, isTripped, mode }: Look,
): EarlierTry | null {
  if (outcome) return { code: "leaver-tried-before", figures: { review, outcome: outcome.outcome } };
  const by = hold?.by ?? (isTripped ? "brake" : mode === "report" ? "report-mode" : null);
  return by === null ? null : { code: "leaver-held-before", figures: { review, by } };
}
