import { eachInFlight } from "../basics/concurrency.ts";
import { epochMs } from "../basics/time.ts";
import type { Clock, Store } from "../review/ports.ts";
import type { EventAsk, PersonIds } from "./asked.ts";
import { rememberedMs, settleEvent, type WaitingEvent, waitingEvents } from "./event-book.ts";

/** A source whose people are accounts of the tenant that sends events, and by which of its ids the source knows them. */
export type EventSource = { id: string; idType: keyof PersonIds };

/** What events ask for is done by these. Each throws where it could not be done now: it is tried again. */
export type EventActs = {
  /**
   * Sweeps these holders of a source, of whom these events speak; null: whoever left. State is read back first: an event alone
   * removes nothing. Throws a `NotNowError` where the events have to wait, though nothing failed.
   */
  sweep(sourceId: string, holderIds: string[] | null, eventIds: string[]): Promise<void>;
  /** Writes down how the holders of a role changed. */
  recordDrift(sourceId: string, drift: WaitingEvent & { ask: EventAsk & { asks: "drift" } }): Promise<void>;
  /** Writes down that somebody moved, so that the next review asks about their grants. */
  recordMove(
    sourceId: string,
    move: WaitingEvent & { ask: EventAsk & { asks: "mover" } },
    holderId: string,
  ): Promise<void>;
  /** Tells whoever runs this, once, that the app sees less than before, and writes it down of each source: leavers may be hidden. */
  recordNarrowed(
    sourceIds: string[],
    narrowing: WaitingEvent & { ask: EventAsk & { asks: "narrowed" } },
  ): Promise<void>;
};

/** What an event asks for cannot begin yet, and will later: a sweep of the source is under way. */
export class NotNowError extends Error {
  override readonly name = "NotNowError";
}

export type WorkingPorts = {
  store: Store;
  clock: Clock;
  sources: readonly EventSource[];
  acts: EventActs;
  /** How long a leaver waits for further events of theirs; left out: `debounceMs`. */
  waitMs?: number;
  /** Whether to leave the rest of what is due to the next time; left out: never. */
  shouldStop?: () => boolean;
  note(fault: string): void;
};

/**
 * How many events were worked off, how many failed and are tried again, how many of those have failed for half an hour (`stuck`),
 * and when the next is due (epoch ms; null: none waits).
 */
export type WorkedOff = { done: number; failed: number; stuck: number; dueAtMs: number | null };

/** Events of one holder within this time after the first are one sweep. The vendor's data lags behind its events by seconds. */
export const debounceMs = 2 * 60_000;

/** A store on a disk waits for the disk with each. */
const settledAtOnce = 16;

/** A failed event is tried again after this long. */
const againMs = 60_000;

/** What fails for longer is no trouble that passes by itself. */
const stuckAfterMs = 30 * 60_000;

/** What one event still asks of one source. */
type Ask = { event: WaitingEvent; sourceId: string; holderId: string | null };

/**
 * Works off the events that are due. Leavers wait for `debounceMs` after the first event of the holder, and are swept together, a
 * source at a time; everything else is done at once. What fails waits on, for as long as the vendor itself would try: the daily
 * sweep finds what events lost.
 */
