import { epochMs } from "../basics/time.ts";
import { narrowingKey, narrowingPrefix } from "../review/keys.ts";
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

/** What the app no longer sees by the events after an instant (ISO 8601; null: by all of them); null where there are none. */
export async function narrowedSince(
  { store, sourceId }: DriftPlace,
  after: string | null,
): Promise<NarrowedRange | null> {
  const narrowings: NarrowingEvent[] = [];
  for await (const key of store.list(narrowingPrefix(sourceId))) {
    const narrowing = await store.getJson<NarrowingEvent>(key);
    if (narrowing && (after === null || epochMs(narrowing.at) > epochMs(after))) narrowings.push(narrowing);
  }
  // Their keys begin with their time.
  const [first] = narrowings;
  if (!first) return null;
  const sum = (name: keyof NarrowedRange["removed"]): number =>
    narrowings.reduce((all, { removed }) => all + removed[name], 0);
  return { since: first.at, removed: { departments: sum("departments"), users: sum("users"), groups: sum("groups") } };
}
