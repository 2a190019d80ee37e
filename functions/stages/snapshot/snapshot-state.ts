import { sha256 } from "../../basics/hash.ts";
import { type Checkpoint, openCheckpoint } from "../../ledger/checkpoint.ts";
import type { GrantEntry } from "../../review/grants/grant.ts";
import { emptySample, type KeySample, offer } from "../../review/grants/sampling.ts";
import type { Origin, ReadTotals } from "../../review/grants/snapshot.ts";
import { checkpointKey } from "../../review/keys.ts";
import type { ReviewerRules } from "../../review/people/routing.ts";
import type { Page, Sample } from "../../review/ports.ts";
import type { Stage } from "../../review/stage.ts";
import type { OpenListing } from "./read-listings.ts";

/** How far a snapshot has come; everything in it is durable. */
export type SnapshotState = {
  startedAt: string;
  /** Set once every listing has ended and every proof was made: from here on nothing is read from the provider. */
  takenAt: string | null;
  origin: Origin;
  previousReview: string | null;
  /** How many grants the previous snapshot had: what progress is measured by. */
  previousGrants: number | null;
  /** Where the role list is kept. */
  rolesKey: string;
  listing: { way: string; why: string };
  /** Who is to review, as it was configured when the snapshot began; null or left out: nobody is asked for. */
  reviewers?: ReviewerRules | null;
  /** What was read of who is responsible: runs in the checkpoint area, and the key of the result once it is whole. */
  responsible?: { runs: string[]; key: string | null };
  open: OpenListing[];
  listings: number;
  pages: number;
  grants: number;
  /** Sorted runs of what was read, in the checkpoint area. */
  runs: string[];
  readRuns: string[];
  readTotals: ReadTotals[];
  counts: Record<string, number>;
  /** By listing: how many grants the provider says it has, as the newest of its pages that says so. */
  announced: Record<string, number>;
  unknownRoles: string[];
  holders: KeySample;
  scopes: KeySample;
  checks: { name: string; passed: boolean; detail: string }[];
};

const SAMPLED_HOLDERS = 40;
const SAMPLED_SCOPES = 10;

export const newSnapshotState = (
  start: Pick<
    SnapshotState,
    "startedAt" | "origin" | "previousReview" | "previousGrants" | "rolesKey" | "listing" | "reviewers" | "open"
  >,
): SnapshotState => ({
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
  holders: emptySample(SAMPLED_HOLDERS),
  scopes: emptySample(SAMPLED_SCOPES),
  checks: [],
});

export const spoolKey = (stage: Stage, name: string): string =>
  checkpointKey(stage.sourceId, stage.review, `spool/${name}.jsonl.gz`);

export const openSnapshotState = (stage: Stage): Promise<Checkpoint<SnapshotState>> =>
  openCheckpoint<SnapshotState>(stage.store, checkpointKey(stage.sourceId, stage.review, "snapshot.json"));

/** Only these dimensions can be asked for a second time (Feishu's assigned_users/search); others are passed over. */
const isSampledRole = ({ role }: GrantEntry): boolean => role.kind === "organisational";

type Sampled = Pick<SnapshotState, "holders" | "scopes" | "startedAt" | "counts">;

/** Remembers a grant where the seeded samples of holders and of role scopes contain it. */
export const sampleGrant = (stage: Stage, state: Sampled, entry: GrantEntry): void => {
  const rankOf = (key: string): string => sha256(`${stage.sourceId}\n${stage.review}\n${key}`);
  const { holderId, role, scopes } = entry;
  offer(state.holders, rankOf, [holderId, role.id]);
  if (!isSampledRole(entry)) return;
  for (const combination of scopes ?? []) {
    const mark = combination.length === 1 ? "" : PART_OF_MORE;
    for (const { dimension, ids } of combination) {
      for (const id of ids) offer(state.scopes, rankOf, [`${role.id}\n${dimension}\n${id}`, holderId + mark]);
    }
  }
};

/** Marks a holder whose scope says "and": whether a search for one of the objects shows it is not documented. */
const PART_OF_MORE = "*";

/** What the source's own proofs compare with a second reading. */
export const sampleOf = (state: Sampled): Sample => ({
  startedAt: state.startedAt,
  counts: state.counts,
  rolesByHolder: Object.fromEntries(state.holders.entries.map(({ key, values }) => [key, values])),
  scopes: state.scopes.entries
    .filter(({ values }) => !values.some((holder) => holder.endsWith(PART_OF_MORE)))
    .map(({ key, values }) => {
      const [roleId = "", dimension = "", objectId = ""] = key.split("\n");
      return { roleId, dimension, objectId, holderIds: values };
    }),
});

/** The sample as it will be once these pages are kept, too. */
export const sampleWith = (stage: Stage, state: SnapshotState, pages: Page[]): Sample => {
  const counts = { ...state.counts };
  const ahead = { ...state, holders: structuredClone(state.holders), scopes: structuredClone(state.scopes), counts };
  for (const page of pages) {
    for (const entry of page.entries) sampleGrant(stage, ahead, entry);
    addCounts(counts, page.counts);
  }
  return sampleOf(ahead);
};

/** Adds what a page counted. */
export const addCounts = (counts: Record<string, number>, more: Record<string, number>): void => {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count;
};
