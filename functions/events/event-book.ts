import { eachInFlight } from "../basics/concurrency.ts";
import { sha256 } from "../basics/hash.ts";
import { clocksDifferMs, epochMs, isoInstant, parseInstant } from "../basics/time.ts";
import { openCheckpoint } from "../ledger/checkpoint.ts";
import type { Store } from "../review/ports.ts";
import { type EventAsk, isEventAsk } from "./asked.ts";
import type { FeishuEvent } from "./envelope.ts";

/** An event that waits to be worked off. `receivedAt` and `createdAt` (the vendor's, null where unknown) are ISO 8601. */
export type WaitingEvent = {
  id: string;
  type: string;
  createdAt: string | null;
  receivedAt: string;
  ask: EventAsk;
};

/**
 * How long an event's id is known, and how old an event may be that was not seen before: the vendor's last resend comes 7 h 20
 * min after the first. Whatever is older than the book remembers is a replay.
 */
export const rememberedMs = 48 * 60 * 60_000;

const root = "checkpoints/_events/";
const waitingFolder = `${root}waiting/`;
const seenFolder = `${root}seen/`;

/** An event's id as a name in the store. The vendor's are hex; another one could be a path. */
export function nameOfEvent(id: string): string {
  return /^[\w-]{1,64}$/.test(id) ? id : sha256(id).slice(0, 32);
}

function nameOf(id: string): string {
  return `${nameOfEvent(id)}.json`;
}

/**
 * Writes an event down, once each: one durable write, so that an answer to the vendor means that nothing is lost. `late`: older
 * than the book remembers.
 */
export async function takeEvent(
  store: Store,
  { id, type, createdAtMs }: FeishuEvent,
  { ask, nowMs }: { ask: EventAsk; nowMs: number },
): Promise<"taken" | "known" | "late"> {
  if (createdAtMs !== null && createdAtMs < nowMs - rememberedMs) return "late";
  const name = nameOf(id);
  if ((await store.get(`${seenFolder}${name}`)) !== null) return "known";
  const createdAt = createdAtMs === null ? null : isoInstant(createdAtMs);
  const waiting: WaitingEvent = { id, type, createdAt, receivedAt: isoInstant(nowMs), ask };
  return (await store.create(`${waitingFolder}${name}`, encode(waiting))) === "created" ? "taken" : "known";
}

/** As many are read at a time: a store in S3 answers each after milliseconds. */
const readAtOnce = 16;

/**
 * Every event that waits. One that was worked off waits no more, though it is still there: its process was cut off, or the store
 * ages it out. A file that this book cannot have written is told (`note`), crossed off and left out: the daily sweep looks for itself.
 * `nowMs` left out: no time of receipt is too late.
 */
export async function waitingEvents(
  store: Store,
  { nowMs = Number.POSITIVE_INFINITY, note = () => {} }: { nowMs?: number; note?(fault: string): void } = {},
): Promise<WaitingEvent[]> {
  const names: string[] = [];
  for await (const name of store.listFolder(waitingFolder)) names.push(name);
  // Listed after the events themselves: what is worked off meanwhile is not found to wait.
  const seen = new Set<string>();
  for await (const name of store.listFolder(seenFolder)) seen.add(name);
  const events: WaitingEvent[] = [];
  const failures = await eachInFlight(names, readAtOnce, async (name) => {
    const key = `${waitingFolder}${name}`;
    if (seen.has(name)) return await store.delete(key);
    const { value, isUnreadable } = await openCheckpoint<unknown>(store, key);
    if (value === null && !isUnreadable) return;
    if (isWritten(value, { name, nowMs })) return void events.push(value);
    note(
      `${store.locate(key)} is no event that was received here: it is left out, and the daily sweep looks for itself`,
    );
    await crossOff(store, name, Number.isFinite(nowMs) ? nowMs : 0);
  });
  if (failures.length > 0) throw failures[0];
  return events;
}

/** Whether this book wrote it under this name: nothing below checkpoints/ is believed. */
function isWritten(value: unknown, { name, nowMs }: { name: string; nowMs: number }): value is WaitingEvent {
  const { id, type, createdAt, receivedAt, ask } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof id === "string" &&
    nameOf(id) === name &&
    typeof type === "string" &&
    (createdAt === null || isInstant(createdAt)) &&
    isInstant(receivedAt) &&
    epochMs(receivedAt) <= nowMs + clocksDifferMs &&
    isEventAsk(ask)
  );
}

function isInstant(value: unknown): value is string {
  return typeof value === "string" && parseInstant(value) !== null;
}

/** Crosses an event off: its id stays known. */
export async function settleEvent(store: Store, { id }: Pick<WaitingEvent, "id">, nowMs: number): Promise<void> {
  await crossOff(store, nameOf(id), nowMs);
}

async function crossOff(store: Store, name: string, nowMs: number): Promise<void> {
  await store.create(`${seenFolder}${name}`, encode({ at: isoInstant(nowMs) }));
  await store.delete(`${waitingFolder}${name}`);
}

/** Forgets the ids of events that are refused by their age from now on. */
export async function forgetOldEvents(store: Store, nowMs: number): Promise<void> {
  for await (const name of store.listFolder(seenFolder)) {
    const { value: seen } = await openCheckpoint<{ at?: string }>(store, `${seenFolder}${name}`);
    // A day longer, as the vendor's clock and ours may differ, and an event may have waited. What cannot be read stays: its id is known.
    if (Date.parse(seen?.at ?? "") < nowMs - 1.5 * rememberedMs) await store.delete(`${seenFolder}${name}`);
  }
}

function encode(value: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}
