import { type IdSet, openIdSet } from "../../basics/id-set.ts";
import {
  type Grant,
  type Holder,
  type HolderField,
  type HolderStatus,
  holderFields,
  isWithoutId,
  type PersonKey,
  type PersonKeys,
  personKeys,
  type Role,
  worksHere,
} from "../../review/grants/grant.ts";
import { type CheckCode, sayCheck } from "../../review/grants/say-check.ts";
import type { Check, ShownLine, Snapshot } from "../../review/grants/snapshot.ts";
import type { ReadNote } from "../../review/ports.ts";
import { type Guard, ruleReads } from "../../review/rules/policy.ts";
import type { Stage } from "../../review/stage.ts";
import type { SnapshotState } from "./snapshot-state.ts";

// Every proof that a snapshot is whole. Above 300 lines, as the checks are read as one list.

/** Counts over the grants of a snapshot, for its checks and its role list. `canaries`: the policy's canaries that were found. */
export type Tally = {
  grants: number;
  /** Lines of the spool, before grants that came twice were merged. */
  spooled: number;
  holders: IdSet;
  unknownHolders: IdSet;
  /** Of these, holders without an id. */
  withoutId: IdSet;
  holdersByRole: Map<string, { all: number; active: number }>;
  canaries: Set<Guard["canaries"][number]>;
  /** People who left, and whether the provider said of any that they are employed again or not. */
  leavers: IdSet;
  areLeaversIdentified: boolean;
  /** The statuses of users, and of members of groups: a group's own status is made of its members'. */
  statuses: Set<HolderStatus>;
  /** Users who could be read, and those of them who have a last day by their status. */
  people: number;
  peopleWithLastDay: number;
  /** Fields that came for at least one of them. */
  answered: Set<HolderField>;
  /** Keys of people that came for at least one of them. */
  keys: Set<PersonKey>;
  /**
   * Of a source that says who people are: everybody listed, those of them who left, holders among them, and employments of which
   * the source says whose they are; the keys that came for at least one.
   */
  listedPeople: { all: number; left: number; holders: number; identified: number; keys: Set<PersonKey> };
};

export function openTally(): Tally {
  return {
    grants: 0,
    spooled: 0,
    holders: openIdSet(),
    unknownHolders: openIdSet(),
    withoutId: openIdSet(),
    holdersByRole: new Map(),
    canaries: new Set(),
    leavers: openIdSet(),
    areLeaversIdentified: false,
    statuses: new Set(),
    people: 0,
    peopleWithLastDay: 0,
    answered: new Set(),
    keys: new Set(),
    listedPeople: { all: 0, left: 0, holders: 0, identified: 0, keys: new Set() },
  };
}

/** Counts somebody of a source that says who people are. The grants were counted before. */
export function countPerson(
  { listedPeople, holders, unknownHolders }: Tally,
  { id, status, personId, keys }: Pick<Holder, "id" | "status"> & { personId: string | null; keys: PersonKeys },
): void {
  listedPeople.all++;
  if (personId !== null) listedPeople.identified++;
  addKeys(listedPeople.keys, keys);
  if (status === "left") listedPeople.left++;
  if (holders.has(id) && !unknownHolders.has(id)) listedPeople.holders++;
}

export function countGrant({ policy }: Stage, tally: Tally, { holder, role }: Grant): void {
  tally.grants++;
  tally.holders.add(holder.id);
  if (holder.status === "unknown") tally.unknownHolders.add(holder.id);
  if (isWithoutId(holder.id)) tally.withoutId.add(holder.id);
  countFields(tally, holder);
  for (const canary of policy.guard.canaries) {
    if (canary.holder === holder.id && (canary.role === role.id || canary.role === role.code))
      tally.canaries.add(canary);
  }
  const byRole = tally.holdersByRole.get(role.id) ?? { all: 0, active: 0 };
  byRole.all++;
  if (worksHere(holder)) byRole.active++;
  tally.holdersByRole.set(role.id, byRole);
}

function countFields(tally: Tally, holder: Holder): void {
  for (const { status } of holder.kind === "user" ? [holder] : (holder.members ?? [])) tally.statuses.add(status);
  if (holder.kind !== "user" || holder.status === "unknown") return;
  tally.people++;
  if (holder.status === "left" || holder.status === "leaving") tally.peopleWithLastDay++;
  for (const field of holderFields) if (holder[field] !== null) tally.answered.add(field);
  addKeys(tally.keys, holder.keys ?? {});
  if (holder.status !== "left") return;
  tally.leavers.add(holder.id);
  if (holder.employedAgain !== null) tally.areLeaversIdentified = true;
}

