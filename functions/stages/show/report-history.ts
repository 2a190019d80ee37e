import type { BadDecisionFile, RecordedDecision } from "../../ledger/decisions.ts";
import { previousEvidence, previousSnapshot } from "../../ledger/ledger.ts";
import { type Receipts, readReceipts } from "../../ledger/receipts.ts";
import type { ChangesSincePrevious, GrantHistory, PastDecision } from "../../report/review-view.ts";
import { changesBetween, type GrantChange } from "../../review/grants/diff.ts";
import type { Grant } from "../../review/grants/grant.ts";
import type { Snapshot } from "../../review/grants/snapshot.ts";
import { reviewKeys } from "../../review/keys.ts";
import type { Stage } from "../../review/stage.ts";

/** What a report says of the time before its review: of one grant after the other, and then of the source as a whole. */
export type ReportHistory = {
  /** The snapshot to compare with; null where there is none. */
  previous: Snapshot | null;
  /** To be told of every grant of both snapshots. Gives null where nothing is known of it but the date of first sight. */
  compare(present: Grant | null, past: Grant | null): GrantHistory | null;
  badDecisionFiles: BadDecisionFile[];
  /** What all of that came to. */
  changes(): ChangesSincePrevious;
};

/** Gathers earlier removals and the decisions that the assessment took in, and is ready to compare with the previous snapshot. */
export const openReportHistory = async (
  stage: Stage,
  { snapshot, assessment }: { snapshot: Snapshot; assessment: string },
): Promise<ReportHistory> => {
  const { store, sourceId, review } = stage;
  const previous = await previousSnapshot(store, { source: sourceId, review, origin: snapshot.origin });
  const past = previous ? await readReceipts(store, sourceId, previous.review) : null;
  const removals = await removalsBefore(stage, previous, past);
  const { decisions, badDecisionFiles } = await decisionsOf(stage, assessment);
  const counts: Partial<Record<GrantChange, number>> = {};
  return {
    previous,
    badDecisionFiles,
    compare(present, before) {
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
};

type Removals = Map<string, GrantHistory["removals"]>;

type Difference = Pick<GrantHistory, "changes" | "movedFrom">;

const sameAsBefore: Difference = { changes: [], movedFrom: null };

const differenceOf = (present: Grant | null, past: Grant | null, removals: Removals): Difference => {
  const changes = changesBetween(past, present);
  if (!past && present && wasRevoked(removals.get(present.id))) changes.push("came-back");
  const movedFrom = changes.includes("moved") ? (past?.holder.departmentId ?? null) : null;
  return { changes, movedFrom };
};

const wasRevoked = (removals: GrantHistory["removals"] | undefined): boolean =>
  removals?.some(({ outcome }) => outcome === "revoked") ?? false;

/** What earlier reviews took away and nobody put back, and what the previous one tried to in vain. */
const removalsBefore = async (
  { store, sourceId, review }: Stage,
  previous: Snapshot | null,
  past: Receipts | null,
): Promise<Removals> => {
  const evidence = await previousEvidence(store, sourceId, review);
  const removals: Removals = new Map();
  const add = (grantId: string, removal: GrantHistory["removals"][number]): void => {
    removals.set(grantId, [...(removals.get(grantId) ?? []), removal]);
  };
  for (const { grantId, review: by, at } of evidence?.evidence.revocations ?? []) {
    add(grantId, { review: by, outcome: "revoked", at });
  }
  for (const { grantId, outcome, at } of past?.outcomes.values() ?? []) {
    if (previous && outcome !== "revoked") add(grantId, { review: previous.review, outcome, at });
  }
  return removals;
};

const removedBy = ({ intents, outcomes }: Receipts): ChangesSincePrevious["removedByPrevious"] =>
  [...outcomes.values()]
    .filter(({ outcome }) => outcome === "revoked")
    .map(({ grantId, at }) => {
      const grant = intents.get(grantId)?.grant;
      return { grantId, holderName: grant?.holder.name ?? null, roleName: grant?.role.name ?? null, at };
    })
    .sort((a, b) => (a.grantId < b.grantId ? -1 : 1));

type Decided = { decisions: Map<string, PastDecision[]>; badDecisionFiles: BadDecisionFile[] };

/** By grant id, oldest first, those that do not count too: an assessment keeps every decision it read. */
const decisionsOf = async ({ store, sourceId, review }: Stage, assessment: string): Promise<Decided> => {
  const stored = await store.get(reviewKeys(sourceId, review).assessment(assessment).decisions);
  const lines = stored
    ? new TextDecoder()
        .decode(stored.body)
        .split("\n")
        .filter((line) => line !== "")
    : [];
  const read = lines.map((line) => JSON.parse(line) as RecordedDecision | BadDecisionFile);
  const recorded = read.filter((line) => "grantId" in line);
  const badDecisionFiles = read.filter((line) => !("grantId" in line)) as BadDecisionFile[];
  recorded.sort((a, b) => (a.decidedAt < b.decidedAt ? -1 : a.decidedAt > b.decidedAt ? 1 : 0));
  const byGrant = new Map<string, PastDecision[]>();
  for (const { grantId, file: _file, fileSha256: _sha256, fileVersion: _version, ...decision } of recorded) {
    byGrant.set(grantId, [...(byGrant.get(grantId) ?? []), decision]);
  }
  return { decisions: byGrant, badDecisionFiles };
};
