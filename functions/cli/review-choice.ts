import { openLedger } from "../ledger/ledger.ts";
import { assertReview, foreignFolders, hasReview, noSuchReview } from "../ledger/review-order.ts";
import type { Store } from "../review/ports.ts";
import { systemClock } from "../runtime/system-clock.ts";
import { UsageError, usage } from "./exit-code.ts";
import { type CliOptions, commandLine } from "./options.ts";
import { printNote, spoken } from "./print.ts";

/** What a command needs of the review that its options name: `mayBegin`: it need not be there yet; `ofRetired`: it may be retired. */
type ReviewNeeds = { mayBegin?: boolean; ofRetired?: boolean };

/**
 * The sources that have the review, so that naming a review of one source begins none of another source under that name. All
 * sources if none has the review yet.
 */
export async function sourcesOfReview(store: Store, sources: string[], review: string): Promise<string[]> {
  if (sources.length === 1) return sources;
  const having = await sourcesHaving(store, sources, review);
  return having.length > 0 ? having : sources;
}

async function sourcesHaving(store: Store, sources: string[], review: string): Promise<string[]> {
  const having: string[] = [];
  for (const source of sources) if (await hasReview(store, source, review)) having.push(source);
  return having;
}

type Asked = { store: Store; chosen: string[]; review: string | undefined; needs: ReviewNeeds };

/** The sources that the command works on. Throws if the options name a review that is not there, was retired, or may not begin. */
export async function sourcesToWorkOn({ store, chosen, review, needs }: Asked): Promise<string[]> {
  if (review === undefined) return chosen;
  const { mayBegin, ofRetired } = needs;
  const having = await sourcesHaving(store, chosen, review);
  if (having.length === 0 && !mayBegin) throw new UsageError(await noSuchReview(store, chosen, review));
  const sources = having.length > 0 ? having : chosen;
  for (const sourceId of sources) {
    await assertReview(store, { sourceId, review, nowMs: systemClock.now(), mayBegin, ofRetired });
  }
  return sources;
}

/** The folders of a store, one of which every store has from the first write of a review on. */
const foldersOfStore: ReadonlySet<string> = new Set(["reviews/", "checkpoints/", "decisions/"]);

async function isStore(store: Store): Promise<boolean> {
  for await (const name of store.listFolder("")) if (foldersOfStore.has(name)) return true;
  return false;
}

/**
 * Throws a UsageError where `--store` names no store: where the name is misspelt a stop would stop nothing, and would make a store
 * that no review looks into.
 */
export async function assertStore(store: Store, { store: named, ...options }: CliOptions): Promise<void> {
  if (named === undefined || (await isStore(store))) return;
  const begin = commandLine({ ...options, store: named }, "review");
  throw usage`--store ${named} has no reviews: correct its name, or begin the first with ${begin}`;
}

/** S3's own code of a right that is missing. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const s3Denial = "AccessDenied";

/**
 * Throws a UsageError where this role may write no review of these sources: each event would fail for as long as it is tried again.
 * A store that fails otherwise is its own error.
 */
export async function assertReviewable(store: Store, sources: readonly string[]): Promise<void> {
  for (const source of sources) {
    try {
      await openLedger(store, source).assertWritable();
    } catch (error) {
      if (!(error as Error).message.includes(s3Denial)) throw error;
      throw usage`Cannot sweep ${source} after events as this role may write no review in ${store.locate("")}: take events out of the configuration, or begin in a role that may write below reviews/ (${(error as Error).message})`;
    }
  }
}

/** Names on stderr what lies beside the reviews and is none. */
export async function noteForeignFolders(store: Store, sources: string[]): Promise<void> {
  for (const source of sources) {
    for (const folder of await foreignFolders(store, source)) {
      printNote(spoken().ignored(source, store.locate(folder)));
    }
  }
}