function addKeys(answered: Set<PersonKey>, keys: PersonKeys): void {
  for (const key of personKeys) if (keys[key] !== undefined) answered.add(key);
}

type Facts = {
  stage: Stage;
  state: SnapshotState;
  tally: Tally;
  roles: Role[];
  previous: Snapshot | null;
  /** What the pages of all listings showed. */
  shown: Required<ShownLine>;
  /** Whether rules ask who the holder is by the authority. */
  asksForPerson: boolean;
};

/** Every proof that the snapshot is whole: the checks that hold for any source, and the source's own. */
export function snapshotChecks(facts: Facts): Check[] {
  return facts.state.sweep ? sweepChecks(facts) : reviewChecks(facts);
}

/** What holds of a sweep that asked for some holders alone: who else is there, it cannot tell. */
function sweepChecks(facts: Facts): Check[] {
  return [
    listingsEnded(facts),
    pagesAreKept(facts),
    rolesAreKnown(facts),
    ...leaversAreIdentified(facts),
    // A sweep of named holders asks for no canary.
    ...(facts.state.sweep?.period ? [canariesArePresent(facts)] : []),
    ...facts.state.checks,
    ...whatIsMissing(facts),
  ];
}

function reviewChecks(facts: Facts): Check[] {
  return [
    listingsEnded(facts),
    pagesAreKept(facts),
    ...grantsAsAnnounced(facts),
    ...vanishedAreFound(facts),
    rolesAreKnown(facts),
    unknownHoldersAreFew(facts),
    leaversAreVisible(facts),
    ...leaversAreIdentified(facts),
    ...peopleAreListed(facts),
    ...fieldsAreAnswered(facts),
    ...keysAreAnswered(facts),
    canariesArePresent(facts),
    protectedEntriesExist(facts),
    ...conflictRolesExist(facts),
    ...roleOwnersExist(facts),
    ...reviewersExist(facts),
    populationIsThere(facts),
    ...facts.state.checks,
    ...whatIsMissing(facts),
  ];
}

/** Notes and no proofs: nothing is removed by a name or a signal, so that a snapshot is complete without them. */
function whatIsMissing({ state }: Facts): Check[] {
  const [signals, names] = [true, false].map((isSignal) =>
    (state.notes ?? []).filter(({ about }) => (about === "lastActiveAt") === isSignal),
  );
  return [...noteOf("names-read", "names-unread", names!), ...noteOf("signals-read", "signals-unread", signals!)];
}

function noteOf(name: string, code: CheckCode, notes: readonly ReadNote[]): Check[] {
  if (notes.length === 0) return [];
  const about = notes.map((note) => note.about).join(", ");
  const reason = notes.map((note) => note.reason).join("; ");
  return [sayCheck(name, true, code, { about, reason })];
}

/** The checkpoint says which listings are open; the reads say how many were begun: a listing that only left the checkpoint did not end. */
function listingsEnded({ state, shown }: Facts): Check {
  const { listings, pages } = state;
  const open = Math.max(state.open.length, Math.abs(shown.begun - shown.ended));
  return sayCheck("listings-ended", open === 0, "listings-ended", { listings, pages, open });
}

/** What was read lies between the stages where others may write: a grant that left it since is missed here. */
function pagesAreKept({ tally, shown, state }: Facts): Check {
  const isWhole = tally.spooled === shown.grants;
  const figures = { shown: shown.grants, kept: tally.spooled, pages: state.pages };
  return sayCheck("pages-kept", isWhole, isWhole ? "pages-kept" : "pages-changed", figures);
}

/** No check where the provider does not say how many grants it has. */
function grantsAsAnnounced({ state, tally }: Facts): Check[] {
  const totals = Object.values(state.announced);
  if (totals.length === 0) return [];
  const announced = totals.reduce((sum, total) => sum + total, 0);
  const listed = tally.grants;
  const name = "grants-as-announced";
  if (announced === listed) return [sayCheck(name, true, "grants-announced", { announced, listed })];
  const { announcedBy: call = "", pages } = state;
  return [sayCheck(name, false, "grants-differ", { announced, listed, call, pages })];
}

/** So many holders may be found although nothing seems to be gone: what was given and removed since the previous snapshot was in neither. */
const unexplainedHolders = 3;

/** Every holder whom a page passed over has another one removed ahead. No check where no grant has vanished. */
function vanishedAreFound({ state, previous }: Facts): Check[] {
  const { asked = 0, found = 0, holders = 0 } = state.vanished ?? {};
  if (asked === 0 || !previous) return [];
  const gone = asked - found;
  const figures = { asked, review: previous.review, gone, found };
  const name = "vanished-read-by-id";
  return [
    holders <= gone + unexplainedHolders
      ? sayCheck(name, true, "vanished-asked", figures)
      : sayCheck(name, false, "listing-hides", { ...figures, holders }),
  ];
}

