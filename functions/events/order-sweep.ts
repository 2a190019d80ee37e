import { clocksDifferMs, dayMs, epochMs, isoInstant } from "../basics/time.ts";
import { openCheckpoint } from "../ledger/checkpoint.ts";
import { openLedger } from "../ledger/ledger.ts";
import { instantOfReview, isReviewId, isSweep, mostHolders, newReviewId, reviewKeys } from "../review/keys.ts";
import type { Clock, Store } from "../review/ports.ts";
import { NotNowError } from "./work.ts";

/** A sweep that events began: of whom (null: of whoever left), and by which events. */
type BegunSweep = { review: string; holderIds: string[] | null; events: string[]; at: string };

/** What somebody else is to carry out. The same sweep may be asked for again. */
export type SweepOrder = { sourceId: string; review: string; holderIds: string[] | null };

/** `start` has the sweep carried out, and does nothing where that was asked for already. */
export type SweepPorts = { store: Store; clock: Clock; start(order: SweepOrder): Promise<void> };

/** What a sweep that is neither sealed nor incomplete is waited for: the next one would seal it, with its items undone. */
const patienceMs = dayMs;

/**
 * Orders a sweep that is carried out elsewhere, once for these events: what is begun is written down first, so that whoever is
 * cut off begins the same one again. Throws a `NotNowError` while a sweep of the source is under way. The holders of a sweep that
 * came to no end are swept again by the next.
 */
export async function orderSweep(
  { store, clock, start }: SweepPorts,
  asked: { sourceId: string; holderIds: string[] | null; eventIds: string[] },
): Promise<void> {
  const { sourceId, eventIds } = asked;
  const nowMs = clock.now();
  const state = await openCheckpoint<BegunSweep>(store, `checkpoints/_events/sweeps/${sourceId}.json`);
  const last = isBegun(state.value, nowMs) ? state.value : null;
  const end = last ? await endOf(store, sourceId, last.review) : "sealed";
  if (last && isOfAll(last, eventIds)) {
    if (end === "sealed") return;
    if (end === null) return await start({ sourceId, ...last });
  }
  if (last && end === null && epochMs(last.at) > nowMs - patienceMs) {
    // Perhaps whoever wrote it down was cut off before it began.
    await start({ sourceId, ...last });
    throw new NotNowError(`${sourceId} ${last.review} is under way`);
  }
  const ledger = openLedger(store, sourceId);
  await refuseBeside(store, { sourceId, newest: await ledger.newestReview("sweep"), nowMs });
  if ((await ledger.newestCompleteSnapshot()) === null) {
    throw new Error(`${sourceId} has no complete review yet, which a sweep compares with: run one`);
  }
  const review = newReviewId(await ledger.reviews(), nowMs, "sweep");
  const holderIds = last && end !== "sealed" ? together(last.holderIds, asked.holderIds) : asked.holderIds;
  const begun = { review, holderIds: upToMost(holderIds), events: eventIds, at: isoInstant(nowMs) };
  await state.save(begun);
  await start({ sourceId, ...begun });
}

/** Whether it can have been written here: nothing below checkpoints/ is believed, and whatever does not fit counts as none. */
function isBegun(value: unknown, nowMs: number): value is BegunSweep {
  const { review, holderIds, events, at } = (value ?? {}) as Record<string, unknown>;
  const isTexts = (list: unknown): boolean => Array.isArray(list) && list.every((text) => typeof text === "string");
  return (
    typeof review === "string" &&
    isReviewId(review) &&
    isSweep(review) &&
    (holderIds === null || isTexts(holderIds)) &&
    isTexts(events) &&
    Date.parse(String(at)) <= nowMs + clocksDifferMs
  );
}

function isOfAll({ events }: BegunSweep, eventIds: readonly string[]): boolean {
  return eventIds.every((id) => events.includes(id));
}

/** How a sweep ended; null: it goes on, or has not begun yet. */
async function endOf(store: Store, sourceId: string, review: string): Promise<"sealed" | "incomplete" | null> {
  const keys = reviewKeys(sourceId, review);
  if ((await store.get(keys.evidence)) !== null) return "sealed";
  const snapshot = await store.getJson<{ complete: boolean }>(keys.snapshot);
  return snapshot?.complete === false ? "incomplete" : null;
}

type Beside = { sourceId: string; newest: string | null; nowMs: number };

/** A sweep that the schedule or a person began is waited for as well. */
async function refuseBeside(store: Store, { sourceId, newest, nowMs }: Beside): Promise<void> {
  if (newest === null || instantOfReview(newest) <= nowMs - patienceMs) return;
  if ((await endOf(store, sourceId, newest)) === null) throw new NotNowError(`${sourceId} ${newest} is under way`);
}

function together(one: string[] | null, other: string[] | null): string[] | null {
  return one && other && [...new Set([...one, ...other])].sort();
}

/** A sweep takes so many names: of more, whoever left is looked for. */
function upToMost(holderIds: string[] | null): string[] | null {
  return holderIds && holderIds.length <= mostHolders ? holderIds : null;
}
