import { sha256 } from "../../basics/hash.ts";
import { epochMs } from "../../basics/time.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { actsTold } from "../../ledger/messages.ts";
import { saidOnPlans } from "../../ledger/plans.ts";
import { retirementsOf } from "../../ledger/review-order.ts";
import { stopRecordsOf } from "../../ledger/stop.ts";
import { instantOfReview, reviewKeys } from "../../review/keys.ts";
import { type ActOccasion, type DoneAct, mergedActs } from "../../review/people/acts.ts";
import type { Stage } from "../../review/stage.ts";

/** The acts that the channel of this id was not told of, one occasion each. */
export type ActsDue = (channelId: string) => ActOccasion[];

/** The stops, resumes, put-backs and retired reviews of a source. A stop is of no review. */
export type SourceAct = Omit<DoneAct, "review"> & { review: string | null };

/** So often an act is told to a channel that fails for certain: a channel that is gone for good is not tried for ever. */
const mostTries = 5;

/** Reads the stops, resumes, put-backs and retired reviews of a source; put-backs of earlier versions do not say who asked. */
export async function sourceActsOf({ store, sourceId }: Stage, ledger: Ledger): Promise<SourceAct[]> {
  const putBacks = (await ledger.putBacksAfter(null)).flatMap(({ grantId, review, at, asked }): SourceAct[] => {
    const records = [recordOf(sourceId, reviewKeys(sourceId, review).restored(grantId))];
    return asked ? [{ ...asked, kind: "put-back", at, review, records }] : [];
  });
  const stops = (await stopRecordsOf(store, sourceId)).map(({ key, record }): SourceAct => {
    const { by, reason, caller, at } = record;
    const kind = record.kind === "stop" ? "stopped" : "resumed";
    return { kind, by, reason, caller, at, review: null, records: [recordOf(sourceId, key)] };
  });
  const retired = (await retirementsOf(store, sourceId)).map(({ key, record }): SourceAct => {
    const { by, reason, caller, at, review } = record;
    return { kind: "retired", by, reason, caller, at, review, records: [recordOf(sourceId, key)] };
  });
  return [...putBacks, ...stops, ...retired];
}

function recordOf(sourceId: string, key: string): string {
  return key.slice(`reviews/${sourceId}/`.length);
}

/** `isSealed`: records of these messages are added after the evidence. */
type ActsOf = { ledger: Ledger; ofSource: readonly SourceAct[]; isSealed: boolean };

/**
 * The acts that are told of with a review: approvals and refusals of its plans, and what was done to the source from the
 * beginning of the review to that of the next.
 */
export async function actsDue(stage: Stage, { ledger, ofSource, isSealed }: ActsOf): Promise<ActsDue> {
  const { sourceId, review } = stage;
  const previous = (await ledger.evidenceBefore(review))?.evidence.review ?? null;
  const { fromMs, untilMs } = await timeOf(review, previous, ledger);
  const meanwhile = ofSource.filter(({ at }) => epochMs(at) >= fromMs && epochMs(at) < untilMs);
  const said = (await saidOnPlans(stage)).map(({ key, ...act }) => ({ ...act, records: [recordOf(sourceId, key)] }));
  const acts = [...said, ...meanwhile].map(
    (act): DoneAct => ({ ...act, review: ("review" in act ? act.review : null) ?? review }),
  );
  const told = await actsTold([stage, ...(previous === null ? [] : [{ ...stage, review: previous }])]);
  return (channelId) => {
    const failedOf = ({ records }: DoneAct): number =>
      Math.max(...records.map((record) => told(channelId, record).failed));
    const isOpen = (act: DoneAct): boolean =>
      failedOf(act) < mostTries && !act.records.every((record) => told(channelId, record).isTold);
    return mergedActs(acts.filter(isOpen)).map((act) => {
      const failed = failedOf(act);
      // Records are written once: a message that failed is told by another.
      const named = failed === 0 ? act.records : [...act.records, `try ${failed + 1}`];
      const key = `${isSealed ? "ended-" : ""}acts-${sha256(named.join("\n")).slice(0, 16)}`;
      return { occasion: "acts", key, act };
    });
  };
}

/** From the beginning of a review to that of the next. The time of a review that was given up counts to the review after it. */
async function timeOf(review: string, previous: string | null, ledger: Ledger) {
  const others = (await ledger.reviews()).filter((other) => other !== review);
  const first = [...others, review].sort().find((id) => previous === null || id > previous)!;
  const next = others.find((id) => id > review);
  return {
    fromMs: previous === null ? Number.NEGATIVE_INFINITY : instantOfReview(first),
    untilMs: next === undefined ? Number.POSITIVE_INFINITY : instantOfReview(next),
  };
}
