import { epochMs } from "../../basics/time.ts";
import { type RecordedDecision, recordedDecisions } from "../../ledger/decisions.ts";
import { grantsOf } from "../../ledger/grants.ts";
import type { AtWork } from "../../ledger/ledger.ts";
import { type Receipts, readReceipts } from "../../ledger/receipts.ts";
import type { ChangesSincePrevious, GrantHistory, PastDecision } from "../../report/review-view.ts";
import { changesBetween, type GrantChange } from "../../review/grants/diff.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { isSweep } from "../../review/keys.ts";
import type { Plan } from "../../review/plan/plan.ts";
import type { BadDecisionFile } from "../../review/rules/decided.ts";

/** The history that a report tells: of one grant after the other, and then of the source as a whole. */
export type ReportHistory = {
  /** The snapshot that the report compares with; null where there is none. */
  previous: Snapshot | null;
  /** Must be called for every grant of both snapshots. Gives null where nothing is known of the grant but when it was first seen. */
  compare(present: Grant | null, past: Grant | null): GrantHistory | null;
  badDecisionFiles: BadDecisionFile[];
  /** The totals of all comparisons. */
  changes(): ChangesSincePrevious;
};

/** Reads the removals of earlier reviews and the decisions that the plan's assessment took in. */
export async function openReportHistory(
  stage: AtWork,
  { snapshot, plan }: { snapshot: Snapshot; plan: Plan },
): Promise<ReportHistory> {
  const { ledger, review } = stage;
  const previous = await ledger.snapshotBefore(review, snapshot.origin);
  const past = previous ? await readReceipts({ ...stage, review: previous.review }) : null;
  const removals = await removalsBefore(stage, previous, past);
  const recorded = await recordedDecisions(stage, plan);
  const decisions = decisionsByGrant(recorded.decisions);
  const isWhole = await wholeHoldersOf(stage, snapshot);
  const counts: Partial<Record<GrantChange, number>> = {};
  return {
    previous,
    badDecisionFiles: recorded.badFiles,
    compare(present, before) {
      if (!present && before && !isWhole(before)) return null;
      const difference = previous ? differenceOf(present, before, removals) : sameAsBefore;
      for (const change of difference.changes) counts[change] = (counts[change] ?? 0) + 1;
      if (!present) return null;
      const [removed, decided] = [removals.get(present.id) ?? [], decisions.get(present.id) ?? []];
      const isSilent = difference.changes.length + removed.length + decided.length === 0;
      return isSilent ? null : { ...difference, removals: removed, decisions: decided };
    },
    changes() {
      const { appeared = 0, vanished = 0, ...changed } = counts;
      if (!previous || !past) return { previousReview: null, removedByPrevious: [], appeared: 0, vanished: 0 };
      return { previousReview: previous.review, removedByPrevious: removedBy(past), appeared, vanished, changed };
    },
  };
}

/**
 * Whose grants a snapshot shows whole: everybody's, or, as a sweep reads some holders alone, those of whoever has a grant in the
 * sweep. Of anybody else a grant that a sweep does not show is not gone: nobody looked.
 */
async function wholeHoldersOf({ store, review }: AtWork, snapshot: Snapshot): Promise<(grant: Grant) => boolean> {
  if (!isSweep(review)) return () => true;
  const holders = new Set<string>();
  for await (const { holder } of grantsOf(store, snapshot)) holders.add(holder.id);
  return ({ holder }) => holders.has(holder.id);
}

type Removals = Map<string, GrantHistory["removals"]>;

type Difference = Pick<GrantHistory, "changes" | "movedFrom">;

const sameAsBefore: Difference = { changes: [], movedFrom: null };

function differenceOf(present: Grant | null, past: Grant | null, removals: Removals): Difference {
  const changes = changesBetween(past, present);
  if (!past && present && wasRevoked(removals.get(present.id))) changes.push("came-back");
  const movedFrom = changes.includes("moved") ? (past?.holder.departmentId ?? null) : null;
  return { changes, movedFrom };
}

function wasRevoked(removals: GrantHistory["removals"] | undefined): boolean {
  return removals?.some(({ outcome }) => outcome === "revoked") ?? false;
}

/** The removals by earlier reviews that nobody put back, and those that the previous review tried in vain. */
async function removalsBefore(
  { ledger, review }: AtWork,
  previous: Snapshot | null,
  past: Receipts | null,
): Promise<Removals> {
  const removals: Removals = new Map();
  const add = (grantId: string, removal: GrantHistory["removals"][number]): void => {
    removals.set(grantId, [...(removals.get(grantId) ?? []), removal]);
  };
  for (const { grantId, review: by, at } of await ledger.revocationsBefore(review)) {
    add(grantId, { review: by, outcome: "revoked", at });
  }
  for (const { grantId, outcome, at } of past?.outcomes.values() ?? []) {
    if (previous && outcome !== "revoked") add(grantId, { review: previous.review, outcome, at });
  }
  return removals;
}

function removedBy({ intents, outcomes }: Receipts): ChangesSincePrevious["removedByPrevious"] {
  return [...outcomes.values()]
    .filter(({ outcome }) => outcome === "revoked")
    .map(({ grantId, at }) => {
      const grant = intents.get(grantId)?.grant;
      return { grantId, holderName: grant?.holder.name ?? null, roleName: grant?.role.name ?? null, at };
    })
    .sort((a, b) => (a.grantId < b.grantId ? -1 : 1));
}

/** By grant id, oldest first, those that do not count too. */
function decisionsByGrant(recorded: RecordedDecision[]): Map<string, PastDecision[]> {
  recorded.sort((a, b) => epochMs(a.decidedAt) - epochMs(b.decidedAt));
  const byGrant = new Map<string, PastDecision[]>();
  for (const { grantId, review, decision, until, reviewer, reason, decidedAt, fault, ...from } of recorded) {
    const { provenBy, decidedAs = [], seen } = from;
    const told: PastDecision = {
      review,
      decision,
      until,
      reviewer,
      reason,
      decidedAt,
      fault,
      provenBy: provenBy ? "signed in" : "file",
      decidedAs,
      ...(seen ? { seen } : {}),
    };
    const known = byGrant.get(grantId);
    if (known) known.push(told);
    else byGrant.set(grantId, [told]);
  }
  return byGrant;
}
