import type { Act } from "../proof/act.ts";

/**
 * What people do to removals, and to what counts, by hand. `approval`: somebody's yes that alone does not lift the brake; `approved`: the yes
 * that lifts the brake.
 */
export type ActKind = "approval" | "approved" | "refused" | "stopped" | "resumed" | "put-back" | "retired";

/**
 * An act as a message tells of the act: who, when and why. `records`: the keys of its records below `reviews/<source>/`.
 * Evidence of an earlier version lacks `caller`.
 */
export type DoneAct = Pick<Act, "by" | "reason"> & {
  kind: ActKind;
  caller?: Act["caller"] | undefined;
  at: string;
  /** The review whose plan was approved or refused, whose removals were undone, or that was retired; of a stop, the review of that time. */
  review: string;
  records: string[];
};

/** An occasion to tell the operators of one act. */
export type ActOccasion = { occasion: "acts"; key: string; act: DoneAct };

/** Acts of one kind, review, person, reason and caller as one act, oldest first: a put-back of many grants has a record for each. */
export function mergedActs(acts: readonly DoneAct[]): DoneAct[] {
  const groups = Map.groupBy(acts, ({ kind, review, by, reason, caller, records }) =>
    JSON.stringify(kind === "put-back" ? [kind, review, by, reason, caller] : records),
  );
  return [...groups.values()]
    .map((group) => {
      const sorted = group.sort(byTime);
      return { ...sorted.at(-1)!, records: sorted.flatMap(({ records }) => records).sort() };
    })
    .sort(byTime);
}

function byTime(a: Pick<DoneAct, "at">, b: Pick<DoneAct, "at">): number {
  return Date.parse(a.at) - Date.parse(b.at);
}
