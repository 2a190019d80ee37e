import { recordDrift } from "../drift/record-drift.ts";
import { recordMove } from "../drift/record-move.ts";
import type { Store } from "../review/ports.ts";
import { nameOfEvent, type WaitingEvent } from "./event-book.ts";
import type { EventActs } from "./work.ts";

/** What events ask for: what is written down is the same everywhere; how a sweep begins and who is alarmed is handed in. */
export function openEventActs(store: Store, others: Pick<EventActs, "sweep" | "alarmNarrowed">): EventActs {
  return {
    ...others,
    recordDrift: (sourceId, { ask, ...event }) => {
      const { roleId, scopes, holderIds } = ask;
      return recordDrift({ store, sourceId }, { ...timesOf(event), roleId, scopes, holderIds });
    },
    recordMove: (sourceId, { ask, ...event }, holderId) =>
      recordMove({ store, sourceId }, { ...timesOf(event), holderId, effectiveDate: ask.effectiveDate }),
  };
}

function timesOf({ id, createdAt, receivedAt }: Omit<WaitingEvent, "ask">) {
  return { event: nameOfEvent(id), at: createdAt ?? receivedAt, receivedAt };
}