export async function workOffEvents(ports: WorkingPorts): Promise<WorkedOff> {
  const { store, clock, sources, acts, waitMs = debounceMs, shouldStop = () => false, note } = ports;
  const nowMs = clock.now();
  const waiting = withAllIds((await waitingEvents(store, { nowMs, note })).sort(byTime));
  const failed = new Set<string>();
  const waitsOn = new Set<string>();
  const attempt = async (events: readonly WaitingEvent[], act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      const isFailure = !(error instanceof NotNowError);
      for (const { id } of events) (isFailure ? failed : waitsOn).add(id);
      if (isFailure)
        note(`Cannot do what ${events.length} events ask for, and tries again: ${(error as Error).message}`);
    }
  };

  const dueAt = leaversDueAt(waiting, { sources, waitMs });
  const isDue = ({ ask, id }: WaitingEvent): boolean => ask.asks !== "leaver" || (dueAt.get(id) ?? 0) <= nowMs;
  const reached = new Set<WaitingEvent>();

  for (const event of waiting.filter(isDue)) {
    if (shouldStop()) break;
    reached.add(event);
    const { ask } = event;
    if (ask.asks === "narrowed") {
      const ids = sources.map(({ id }) => id);
      await attempt([event], () => acts.recordNarrowed(ids, { ...event, ask }));
    }
    for (const { id, idType } of sources) {
      if (ask.asks === "drift" && idType === "people_corehr_id") {
        await attempt([event], () => acts.recordDrift(id, { ...event, ask }));
      }
      const holderId = ask.asks === "mover" ? ask.person[idType] : undefined;
      if (ask.asks === "mover" && holderId !== undefined) {
        await attempt([event], () => acts.recordMove(id, { ...event, ask }, holderId));
      }
    }
  }

  const due = [...reached];
  const leavers = due.flatMap((event) => asksOf(event, sources));
  for (const [sourceId, asks] of Map.groupBy(leavers, (ask) => ask.sourceId)) {
    const holderIds = asks.map(({ holderId }) => holderId);
    const everybody = holderIds.includes(null);
    const named = [...new Set(holderIds.filter((id) => id !== null))].sort();
    const events = asks.map(({ event }) => event);
    const ids = events.map(({ id }) => id);
    await attempt(events, () => acts.sweep(sourceId, everybody ? null : named, ids));
  }

  const isLeft = ({ id }: WaitingEvent): boolean => failed.has(id) || waitsOn.has(id);
  const settling = await eachInFlight(due, settledAtOnce, async (event) => {
    const isGivenUp = isLeft(event) && epochMs(event.receivedAt) < nowMs - rememberedMs;
    if (isGivenUp) note("An event is given up after 48 hours: the daily sweep looks for itself");
    if (!isLeft(event) || isGivenUp) await settleEvent(store, event, nowMs);
  });
  if (settling.length > 0) throw settling[0];
  const next = waiting
    .filter((event) => !reached.has(event))
    .map(({ id }) => dueAt.get(id) ?? nowMs)
    .concat(due.some(isLeft) ? [nowMs + againMs] : []);
  return {
    done: due.filter((event) => !isLeft(event)).length,
    failed: failed.size,
    stuck: due.filter(({ id, receivedAt }) => failed.has(id) && epochMs(receivedAt) < nowMs - stuckAfterMs).length,
    dueAtMs: next.length > 0 ? next.reduce((least, atMs) => Math.min(least, atMs)) : null,
  };
}

/** One act of the vendor's sends several events, each with other ids of the person: where two share one, each gets the other's. */
function withAllIds(waiting: WaitingEvent[]): WaitingEvent[] {
  const personById = new Map<string, PersonIds>();
  for (const { ask } of waiting) {
    if (ask.asks !== "leaver") continue;
    const keys = Object.entries(ask.person).map((entry) => entry.join(" "));
    const person: PersonIds = Object.assign({}, ...keys.map((key) => personById.get(key)), ask.person);
    for (const entry of Object.entries(person)) personById.set(entry.join(" "), person);
  }
  return waiting.map((event) => {
    const { ask } = event;
    if (ask.asks !== "leaver") return event;
    const [known] = Object.entries(ask.person).map((entry) => personById.get(entry.join(" ")));
    return { ...event, ask: { ...ask, person: { ...known, ...ask.person } } };
  });
}

/** Of the vendor's own time, where it says one: events may arrive in another order. */
function byTime(a: WaitingEvent, b: WaitingEvent): number {
  const timeOf = ({ createdAt, receivedAt }: WaitingEvent): number => epochMs(createdAt ?? receivedAt);
  return timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1);
}

/** Of which source an event of a leaver asks for whom. A source that knows people by an id that the event lacks is looked at whole. */
function asksOf(event: WaitingEvent, sources: readonly EventSource[]): Ask[] {
  const { ask } = event;
  if (ask.asks !== "leaver") return [];
  return sources.map(({ id, idType }) => ({ event, sourceId: id, holderId: ask.person[idType] ?? null }));
}

/** When each event of a leaver is due, by its id: with the first that waits of the same holder. */
function leaversDueAt(
  waiting: readonly WaitingEvent[],
  { sources, waitMs }: { sources: readonly EventSource[]; waitMs: number },
): Map<string, number> {
  const firstMs = new Map<string, number>();
  const asks = waiting.flatMap((event) => asksOf(event, sources));
  const holderOf = ({ sourceId, holderId }: Ask): string => `${sourceId}\n${holderId ?? ""}`;
  for (const ask of asks) {
    const atMs = epochMs(ask.event.receivedAt);
    firstMs.set(holderOf(ask), Math.min(firstMs.get(holderOf(ask)) ?? atMs, atMs));
  }
  const dueAt = new Map<string, number>();
  for (const ask of asks) {
    const atMs = firstMs.get(holderOf(ask))! + waitMs;
    dueAt.set(ask.event.id, Math.min(dueAt.get(ask.event.id) ?? atMs, atMs));
  }
  return dueAt;
}