function rolesAreKnown({ state: { unknownRoles } }: Facts): Check {
  const name = "roles-known";
  return unknownRoles.length === 0
    ? sayCheck(name, true, "roles-listed")
    : sayCheck(name, false, "roles-unlisted", { roles: unknownRoles.join(", ") });
}

/** Whoever is listed among the people without an id cannot be asked for grants, and so counts as a holder who could not be read. */
function unknownHoldersAreFew({ stage, state, tally }: Facts): Check {
  const name = "unknown-holders-few";
  const { withoutId: unasked = 0 } = state.counts;
  const [unread, holders] = [tally.unknownHolders.size + unasked, tally.holders.size + unasked];
  const { maxUnknownShare } = stage.policy.guard;
  const passed = holders === 0 || unread / holders <= maxUnknownShare;
  const withoutId = tally.withoutId.size + unasked;
  const figures = { unread, holders, maxUnknownShare };
  return withoutId === 0
    ? sayCheck(name, passed, "holders-unread", figures)
    : sayCheck(name, passed, "holders-without-id", { ...figures, withoutId });
}

function leaversAreVisible({ stage, state }: Facts): Check {
  const name = "leavers-visible";
  const { leavers } = state.counts;
  if (leavers === undefined) return sayCheck(name, true, "leavers-unlisted");
  if (leavers > 0) return sayCheck(name, true, "leavers-asked-for", { leavers });
  return stage.policy.guard.expectLeavers
    ? sayCheck(name, false, "leavers-missing")
    : sayCheck(name, true, "leavers-unexpected");
}

/**
 * A list of people that hides somebody takes a person for one who has left everything: every holder who could be read has to be
 * in it, and somebody who left. The search behind it is minutes old, so that a few newcomers may be missing.
 */
function peopleAreListed({ stage, state, tally }: Facts): Check[] {
  if (!state.peopleRuns) return [];
  const name = "people-listed";
  const { all: people, left, holders, identified, keys } = tally.listedPeople;
  const known = tally.holders.size - tally.unknownHolders.size;
  const { maxUnknownShare, expectLeavers } = stage.policy.guard;
  const missing = known - holders;
  if (missing > Math.max(1, known * maxUnknownShare))
    return [sayCheck(name, false, "people-hidden", { people, missing, holders: known })];
  const { match } = stage.authority!;
  if (people > 0 && !isAnyAnswered(match, keys))
    return [sayCheck(name, false, "people-without-keys", { people, keys: match.join(", ") })];
  if (people > 0 && identified === 0) return [sayCheck(name, false, "people-unidentified", { people })];
  if (left === 0 && expectLeavers) return [sayCheck(name, false, "people-without-leavers", { people })];
  return [sayCheck(name, true, "people-listed", { people, left })];
}

/**
 * Whether somebody who left is employed again is told by the person behind the employment. Where that is said of no leaver at all,
 * the app may not read it. No check where no leaver holds anything.
 */
function leaversAreIdentified({ tally }: Facts): Check[] {
  const name = "leavers-identified";
  const leavers = tally.leavers.size;
  if (leavers === 0) return [];
  const isTold = tally.areLeaversIdentified;
  return [sayCheck(name, isTold, isTold ? "leavers-identified" : "leavers-unidentified", { leavers })];
}

/** No check where the provider does not tell which fields it knows, or where nobody could be read; of the status, which every provider tells, always. */
function fieldsAreAnswered({ stage, state, tally }: Facts): Check[] {
  const name = "fields-answered";
  const missing = missingFields(state, tally);
  if (missing === null) return [];
  if (missing.length === 0) return [sayCheck(name, true, "fields-answered")];
  const used = missing.filter((field) => ruleReads(stage.policy.rules, "holder", field));
  return [
    used.length > 0
      ? sayCheck(name, false, "fields-missing", { fields: namesOf(used) })
      : sayCheck(name, true, "fields-unused", { fields: namesOf(missing) }),
  ];
}

type AskedField = HolderField | "status";

/** The fields that came for nobody; null where that cannot be told. Without a status nobody counts as read, so that it alone is named. */
function missingFields({ holderFields: known }: SnapshotState, tally: Tally): AskedField[] | null {
  if (tally.statuses.size === 1 && tally.statuses.has("unknown")) return ["status"];
  if (!known || tally.people === 0) return null;
  const isExpected = (field: HolderField): boolean => field !== "lastDay" || tally.peopleWithLastDay > 0;
  return known.filter((field) => isExpected(field) && !tally.answered.has(field));
}

