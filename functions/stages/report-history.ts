import type { ChangesSincePrevious, GrantHistory, PastDecision } from "../report/review-view.ts";
import { changesBetween, type GrantChange } from "../review/diff.ts";
import type { Grant } from "../review/grant.ts";
import { reviewKeys } from "../review/keys.ts";
import type { Snapshot } from "../review/snapshot.ts";
import { joinSorted } from "../review/sorted.ts";
import type { RecordedDecision } from "./decisions-in-force.ts";
import { previousEvidence, previousSnapshot } from "./earlier-reviews.ts";
import { type Receipts, readReceipts } from "./receipts.ts";
import type { Stage } from "./stage.ts";
import { grantsOf } from "./stored-grants.ts";

/** What a report says of the time before its review: of the source as a whole, and of one grant. */
export type ReportHistory = {
  changes: ChangesSincePrevious;
  /** Null where nothing is known but the date of first sight. */
  of(grantId: string): GrantHistory | null;
};

/** Compares with the previous snapshot, and gathers earlier removals and the decisions that the assessment took in. */
export const readReportHistory = async (
  stage: Stage,
  { snapshot, assessment }: { snapshot: Snapshot; assessment: string },
): Promise<ReportHistory> => {
  const { store, sourceId, review } = stage;
  const previous = await previousSnapshot(store, { source: sourceId, review, origin: snapshot.origin });
  const removals = await removalsBefore(stage, previous);
  const decisions = await decisionsOf(stage, assessment);
  const none: ChangesSincePrevious = { previousReview: null, removedByPrevious: [], appeared: 0, vanished: 0 };
  const compared = previous ? await compare(stage, { snapshot, previous, removals }) : null;
  return {
    changes: compared?.changes ?? none,
    of: (grantId) => {
      const { changes = [], movedFrom = null } = compared?.byGrant.get(grantId) ?? {};
      const history = {
        changes,
        movedFrom,
        removals: removals.get(grantId) ?? [],
        decisions: decisions.get(grantId) ?? [],
      };
      const isSilent = changes.length + history.removals.length + history.decisions.length === 0;
      return isSilent ? null : history;
    },
  };
};

type Removals = Map<string, GrantHistory["removals"]>;

type Difference = Pick<GrantHistory, "changes" | "movedFrom">;

type Compared = { changes: ChangesSincePrevious; byGrant: Map<string, Difference> };

type Snapshots = { snapshot: Snapshot; previous: Snapshot; removals: Removals };

const compare = async (stage: Stage, { snapshot, previous, removals }: Snapshots): Promise<Compared> => {
  const keyOf = ({ id }: Grant): string => id;
  const counts: Partial<Record<GrantChange, number>> = {};
  const byGrant: Compared["byGrant"] = new Map();
  const [now, before] = [grantsOf(stage.store, snapshot), grantsOf(stage.store, previous)];
  for await (const [present, past] of joinSorted({ stream: now, keyOf }, { stream: before, keyOf })) {
    const changes = changesBetween(past, present);
    if (!past && present && wasRevoked(removals.get(present.id))) changes.push("came-back");
    for (const change of changes) counts[change] = (counts[change] ?? 0) + 1;
    const movedFrom = changes.includes("moved") ? (past?.holder.departmentId ?? null) : null;
    if (present && changes.length > 0) byGrant.set(present.id, { changes, movedFrom });
  }
  const { appeared = 0, vanished = 0, ...changed } = counts;
  const removedByPrevious = removedBy(await readReceipts(stage.store, stage.sourceId, previous.review));
  return { changes: { previousReview: previous.review, removedByPrevious, appeared, vanished, changed }, byGrant };
};

const wasRevoked = (removals: GrantHistory["removals"] | undefined): boolean =>
  removals?.some(({ outcome }) => outcome === "revoked") ?? false;

/** What earlier reviews took away and nobody put back, and what the previous one tried to in vain. */
const removalsBefore = async (stage: Stage, previous: Snapshot | null): Promise<Removals> => {
  const { store, sourceId, review } = stage;
  const evidence = await previousEvidence(store, sourceId, review);
  const removals: Removals = new Map();
  const add = (grantId: string, removal: GrantHistory["removals"][number]): void => {
    removals.set(grantId, [...(removals.get(grantId) ?? []), removal]);
  };
  for (const { grantId, review: by, at } of evidence?.evidence.revocations ?? []) {
    add(grantId, { review: by, outcome: "revoked", at });
  }
  const tried = previous ? (await readReceipts(store, sourceId, previous.review)).outcomes : new Map();
  for (const { grantId, outcome, at } of tried.values()) {
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

/** By grant id, oldest first, those that do not count too: an assessment keeps every decision it read. */
const decisionsOf = async (
  { store, sourceId, review }: Stage,
  assessment: string,
): Promise<Map<string, PastDecision[]>> => {
  const stored = await store.get(reviewKeys(sourceId, review).assessment(assessment).decisions);
  const lines = stored
    ? new TextDecoder()
        .decode(stored.body)
        .split("\n")
        .filter((line) => line !== "")
    : [];
  const recorded = lines.map((line) => JSON.parse(line) as RecordedDecision);
  recorded.sort((a, b) => (a.decidedAt < b.decidedAt ? -1 : a.decidedAt > b.decidedAt ? 1 : 0));
  const byGrant = new Map<string, PastDecision[]>();
  for (const { grantId, file: _file, fileSha256: _sha256, ...decision } of recorded) {
    byGrant.set(grantId, [...(byGrant.get(grantId) ?? []), decision]);
  }
  return byGrant;
};
