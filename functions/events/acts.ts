import { isNarrowingRecorded, narrowedRange, recordAcknowledgement, recordNarrowing } from "../drift/narrowed-range.ts";
import { recordDrift } from "../drift/record-drift.ts";
import { recordMove } from "../drift/record-move.ts";
import type { Store } from "../review/ports.ts";
import type { NarrowedRange } from "../review/source-standing.ts";
import { nameOfEvent, type WaitingEvent } from "./event-book.ts";
import type { EventActs } from "./work.ts";

/** What differs by where events are worked off: how a sweep begins, and who is told that the app sees less than before. */
type ActsElsewhere = Pick<EventActs, "sweep"> & { alarmNarrowed(removed: NarrowedRange["removed"]): Promise<void> };

/** What events ask for: what is written down is the same everywhere. */
export function openEventActs(store: Store, { sweep, alarmNarrowed }: ActsElsewhere): EventActs {
  return {
    sweep,
    recordDrift: (sourceId, { ask, ...event }) => {
      const { roleId, scopes, holderIds } = ask;
      return recordDrift({ store, sourceId }, { ...timesOf(event), roleId, scopes, holderIds });
    },
    async recordNarrowed(sourceIds, { ask: { removed }, ...event }) {
      const narrowing = { ...timesOf(event), removed };
      const places = sourceIds.map((sourceId) => ({ store, sourceId }));
      const recorded = await Promise.all(places.map((place) => isNarrowingRecorded(place, narrowing)));
      // Told first: whoever is cut off in between tells it again, rather than never.
      if (recorded.length === 0 || recorded.includes(false)) await alarmNarrowed(removed);
      for (const place of places) await recordNarrowing(place, narrowing);
    },
    recordMove: (sourceId, { ask, ...event }, holderId) =>
      recordMove({ store, sourceId }, { ...timesOf(event), holderId, effectiveDate: ask.effectiveDate }),
  };
}

/**
 * Records of these sources that somebody knows that the app sees less of them, and why it may stay so. Gives those of which an
 * event says so, and nobody had acknowledged it.
 */
export async function acknowledgeNarrowed(
  store: Store,
  { sourceIds, ...said }: { sourceIds: readonly string[] } & Parameters<typeof recordAcknowledgement>[1],
): Promise<string[]> {
  const acknowledged: string[] = [];
  for (const sourceId of sourceIds) {
    const narrowed = await narrowedRange({ store, sourceId });
    if (narrowed === null || narrowed.acknowledged !== null) continue;
    await recordAcknowledgement({ store, sourceId }, said);
    acknowledged.push(sourceId);
  }
  return acknowledged;
}

function timesOf({ id, createdAt, receivedAt }: Omit<WaitingEvent, "ask">) {
  return { event: nameOfEvent(id), at: createdAt ?? receivedAt, receivedAt };
}
