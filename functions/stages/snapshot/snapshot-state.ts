import { sha256 } from "../../basics/hash.ts";
import { dayMs, parseInstant } from "../../basics/time.ts";
import { type Checkpoint, openReviewCheckpoint } from "../../ledger/checkpoint.ts";
import type { GrantEntry, Holder, HolderField } from "../../review/grants/grant.ts";
import { emptySample, type KeySample, offer } from "../../review/grants/sampling.ts";
import type { Check, Origin, ReadTotals, Snapshot } from "../../review/grants/snapshot.ts";
import { checkpointKey } from "../../review/keys.ts";
import type { NamedReviewer, ReviewerRules } from "../../review/people/routing.ts";
import type { GrantKey, Listing, Page, ReadNote, Sample, SweepAsked } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";
import type { OpenListing } from "./read-listings.ts";

/** Grants that the previous snapshot had and that no listing showed. They are asked for by id. */
export type VanishedListing = Listing & { kind: "vanished"; parameters: { keys: GrantKey[] } };

export function isOfVanished(listing: Listing): listing is VanishedListing {
  return listing.kind === "vanished";
}

/** What became of such grants. `found`: they are there, and were not given since the snapshot began. */
type VanishedCount = { asked: number; found: number; holders: number };

/** What a sweep asked for, and what it was told so far; only where the source can ask for those alone whose status changed. */
export type SweepState = SweepAsked & {
  /** Known leavers whom no search has shown yet. */
  unshown: string[];
  /** How many the searches showed. */
  departed: number;
  /** How many were asked for, and whose facts did not come. */
  asked: number;
  unanswered: string[];
};

/** How far a snapshot has come. Everything that it counts is durable. */
export type SnapshotState = {
  startedAt: string;
  /** Set once every listing has ended and every proof was made: from then on nothing is read from the provider. */
  takenAt: string | null;
  origin: Origin;
  previousReview: string | null;
  /** How many grants the previous snapshot had, which progress is measured by. */
  previousGrants: number | null;
  sweep?: SweepState;
  /** Where the role list is kept. */
  rolesKey: string;
  listing: Snapshot["listing"];
  /** The reviewers as configured when the snapshot began; null or left out: no reviewers are configured. */
  reviewers?: ReviewerRules | null;
  /** Who is responsible, as far as it was read: runs in the checkpoint area, and the key of the result once it is whole. */
  responsible?: { runs: string[]; key: string | null };
  /** Sorted runs of the people, of a source that says who people are. */
  peopleRuns?: string[];
  /** The roles that conflicts with other sources named when the snapshot began; left out where they named none. */
  conflictRoles?: string[];
  /** Fields of a holder that the provider knows; left out where it does not tell. */
  holderFields?: HolderField[];
  /** Reviewers of the configuration whom nobody is: the id, and where the configuration has it. */
  unknownReviewers?: NamedReviewer[];
  open: OpenListing[];
  /** What became of grants that the previous snapshot had and no listing showed; left out until all listings have ended. */
  vanished?: VanishedCount;
  listings: number;
  pages: number;
  grants: number;
  /** Sorted runs of what was read, in the checkpoint area. */
  runs: string[];
  readRuns: string[];
  readTotals: ReadTotals[];
  counts: Record<string, number>;
  /** By listing: how many grants the provider says that the listing has, as its newest page with a total says. */
  announced: Record<string, number>;
  /** The call that announced the totals. Left out where no page had a total. */
  announcedBy?: string;
  /** Names that could not be read, one note a dimension. Left out where there are none. */
  notes?: ReadNote[];
  unknownRoles: string[];
  holders: KeySample;
  scopes: KeySample;
  checks: Check[];
};

const sampledHolders = 40;
const sampledScopes = 10;

export function newSnapshotState(
  start: Pick<
    SnapshotState,
    | "startedAt"
    | "origin"
    | "previousReview"
    | "previousGrants"
    | "rolesKey"
    | "listing"
    | "reviewers"
    | "holderFields"
    | "peopleRuns"
    | "conflictRoles"
    | "sweep"
    | "open"
  >,
): SnapshotState {
  return {
    ...start,
    takenAt: null,
    listings: start.open.length,
    pages: 0,
    grants: 0,
    runs: [],
    readRuns: [],
    readTotals: [],
    counts: {},
    announced: {},
    unknownRoles: [],
    holders: emptySample(sampledHolders),
    scopes: emptySample(sampledScopes),
    checks: [],
  };
}

