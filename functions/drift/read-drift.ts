import { epochMs } from "../basics/time.ts";
import type { MoveRecord } from "../review/grants/diff.ts";
import type { DriftRecord } from "../review/grants/drift.ts";
import { driftPrefix } from "../review/keys.ts";
import type { Store } from "../review/ports.ts";

/** A source whose drift is written down. */
export type DriftPlace = { store: Store; sourceId: string };

/** The records of a source from the month of one instant to that of another (ISO 8601), sorted by their keys. */
export async function driftRecords(
  { store, sourceId }: DriftPlace,
  { after, until }: { after: string; until: string },
): Promise<(DriftRecord | MoveRecord)[]> {
  const records: (DriftRecord | MoveRecord)[] = [];
  for await (const folder of store.listFolder(driftPrefix(sourceId))) {
    const month = folder.replace("/", "");
    if (month < after.slice(0, 7) || month > until.slice(0, 7)) continue;
    for await (const key of store.list(`${driftPrefix(sourceId)}${folder}`)) {
      const record = await store.getJson<DriftRecord | MoveRecord>(key);
      if (record) records.push(record);
    }
  }
  return records;
}

/** Who moved between two instants (ISO 8601, the first exclusive) by the events that had come by a third, and when the last of them came. */
export async function movesBetween(
  place: DriftPlace,
  { after, until, knownBy }: { after: string; until: string; knownBy: string },
): Promise<Map<string, string>> {
  const moves = new Map<string, string>();
  for (const record of await driftRecords(place, { after, until })) {
    const { kind, at, receivedAt } = record;
    const isBetween = epochMs(at) > epochMs(after) && epochMs(at) <= epochMs(until);
    if (kind !== "move" || !isBetween || epochMs(receivedAt) > epochMs(knownBy)) continue;
    const { holderId } = record;
    const known = moves.get(holderId);
    if (known === undefined || epochMs(known) < epochMs(receivedAt)) moves.set(holderId, receivedAt);
  }
  return moves;
}