/**
 * Rules that ask who the holder is find nobody where no holder has a key. No check where no rule asks, and of the source that says
 * who people are, which knows its own holders by their ids.
 */
function keysAreAnswered({ stage: { authority, sourceId }, tally, asksForPerson }: Facts): Check[] {
  if (!authority || authority.source === sourceId || tally.people === 0 || !asksForPerson) return [];
  const keys = authority.match.join(", ");
  const isAnswered = isAnyAnswered(authority.match, tally.keys);
  return [sayCheck("people-keys-answered", isAnswered, isAnswered ? "keys-answered" : "keys-missing", { keys })];
}

function isAnyAnswered(match: readonly PersonKey[], answered: ReadonlySet<PersonKey>): boolean {
  return match.some((key) => answered.has(key));
}

function namesOf(fields: readonly AskedField[]): string {
  return fields.map((field) => `holder.${field}`).join(", ");
}

function canariesArePresent({ stage, tally }: Facts): Check {
  const name = "canaries-present";
  const { canaries } = stage.policy.guard;
  const missing = canaries.filter((canary) => !tally.canaries.has(canary));
  if (missing.length === 0)
    return sayCheck(name, true, "canaries-found", { found: canaries.length, canaries: canaries.length });
  const pairs = missing.map(({ holder, role }) => `${holder} with ${role}`);
  return sayCheck(name, false, "canaries-missing", { missing: pairs.join(", ") });
}

function protectedEntriesExist({ stage, tally, roles }: Facts): Check {
  const name = "protected-entries-exist";
  const { protectedRoles, protectedHolders } = stage.policy.guard;
  const missingRoles = missingFrom(roles, protectedRoles);
  const missingHolders = protectedHolders.filter((holder) => !tally.holders.has(holder)).join(", ");
  if (missingRoles && missingHolders)
    return sayCheck(name, false, "protected-missing", { roles: missingRoles, holders: missingHolders });
  if (missingRoles) return sayCheck(name, false, "protected-roles-missing", { roles: missingRoles });
  if (missingHolders) return sayCheck(name, false, "protected-holders-missing", { holders: missingHolders });
  return sayCheck(name, true, "protected-found", { roles: protectedRoles.length, holders: protectedHolders.length });
}

/** A misspelt role in a conflict would silently be held together with any other. No check where no conflict names the source. */
function conflictRolesExist({ stage, roles }: Facts): Check[] {
  const { sourceId, policy } = stage;
  const lists = (policy.conflicts ?? []).flatMap(({ between }) => between.flat());
  const named = new Set(lists.flatMap(({ source, roles: ofSource }) => (source === sourceId ? ofSource : [])));
  if (named.size === 0) return [];
  const name = "conflict-roles-exist";
  const missing = missingFrom(roles, [...named]);
  return [
    missing
      ? sayCheck(name, false, "conflict-roles-missing", { roles: missing })
      : sayCheck(name, true, "conflict-roles-found", { roles: named.size }),
  ];
}

/** A misspelt role in `roleOwners` would silently give its grants, and the names of their holders, to another reviewer. */
function roleOwnersExist({ state, roles }: Facts): Check[] {
  if (!state.reviewers) return [];
  const name = "role-owners-exist";
  const owned = Object.keys(state.reviewers.roleOwners);
  const missing = missingFrom(roles, owned);
  return [
    missing
      ? sayCheck(name, false, "role-owners-missing", { roles: missing })
      : sayCheck(name, true, "role-owners-found", { roles: owned.length }),
  ];
}

/**
 * Whoever does not exist decides on nothing: grants would be routed to nobody, or to somebody else. The check names them, and does
 * not make the snapshot incomplete: leavers are removed all the same.
 */
function reviewersExist({ state }: Facts): Check[] {
  if (!state.unknownReviewers) return [];
  const name = "reviewers-exist";
  const missing = state.unknownReviewers.map(({ id, at }) => `${id} (${at})`).join(", ");
  return [missing ? sayCheck(name, true, "reviewers-missing", { missing }) : sayCheck(name, true, "reviewers-found")];
}

/** The configured roles that the role list has neither by id nor by code, as one figure. */
function missingFrom(roles: readonly Role[], configured: readonly string[]): string {
  const known = new Set(roles.flatMap(({ id, code }) => [id, code ?? id]));
  return configured.filter((role) => !known.has(role)).join(", ");
}

function populationIsThere({ tally: { grants }, previous }: Facts): Check {
  const name = "population-not-empty";
  if (!previous) return sayCheck(name, true, "population-first", { grants });
  const before = previous.population.grants;
  return sayCheck(name, grants > 0 || before === 0, "population-before", { grants, before, review: previous.review });
}