export function spoolKey(stage: Stage, name: string): string {
  return checkpointKey(stage.sourceId, stage.review, `spool/${name}.jsonl.gz`);
}

export function openSnapshotState(stage: Stage): Promise<Checkpoint<SnapshotState>> {
  return openReviewCheckpoint<SnapshotState>(stage, "snapshot.json");
}

/** What a state is held against: the review's own instant, the present, and the review that it is compared with. */
export type Present = { reviewMs: number; nowMs: number; previousReview: string | null; spool: string };

/** A review's id may be ahead of the clock that began it, and two machines' clocks differ. */
const aheadMs = 15 * 60_000;

/**
 * What a state says that cannot be, in words that follow "as it". Pure: whoever can write the checkpoint may have written
 * anything. A snapshot that was read more than a day ago is not written, as people have come and gone since.
 */
export function snapshotStateFaults(state: unknown, { reviewMs, nowMs, previousReview, spool }: Present): string[] {
  if (!isSnapshotState(state)) return ["is not what a snapshot leaves behind"];
  const faults: string[] = [];
  const startedMs = parseInstant(state.startedAt);
  // Where the clock is behind the review's own id, what begins anew now would not fit either: clock-order.ts tells of it.
  const latestMs = nowMs < reviewMs - aheadMs ? reviewMs + dayMs : nowMs;
  if (startedMs === null || startedMs < reviewMs - aheadMs || startedMs > latestMs) {
    faults.push(`begins at ${state.startedAt}, which is not between the review's id and now`);
  }
  if (state.takenAt !== null) {
    const takenMs = parseInstant(state.takenAt);
    if (takenMs === null || takenMs < (startedMs ?? 0) || takenMs > nowMs) {
      faults.push(`was read to its end at ${state.takenAt}, which is not between its beginning and now`);
    } else if (nowMs - takenMs > dayMs) faults.push("was read to its end more than a day ago");
    if (state.checks.length === 0) faults.push("was read to its end, and has no proof of it");
  }
  if (state.previousReview !== previousReview) {
    faults.push(
      `is compared with ${state.previousReview ?? "no review"}, and ${previousReview ?? "no review"} is before it`,
    );
  }
  const isOwn = (key: string): boolean => key.startsWith(spool) && spoolHash(key) !== null;
  if (!spoolKeysOf(state).every(isOwn)) faults.push("names files that no snapshot keeps");
  else if (state.readRuns.length === 0 || !runsOf(state).every(areInOrder)) {
    // A checkpoint is written once there were reads.
    faults.push("leaves out files that it kept before");
  }
  return faults;
}

