import { clocksDifferMs, isoInstant, parseInstant } from "../basics/time.ts";
import { stopKey, stopRecordKey, stopRecordOf, stopsFolder } from "../review/keys.ts";
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
  // The newest record counts, and the clock of another machine may be ahead.
  const newest = await newestRecord(store, sourceId, nowMs);
  const atMs = Math.max(nowMs, newest === null ? nowMs : newest.atMs + 1);
  const at = isoInstant(atMs);
  const record: StopRecord = { formatVersion: 1, source: sourceId, kind, at, ...act };
  const text: StopText = { isStopped, at, ...act };
  const write = () => overwrite(store, stopKey(sourceId), new TextEncoder().encode(`${JSON.stringify(text)}\n`));
  const writeRecord = () => store.createJson(stopRecordKey(sourceId, atMs, kind), record);
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

type NewestRecord = { kind: "stop" | "resume"; atMs: number };

/** The newest stop or resume by the names of the records; null where there is none. A record of the future is no act of anybody's. */
async function newestRecord(store: Store, sourceId: string, nowMs: number): Promise<NewestRecord | null> {
  let newest: NewestRecord | null = null;
  for await (const key of store.list(`reviews/${sourceId}/${stopsFolder}`)) {
    const record = stopRecordOf(key);
    if (record && record.atMs <= nowMs + clocksDifferMs && record.atMs >= (newest?.atMs ?? 0)) newest = record;
  }
  return newest;
}

/** Since when, and what is odd about it: how the checkpoint and the records differ. */
type Stopped = { at: string; odd: string | null };

/**
 * Whether the source is stopped: by the checkpoint, which is written first, or by the newest record, which nobody deletes or
 * overwrites. Whoever takes the checkpoint away, or writes another, resumes nothing.
 */
async function readStop({ store, sourceId, clock }: Stage): Promise<Stopped | null> {
  const [text, newest] = await Promise.all([
    store.getJson<StopText>(stopKey(sourceId)),
    newestRecord(store, sourceId, clock.now()),
  ]);
  if (text !== null && text.isStopped !== false) {
    const isResumed = newest?.kind === "resume" && newest.atMs > (parseInstant(String(text.at)) ?? 0);
    return { at: String(text.at), odd: isResumed ? "the records have a resume that did not come to its end" : null };
  }
  if (newest?.kind !== "stop") return null;
  return {
    at: isoInstant(newest.atMs),
    odd: `${store.locate(stopKey(sourceId))} ${text ? "says otherwise" : "is gone"}`,
  };
}

/** Since when the source is stopped (ISO 8601); null where it is not. */
export async function stoppedAt(stage: Stage): Promise<string | null> {
  return (await readStop(stage))?.at ?? null;
}

/** Whether the source is stopped. */
export async function isStopped(stage: Stage): Promise<boolean> {
  return (await readStop(stage)) !== null;
}

/** Throws StoppedError where the source is stopped. Read before every provider write. */
export async function refuseWhileStopped(stage: Stage): Promise<void> {
  const { sourceId } = stage;
  const stopped = await readStop(stage);
  if (stopped === null) return;
  const odd = stopped.odd === null ? "" : ` (${stopped.odd}: find out who writes below checkpoints/)`;
  throw new StoppedError(
    `Cannot write to ${sourceId} as it was stopped at ${stopped.at}${odd}: resume it with \`npx access-review resume --source ${sourceId} --by NAME --reason TEXT\``,
  );
}
