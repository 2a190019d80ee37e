import { isoInstant } from "../basics/time.ts";
import { stopKey, stopRecordKey, stopsFolder } from "../review/keys.ts";
import type { Store } from "../review/ports.ts";
import type { Act, Reasons } from "../review/proof/act.ts";
import { answer, type Stage, type StopAnswer } from "../review/stage.ts";
import { overwrite } from "./checkpoint.ts";

/** Checkpoints of an earlier version lack who and why. */
type StopText = { isStopped: boolean; at: string } & Partial<Act>;

/** `reviews/<source>/stops/<instant>-stop.json` or `-resume.json`: who said so, and why. The next evidence lists it. */
export type StopRecord = Act & { formatVersion: 1; source: string; kind: "stop" | "resume"; at: string };

/** The records of the stops and resumes of a source, with their keys. */
export async function stopRecordsOf(store: Store, sourceId: string): Promise<{ key: string; record: StopRecord }[]> {
  const records: { key: string; record: StopRecord }[] = [];
  for await (const key of store.list(`reviews/${sourceId}/${stopsFolder}`)) {
    const record = /-(stop|resume)\.json$/.test(key) ? await store.getJson<StopRecord>(key) : null;
    if (record) records.push({ key, record });
  }
  return records;
}

/** Someone said `stop`: no provider write begins until `resume`. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
}

type Stopping = { sourceId: string; isStopped: boolean; nowMs: number; act: Act };

/** Stops or resumes a source, and records who did and why. Nothing is resumed without its record. */
export async function setStopped(store: Store, { sourceId, isStopped, nowMs, act }: Stopping): Promise<void> {
  const kind = isStopped ? "stop" : "resume";
  const at = isoInstant(nowMs);
  const record: StopRecord = { formatVersion: 1, source: sourceId, kind, at, ...act };
  const text: StopText = { isStopped, at, ...act };
  const write = () => overwrite(store, stopKey(sourceId), new TextEncoder().encode(`${JSON.stringify(text)}\n`));
  const writeRecord = () => store.createJson(stopRecordKey(sourceId, nowMs, kind), record);
  // A stop is in force before anything else can fail.
  if (isStopped) await write();
  await writeRecord();
  if (!isStopped) await write();
}

/** Stops or resumes the source, and answers as a stage does. */
export async function switchWrites(stage: Stage, isStopped: boolean, reasons: Reasons): Promise<StopAnswer> {
  const { store, sourceId, clock, invocation } = stage;
  const act = { ...reasons, caller: invocation.caller };
  await setStopped(store, { sourceId, isStopped, nowMs: clock.now(), act });
  return answer(stage, "done", { stopped: isStopped });
}

function readStop({ store, sourceId }: Stage): Promise<StopText | null> {
  return store.getJson<StopText>(stopKey(sourceId));
}

/** Since when the source is stopped (ISO 8601); null where it is not. */
export async function stoppedAt(stage: Stage): Promise<string | null> {
  const text = await readStop(stage);
  return text?.isStopped ? text.at : null;
}

/** Whether the source is stopped. */
export async function isStopped(stage: Stage): Promise<boolean> {
  return (await readStop(stage))?.isStopped === true;
}

/** Throws StoppedError where the source is stopped. Read before every provider write. */
export async function refuseWhileStopped(stage: Stage): Promise<void> {
  const { sourceId } = stage;
  const text = await readStop(stage);
  if (text?.isStopped) {
    throw new StoppedError(
      `Cannot write to ${sourceId} as it was stopped at ${text.at}: resume it with \`npx access-review resume --source ${sourceId}\``,
    );
  }
}
