import { dayMs, epochMs } from "../basics/time.ts";
import { completeSnapshots } from "../ledger/grants.ts";
import type { AtWork } from "../ledger/ledger.ts";
import { createJsonOnce } from "../ledger/write-once.ts";
import { reviewKeys } from "../review/keys.ts";
import {
  type AuthoritySnapshot,
  openPeopleIndex,
  type PeopleMatch,
  type PersonFacts,
  type PersonLine,
  type Sought,
  unknownPerson,
} from "../review/people/person.ts";

/** By which snapshot of the authority people are known; null, and why, where none can be relied on. */
export type StandingAuthority = Pick<PeopleMatch, "authority" | "why">;

/**
 * The newest complete snapshot of the authority, unless it is older at `asOf` (ISO 8601) than a plan may be. Null: no source
 * says who people are.
 */
export async function standingAuthority(
  { authority, store, policy }: Pick<AtWork, "authority" | "store" | "policy">,
  asOf: string,
): Promise<StandingAuthority | null> {
  if (!authority) return null;
  const newest = await newestPeople(store, authority.source);
  if (!newest) return { authority: null, why: "no-people-yet" };
  return isTooOld(newest, policy, epochMs(asOf))
    ? { authority: null, why: "too-old" }
    : { authority: newest, why: null };
}

/** Whether a snapshot of the authority is older than a plan may be. `nowMs` is epoch milliseconds. */
export function isTooOld({ takenAt }: AuthoritySnapshot, { guard }: AtWork["policy"], nowMs: number): boolean {
  return nowMs - epochMs(takenAt) > guard.maxPlanAgeDays * dayMs;
}

/** The newest complete snapshot of a source that lists its people. */
async function newestPeople(store: AtWork["store"], sourceId: string): Promise<AuthoritySnapshot | null> {
  for await (const { snapshot, snapshotSha256 } of completeSnapshots(store, sourceId)) {
    const { review, takenAt, origin, people } = snapshot;
    if (people) return { source: sourceId, review, origin, takenAt, snapshotSha256, peopleSha256: people.sha256 };
  }
  return null;
}

/** Gives who a holder of the stage's source, or of another one that is named, is. */
export type PersonOf = (holder: Sought & { id: string }, source?: string) => PersonFacts;

/** Gives who somebody is, by a snapshot of the authority; null: nobody is known. */
export async function openKnownPeople(
  { authority, sourceId, store }: Pick<AtWork, "authority" | "sourceId" | "store">,
  known: AuthoritySnapshot | null,
): Promise<PersonOf> {
  if (!authority || !known) return () => unknownPerson;
  const index = openPeopleIndex(authority.match);
  const { people: key } = reviewKeys(known.source, known.review);
  for await (const lines of store.readStoredLines<PersonLine>(key, known.peopleSha256)) {
    lines.parseAll().forEach(index.add);
  }
  return (holder, source = sourceId) => (source === known.source ? index.byId(holder.id) : index.find(holder));
}

type Place = Pick<AtWork, "store" | "sourceId" | "review">;

/** Writes whom an assessment knew. */
export async function writePeopleMatch(place: Place, assessment: string, match: PeopleMatch): Promise<void> {
  await createJsonOnce(place.store, reviewKeys(place.sourceId, place.review).assessment(assessment).people, match);
}

/** Whom the assessment of a plan knew; null where no source said who people are. */
export function readPeopleMatch(place: Place, { assessment }: { assessment: string }): Promise<PeopleMatch | null> {
  return place.store.getJson<PeopleMatch>(reviewKeys(place.sourceId, place.review).assessment(assessment).people);
}