function isSnapshotState(state: unknown): state is SnapshotState {
  if (typeof state !== "object" || state === null) return false;
  const of = state as Record<string, unknown>;
  const is = (type: string, ...names: string[]): boolean => names.every((name) => typeof of[name] === type);
  const isArray = (...names: string[]): boolean => names.every((name) => Array.isArray(of[name]));
  const isObject = (...names: string[]): boolean => names.every((name) => typeof of[name] === "object" && of[name]);
  return (
    is("string", "startedAt", "rolesKey") &&
    is("number", "listings", "pages", "grants") &&
    isArray("open", "runs", "readRuns", "readTotals", "unknownRoles", "checks") &&
    isObject("origin", "listing", "counts", "announced", "holders", "scopes") &&
    (of.conflictRoles === undefined || isTexts(of.conflictRoles)) &&
    (of.takenAt === null || is("string", "takenAt")) &&
    spoolKeysOf(state as SnapshotState).every((key) => typeof key === "string")
  );
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** Every file of the spool that a state names. */
export function spoolKeysOf({ rolesKey, runs, readRuns, peopleRuns = [], responsible }: SnapshotState): string[] {
  const people = responsible ? [...responsible.runs, ...(responsible.key ? [responsible.key] : [])] : [];
  return [rolesKey, ...runs, ...readRuns, ...peopleRuns, ...people];
}

/** The files of the spool that are numbered, as each is added to those before. */
function runsOf({ runs, readRuns, peopleRuns = [], responsible }: SnapshotState): string[][] {
  return [runs, readRuns, peopleRuns, responsible?.runs ?? []];
}

function areInOrder(keys: string[]): boolean {
  return keys.every((key, at) => Number(/-(\d{5,})-[0-9a-f]+\.jsonl\.gz$/.exec(key)?.[1]) === at);
}

/** The beginning of a file's SHA-256, which its name has; null where the name is no file's of the spool. */
export function spoolHash(key: string): string | null {
  return /^[a-z]+(?:-\d{5,})?-([0-9a-f]{16})\.jsonl\.gz$/.exec(key.slice(key.lastIndexOf("/") + 1))?.[1] ?? null;
}

/** Only these dimensions can be asked for a second time (Feishu's assigned_users/search); others are passed over. */
function isSampledRole({ role }: GrantEntry): boolean {
  return role.kind === "organisational";
}

type Sampled = Pick<SnapshotState, "holders" | "scopes" | "startedAt" | "counts">;

/** Remembers a grant where the seeded samples of holders and of role scopes contain it. */
export function sampleGrant(stage: Stage, state: Sampled, entry: GrantEntry): void {
  const rankOf = (key: string): string => sha256(`${stage.sourceId}\n${stage.review}\n${key}`);
  const { holderId, role, scopes } = entry;
  offer(state.holders, rankOf, [holderId, role.id]);
  if (!isSampledRole(entry)) return;
  for (const combination of scopes ?? []) {
    const mark = combination.length === 1 ? "" : partOfMore;
    for (const { dimension, ids } of combination) {
      for (const id of ids) offer(state.scopes, rankOf, [`${role.id}\n${dimension}\n${id}`, holderId + mark]);
    }
  }
}

/** Marks a holder whose scope says "and": whether a search for one of the objects shows it is not documented. */
const partOfMore = "*";

/** The sample that the source's own proofs compare with a second reading. */
export function sampleOf(state: Sampled): Sample {
  return {
    startedAt: state.startedAt,
    counts: state.counts,
    rolesByHolder: Object.fromEntries(state.holders.entries.map(({ key, values }) => [key, values])),
    scopes: state.scopes.entries
      .filter(({ values }) => !values.some((holder) => holder.endsWith(partOfMore)))
      .map(({ key, values }) => {
        const [roleId = "", dimension = "", objectId = ""] = key.split("\n");
        return { roleId, dimension, objectId, holderIds: values };
      }),
  };
}

/** The sample as it will be once these pages are kept as well. */
export function sampleWith(stage: Stage, state: SnapshotState, pages: Page[]): Sample {
  const counts = { ...state.counts };
  const ahead = { ...state, holders: structuredClone(state.holders), scopes: structuredClone(state.scopes), counts };
  for (const page of pages) {
    for (const entry of page.entries) sampleGrant(stage, ahead, entry);
    addCounts(counts, page.counts);
  }
  return sampleOf(ahead);
}

/** Adds the counts of a page. */
export function addCounts(counts: Record<string, number>, more: Record<string, number>): void {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count;
}

/** Notes what a page told a sweep: who left, and whose facts did not come. */
export function noteSwept(
  sweep: SweepState,
  { departed = [] }: Pick<Page, "departed">,
  asked: readonly Holder[],
): void {
  const shown = new Set(departed);
  sweep.unshown = sweep.unshown.filter((id) => !shown.has(id));
  sweep.departed += shown.size;
  sweep.asked += asked.length;
  for (const { id, status } of asked)
    if (status === "unknown" && !sweep.unanswered.includes(id)) sweep.unanswered.push(id);
}

/** Adds a page of vanished grants to their count. */
export function countVanished(
  { startedAt, vanished = { asked: 0, found: 0, holders: 0 } }: SnapshotState,
  { parameters }: VanishedListing,
  { entries }: Page,
): VanishedCount {
  // The vendors' dates have whole seconds.
  const isNew = (grantedAt: string | null): boolean =>
    grantedAt !== null && Date.parse(grantedAt) + 1000 > Date.parse(startedAt);
  const found = entries.filter(({ grantedAt }) => !isNew(grantedAt));
  return {
    asked: vanished.asked + parameters.keys.length,
    found: vanished.found + found.length,
    holders: vanished.holders + new Set(found.map(({ holderId }) => holderId)).size,
  };
}
