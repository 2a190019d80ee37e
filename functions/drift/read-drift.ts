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
