import type { MoveRecord } from "../review/grants/diff.ts";
import { driftKey } from "../review/keys.ts";
import type { DriftPlace } from "./read-drift.ts";

/** Writes down that somebody moved, once for each event. */
export async function recordMove(
  { store, sourceId }: DriftPlace,
  move: Omit<MoveRecord, "formatVersion" | "kind" | "source">,
) {
  const record: MoveRecord = { formatVersion: 1, kind: "move", source: sourceId, ...move };
  await store.createJson(driftKey(sourceId, move.at, move.event), record);
}
