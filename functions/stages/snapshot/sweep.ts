import { dateAt, dayMs, epochMs } from "../../basics/time.ts";
import { grantBatchesOf, loadSnapshot } from "../../ledger/grants.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import { newestPlan } from "../../ledger/plans.ts";
import { readOutcomesOf } from "../../ledger/receipts.ts";
import { sayCheck } from "../../review/grants/say-check.ts";
import { type Check, isSameOrigin, type Snapshot } from "../../review/grants/snapshot.ts";
import type { Reader, SweepAsked } from "../../review/ports.ts";
import type { SweepState } from "./snapshot-state.ts";

/** A last day is often entered late: a sweep looks back so far beyond the last review or sweep. */
const overlapMs = 7 * dayMs;

/** So many known leavers are a proof that the search shows people who left; they are one call. */
const knownAtMost = 100;

/** Whether a sweep keeps the grants of a holder: nothing changed of whoever works here. */
export function isSweptHolder({ status }: { status: string }): boolean {
  return status !== "active" && status !== "leaving";
}

/** What a sweep asks for: the named holders alone, else whoever left since the last look, and whom earlier looks left with something. */
export async function beginSweep(stage: AtWork, previous: Snapshot): Promise<SweepState> {
  const asked = stage.holders ? askedByName(stage.holders) : await askedSince(stage, previous);
  return { ...asked, unshown: [...asked.knownLeavers], departed: 0, asked: 0, unanswered: [] };
}

function askedByName(holders: readonly string[]): SweepAsked {
  return { period: null, knownLeavers: [], holders: [...new Set(holders)] };
}

async function askedSince(stage: AtWork, previous: Snapshot): Promise<SweepAsked> {
  const { policy, clock, ledger, review } = stage;
  const looks = await ledger.reviewAndSweeps(previous.review, review);
  const snapshots: Snapshot[] = [];
  for (const look of looks) {
    const snapshot = (await loadSnapshot({ ...stage, review: look }))?.snapshot;
    if (snapshot?.complete && isSameOrigin(snapshot.origin, previous.origin)) snapshots.push(snapshot);
  }
  // A sweep of named holders looked for nobody else.
  const last = snapshots.findLast(({ sweep }) => sweep?.period !== null) ?? previous;
  const { lastDays, holding } = await knownHolders(stage, snapshots, looks);
  const newestFirst = [...lastDays].sort(([a, day], [b, other]) =>
    day === other ? (a < b ? -1 : 1) : day < other ? 1 : -1,
  );
  return {
    period: {
      from: dateAt(epochMs(last.startedAt) - overlapMs, policy.timezone),
      until: dateAt(clock.now(), policy.timezone),
    },
    knownLeavers: newestFirst.slice(0, knownAtMost).map(([id]) => id),
    holders: [...new Set([...holding, ...policy.guard.canaries.map(({ holder }) => holder)])].sort(),
  };
}

/**
 * Of the holders who had left or were disabled: their last days, and who of them may still hold something that nobody has looked
 * at. What a guard or a decision holds is the next review's: a sweep would tell the same every day.
 */
async function knownHolders({ store, sourceId }: AtWork, snapshots: readonly Snapshot[], looks: readonly string[]) {
  const settled = new Set<string>();
  for (const { outcomes } of await readOutcomesOf({ store, sourceId }, looks)) {
    for (const { grantId, outcome } of outcomes.values()) if (outcome === "revoked") settled.add(grantId);
  }
  for (const look of looks) {
    const items = (await newestPlan({ store, sourceId, review: look }))?.items ?? [];
    for (const { grantId, hold } of items) if (hold) settled.add(grantId);
  }
  const [lastDays, holding] = [new Map<string, string>(), new Set<string>()];
  for (const snapshot of snapshots) {
    for await (const grants of grantBatchesOf(store, snapshot)) {
      for (const { id, holder } of grants) {
        if (!isSweptHolder(holder) || holder.status === "unknown") continue;
        if (holder.status === "left") lastDays.set(holder.id, holder.lastDay ?? "");
        if (!settled.has(id)) holding.add(holder.id);
      }
    }
  }
  return { lastDays, holding };
}

/** The source without what a sweep does not ask for: names of scopes are those of the previous review. */
export function forSweep(source: Reader): Reader {
  return { ...source, nameScopes: async (scopes) => scopes };
}

/** The proofs of a sweep's reading: whoever was asked for was answered, and the search shows those who are known to have left. */
export async function proveSweep(source: Reader, sweep: SweepState): Promise<Check[]> {
  const { period, knownLeavers, unshown, departed, asked, unanswered } = sweep;
  const name = "everybody-answered";
  const answered =
    unanswered.length === 0
      ? sayCheck(name, true, "everybody-answered", { asked })
      : sayCheck(name, false, "somebody-unanswered", { asked, unanswered: unanswered.join(", ") });
  if (period === null) return [answered];
  // Not everybody who left has a record of a departure: of the others their facts tell that the app sees them.
  const facts = unshown.length > 0 ? await source.readHolders([...unshown]) : new Map<string, { status: string }>();
  const hidden = unshown.filter((id) => (facts.get(id)?.status ?? "unknown") === "unknown");
  const gone = unshown.filter((id) => facts.get(id)?.status === "left");
  return [answered, shownCheck({ known: knownLeavers.length, departed, hidden, gone: gone.length })];
}

type Shown = { known: number; departed: number; hidden: string[]; gone: number };

function shownCheck({ known, departed, hidden, gone }: Shown): Check {
  const name = "known-leavers-shown";
  if (hidden.length > 0) return sayCheck(name, false, "leavers-hidden", { known, hidden: hidden.join(", ") });
  if (departed === 0 && gone > 0) return sayCheck(name, false, "departures-unshown", { known });
  return sayCheck(name, true, "known-leavers-shown", { known, departed });
}
