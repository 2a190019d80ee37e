import { reviewKeys } from "../review/keys.ts";
import type { Store } from "../review/ports.ts";
import type { Intent, Outcome, Restored } from "../review/proof/receipt.ts";

/** What a review did so far, by grant id. */
export type Receipts = {
  intents: Map<string, Intent>;
  outcomes: Map<string, Outcome>;
  restored: Map<string, Restored>;
};

const READS_AT_ONCE = 16;

/** Reads every receipt of a review. */
export const readReceipts = (store: Store, source: string, review: string): Promise<Receipts> =>
  readThose(store, reviewKeys(source, review).receipts, "");

/** Reads what became of every removal of a review, and nothing of how it was begun: half of the receipts, and the lesser half. */
export const readOutcomes = async (store: Store, source: string, review: string): Promise<Receipts["outcomes"]> =>
  (await readThose(store, reviewKeys(source, review).receipts, ".outcome.json")).outcomes;

const readThose = async (store: Store, folder: string, end: string): Promise<Receipts> => {
  const receipts: Receipts = { intents: new Map(), outcomes: new Map(), restored: new Map() };
  const keys: string[] = [];
  for await (const key of store.list(folder)) if (key.endsWith(end)) keys.push(key);
  for (let from = 0; from < keys.length; from += READS_AT_ONCE) {
    await Promise.all(keys.slice(from, from + READS_AT_ONCE).map((key) => readReceipt(store, key, receipts)));
  }
  return receipts;
};

/** The grants whose removal a review began, or found to be needless: the names of their receipts tell, and none is read. */
export const begunGrants = async (store: Store, source: string, review: string): Promise<Set<string>> => {
  const begun = new Set<string>();
  for await (const key of store.list(reviewKeys(source, review).receipts)) {
    const { grantId, kind } = namesIn(key);
    if (grantId && (kind === "intent" || kind === "outcome")) begun.add(grantId);
  }
  return begun;
};

const namesIn = (key: string): { grantId: string | undefined; kind: string | undefined } => {
  const [grantId, kind] = key.slice(key.lastIndexOf("/") + 1).split(".");
  return { grantId, kind };
};

const readReceipt = async (store: Store, key: string, receipts: Receipts): Promise<void> => {
  const { grantId, kind } = namesIn(key);
  const receipt = await store.getJson<unknown>(key);
  if (!grantId || receipt === null) throw new Error(`Cannot read the receipt ${store.locate(key)}: it is gone`);
  if (kind === "intent") receipts.intents.set(grantId, receipt as Intent);
  if (kind === "outcome") receipts.outcomes.set(grantId, receipt as Outcome);
  if (kind === "restored") receipts.restored.set(grantId, receipt as Restored);
};
