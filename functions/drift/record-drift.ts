import { hashOf } from "../basics/hash.ts";
import { epochMs } from "../basics/time.ts";
import { openCheckpoint } from "../ledger/checkpoint.ts";
import { grantBatchesOf } from "../ledger/grants.ts";
import { openLedger } from "../ledger/ledger.ts";
import { type DriftRecord, differenceBetween, holdersBefore, isHeldAt } from "../review/grants/drift.ts";
import { driftKey, driftStateKey } from "../review/keys.ts";
import { type DriftPlace, driftRecords } from "./read-drift.ts";

/** Who holds a role at some objects, as an event of the provider said. Instants are ISO 8601. */
export type ToldHolders = {
  event: string;
  at: string;
  receivedAt: string;
  roleId: string;
  scopes: DriftRecord["scopes"];
  holderIds: string[];
};

/** The newest set of holders that was told of one role at some objects. A convenience: its hash stands in the record of its event. */
type ToldState = { at: string; event: string; holderIds: string[] };

/**
 * Writes down how the holders of a role changed, once for each event: the difference from what was known before, be it by an
 * earlier event or by the newest complete review. An event that comes after a later one changes nothing that is known; its record
 * says who came and went in between.
 */
export async function recordDrift(place: DriftPlace, told: ToldHolders): Promise<void> {
  const { store, sourceId } = place;
  const { event, at, receivedAt, roleId, scopes, holderIds } = told;
  const state = await openCheckpoint<ToldState>(
    store,
    driftStateKey(sourceId, hashOf({ roleId, scopes }).slice(0, 16)),
  );
  if (state.value?.event === event) return;
  const known = await knownBefore(place, told, state.value);
  const isLate = known.knownAt !== null && epochMs(known.knownAt) > epochMs(at);
  const record: DriftRecord = {
    formatVersion: 1,
    kind: "drift",
    source: sourceId,
    event,
    at,
    receivedAt,
    roleId,
    scopes,
    holders: holderIds.length,
    sha256: hashOf(holderIds),
    since: known.since,
    ...(isLate ? await lateDifference(place, told, known) : differenceBetween(known.holderIds, holderIds)),
  };
  await store.createJson(driftKey(sourceId, at, event), record);
  if (!isLate) await state.save({ at, event, holderIds });
}

/** `knownAt`: the instant of which it is known; null where nothing is. */
type Known = { holderIds: string[]; since: DriftRecord["since"]; knownAt: string | null };

/** What was known of the role at these objects before: the newer of the last event's set and the newest complete review. */
async function knownBefore(
  place: DriftPlace,
  { roleId, scopes }: ToldHolders,
  state: ToldState | null,
): Promise<Known> {
  const snapshot = await openLedger(place.store, place.sourceId).newestCompleteSnapshot();
  const isProved = state !== null && (await isTold(place, state));
  if (isProved && (snapshot === null || epochMs(state.at) >= epochMs(snapshot.takenAt))) {
    return { holderIds: state.holderIds, since: { event: state.event }, knownAt: state.at };
  }
  if (snapshot === null) return { holderIds: [], since: null, knownAt: null };
  const holderIds: string[] = [];
  for await (const grants of grantBatchesOf(place.store, snapshot)) {
    for (const grant of grants) if (isHeldAt(grant, roleId, scopes)) holderIds.push(grant.holder.id);
  }
  return { holderIds, since: { review: snapshot.review }, knownAt: snapshot.takenAt };
}

/** Checkpoints are not believed: the set is the one whose hash its event's record has. */
async function isTold({ store, sourceId }: DriftPlace, { at, event, holderIds }: ToldState): Promise<boolean> {
  const record = await store.getJson<DriftRecord>(driftKey(sourceId, at, event));
  return record?.sha256 === hashOf(holderIds);
}

/** Of an event that came after what is known now: who was in the set that it told, and neither before nor after, and the reverse. */
async function lateDifference(
  place: DriftPlace,
  told: ToldHolders,
  { holderIds, knownAt }: Known,
): Promise<Pick<DriftRecord, "granted" | "gone" | "late">> {
  const records = await driftRecords(place, { after: told.at, until: knownAt ?? told.at });
  const later = records
    .filter((record) => record.kind === "drift")
    .filter(({ roleId, scopes }) => roleId === told.roleId && hashOf(scopes) === hashOf(told.scopes))
    .filter(({ at }) => epochMs(at) > epochMs(told.at))
    .sort((a, b) => epochMs(a.at) - epochMs(b.at));
  const before = holdersBefore(holderIds, later);
  const next = holdersBefore(holderIds, later.slice(1));
  const { granted, gone } = differenceBetween(before, told.holderIds);
  const late = { cameAndWent: granted.filter((id) => !next.has(id)), wentAndCame: gone.filter((id) => next.has(id)) };
  return { granted: [], gone: [], late };
}
