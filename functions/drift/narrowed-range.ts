import { epochMs, isoInstant } from "../basics/time.ts";
import { openLedger } from "../ledger/ledger.ts";
import { narrowingKey, narrowingPrefix } from "../review/keys.ts";
import type { Act } from "../review/proof/act.ts";
import type { NarrowedRange } from "../review/source-standing.ts";
import type { DriftPlace } from "./read-drift.ts";

/** An event of the provider that the app sees less than before. Instants are ISO 8601; `at`: the vendor's time, else when the event came. */
export type NarrowingEvent = { event: string; at: string; receivedAt: string; removed: NarrowedRange["removed"] };

/** Whether the event stands written down, so that whoever runs this was told of it. */
export async function isNarrowingRecorded(
  { store, sourceId }: DriftPlace,
  { at, event }: NarrowingEvent,
): Promise<boolean> {
  return (await store.get(narrowingKey(sourceId, at, event))) !== null;
}

/** Writes down that the app sees less of a source's people, once for each event. */
export async function recordNarrowing({ store, sourceId }: DriftPlace, narrowing: NarrowingEvent): Promise<void> {
  const record = { formatVersion: 1, kind: "narrowed", source: sourceId, ...narrowing };
  await store.createJson(narrowingKey(sourceId, narrowing.at, narrowing.event), record);
}

/** `drift/<source>/narrowed/<instant>-acknowledged.json`: who knows that the app sees less, and why it may stay so. */
type Acknowledgement = Act & { formatVersion: 1; kind: "acknowledged"; source: string; at: string };

/** Writes down that somebody knows of what the app no longer sees. It ends nothing: leavers there may be hidden all the same. */
export async function recordAcknowledgement(
  { store, sourceId }: DriftPlace,
  { nowMs, act }: { nowMs: number; act: Act },
): Promise<void> {
  const at = isoInstant(nowMs);
  const record: Acknowledgement = { formatVersion: 1, kind: "acknowledged", source: sourceId, at, ...act };
  await store.createJson(narrowingKey(sourceId, at, "acknowledged"), record);
}

/**
 * What the app no longer sees by the events after the newest complete review began, as a review that began before may have read
 * what is hidden now; null where no event says so. Where events came after the last acknowledgement, what those say alone.
 */
export async function narrowedRange({ store, sourceId }: DriftPlace): Promise<NarrowedRange | null> {
  const after = (await openLedger(store, sourceId).newestCompleteSnapshot())?.startedAt ?? null;
  const all: NarrowingEvent[] = [];
  let last: Acknowledgement | null = null;
  // Their keys begin with their time.
  for await (const key of store.list(narrowingPrefix(sourceId))) {
    const record = await store.getJson<NarrowingEvent | Acknowledgement>(key);
    if (!record || (after !== null && epochMs(record.at) <= epochMs(after))) continue;
    if ("by" in record) last = record;
    else all.push(record);
  }
  const since = last === null ? null : epochMs(last.at);
  const unknown = all.filter(({ at, receivedAt = at }) => since === null || epochMs(receivedAt) > since);
  const narrowings = unknown.length > 0 ? unknown : all;
  const [first] = narrowings;
  if (!first) return null;
  const sum = (name: keyof NarrowedRange["removed"]): number =>
    narrowings.reduce((sofar, { removed }) => sofar + removed[name], 0);
  const removed = { departments: sum("departments"), users: sum("users"), groups: sum("groups") };
  const acknowledged = last && unknown.length === 0 ? { by: last.by, reason: last.reason, at: last.at } : null;
  return { since: first.at, removed, acknowledged };
}
