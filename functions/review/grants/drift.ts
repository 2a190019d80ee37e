import { epochMs } from "../../basics/time.ts";
import type { BetweenReviews, Drifted, DriftFate, DriftScope, MoveRecord } from "./diff.ts";
import type { Grant } from "./grant.ts";

/**
 * A record of drift: between reviews the provider said who holds a role at some objects now. Written once for each event. `at`: the
 * vendor's time, else when the event came. `sha256`: of the whole new set of holders, sorted, by RFC 8785. `since`: what the
 * difference is taken from; null: nothing was known of the role before, and whoever holds it counts as granted.
 */
export type DriftRecord = {
  formatVersion: 1;
  kind: "drift";
  source: string;
  event: string;
  at: string;
  receivedAt: string;
  roleId: string;
  scopes: DriftScope[];
  holders: number;
  sha256: string;
  since: { review: string } | { event: string } | null;
  granted: string[];
  gone: string[];
  /** Only of an event that came after a later one of the same role and objects: who had and lost it in between, and the reverse. */
  late?: { cameAndWent: string[]; wentAndCame: string[] };
};

/** Whether a grant is of this role, and holds at these objects together. */
export function isHeldAt({ role, scopes }: Grant, roleId: string, wanted: readonly DriftScope[]): boolean {
  if (role.id !== roleId) return false;
  return (scopes ?? []).some((parts) =>
    wanted.every(({ dimension, id }) => parts.some((part) => part.dimension === dimension && part.ids.includes(id))),
  );
}

/** What changed of a set of holders. */
export function differenceBetween(
  before: Iterable<string>,
  after: Iterable<string>,
): Pick<DriftRecord, "granted" | "gone"> {
  const [then, now] = [new Set(before), new Set(after)];
  return {
    granted: [...now].filter((id) => !then.has(id)).sort(),
    gone: [...then].filter((id) => !now.has(id)).sort(),
  };
}

/** The set of holders before these records changed it into `after`. */
export function holdersBefore(after: Iterable<string>, records: readonly DriftRecord[]): Set<string> {
  const holders = new Set(after);
  for (const { granted, gone, late } of records.toSorted(byTime).reverse()) {
    if (late) continue;
    for (const id of granted) holders.delete(id);
    for (const id of gone) holders.add(id);
  }
  return holders;
}

const fates: readonly DriftFate[] = ["came-and-went", "granted", "went-and-came", "gone"];

/** What the records between two instants (ISO 8601, the first exclusive) come to. */
export function betweenReviews(
  records: readonly (DriftRecord | MoveRecord)[],
  { after, until }: { after: string; until: string },
): BetweenReviews {
  const those = records.filter(({ at }) => epochMs(at) > epochMs(after) && epochMs(at) <= epochMs(until)).sort(byTime);
  const steps = new Map<string, Drifted & { first: "in" | "out" }>();
  const step = (record: DriftRecord, holderId: string, [first, last]: readonly ["in" | "out", "in" | "out"]): void => {
    const { roleId, scopes, at } = record;
    const key = JSON.stringify([roleId, scopes, holderId]);
    const known = steps.get(key)?.first ?? first;
    steps.set(key, { roleId, scopes, holderId, at, first: known, fate: fateOf(known, last) });
  };
  for (const record of those) {
    if (record.kind !== "drift") continue;
    for (const id of record.granted) step(record, id, ["in", "in"]);
    for (const id of record.gone) step(record, id, ["out", "out"]);
    for (const id of record.late?.cameAndWent ?? []) step(record, id, ["in", "out"]);
    for (const id of record.late?.wentAndCame ?? []) step(record, id, ["out", "in"]);
  }
  const drifted = [...steps.values()].map(({ first: _first, ...one }) => one);
  return { drifted: drifted.sort(byRole), moved: those.filter((record) => record.kind === "move") };
}

/** By the first step and the last: whoever came first was out before, whoever went first was in. */
function fateOf(first: "in" | "out", last: "in" | "out"): DriftFate {
  if (first === "in") return last === "in" ? "granted" : "came-and-went";
  return last === "out" ? "gone" : "went-and-came";
}

function byTime(a: { at: string; event: string }, b: { at: string; event: string }): number {
  return epochMs(a.at) - epochMs(b.at) || (a.event < b.event ? -1 : 1);
}

function byRole(a: Drifted, b: Drifted): number {
  const keyOf = ({ roleId, fate, holderId, scopes }: Drifted): string =>
    [roleId, fates.indexOf(fate), holderId, JSON.stringify(scopes)].join("\n");
  return keyOf(a) < keyOf(b) ? -1 : 1;
}
