import { sha256, sha256Of } from "../../basics/hash.ts";
import { dayMs } from "../../basics/time.ts";
import { earlierLinks, readLink } from "../../ledger/chain.ts";
import { isEndMessageName, retiredFolder, reviewKeys, stopsFolder } from "../../review/keys.ts";
import type { Store } from "../../review/ports.ts";
import type { Evidence } from "../../review/proof/evidence.ts";
import { parseBytes } from "../../review/proof/json-form.ts";
import type { Cover, FoundObject, RecordFound } from "../../review/proof/pack.ts";

/** The review, and how far it is to be believed. */
export type PackPlace = {
  store: Store;
  source: string;
  review: string;
  trusted: readonly string[];
  nowMs: number | null;
  /** After how many days the configuration lets evidence be deleted; null where it does not, or is not known. */
  deleteAfterDays: number | null;
  /** Whether the source's earlier reviews are there, too; false where only the folder of this one was given. */
  hasChain: boolean;
  /** Whether of earlier reviews their evidence alone is there. */
  isExported: boolean;
};

const readsAtOnce = 16;
const readBytes = 256 * 1024;

/** Reads what can be said of the pack before any of its objects is believed. */
export async function loadCover(place: PackPlace, evidence: Evidence, body: Uint8Array): Promise<Cover> {
  const { store, source, review, trusted, nowMs, hasChain } = place;
  const keys = reviewKeys(source, review);
  const ofReview = { store, sourceId: source, review };
  const found = await hashAll(store, [...new Set(evidence.objects.map(({ key }) => key))]);
  const present: string[] = [];
  for await (const key of store.list(keys.root)) present.push(key);
  return {
    source,
    review,
    evidence,
    link: await readLink(ofReview, body),
    earlier: hasChain ? await earlierLinks(ofReview) : null,
    found,
    present,
    records: hasChain ? await loadRecords(place, evidence) : { retired: [], stops: [], endMessages: [] },
    trusted,
    nowMs,
    deletedBeforeMs: deletedBefore(place, evidence),
  };
}

/**
 * Before which instant what was written may have been deleted on purpose: as today's configuration says, or the evidence itself,
 * whichever deletes sooner.
 */
function deletedBefore({ nowMs, deleteAfterDays }: PackPlace, evidence: Evidence): number | null {
  const said = [deleteAfterDays, evidence.deleteAfterDays].filter((days) => typeof days === "number");
  return nowMs === null || said.length === 0 ? null : nowMs - Math.min(...said) * dayMs;
}

async function hashAll(store: Store, keys: readonly string[]): Promise<Map<string, FoundObject>> {
  const found = new Map<string, FoundObject>();
  for (let from = 0; from < keys.length; from += readsAtOnce) {
    const batch = keys.slice(from, from + readsAtOnce);
    const states = await Promise.all(batch.map((key) => hashOfObject(store, key)));
    for (const [at, key] of batch.entries()) found.set(key, states[at]!);
  }
  return found;
}

/** A damaged list may name keys that no store accepts. */
async function hashOfObject(store: Store, key: string): Promise<FoundObject> {
  try {
    const chunks = await store.stream(key, readBytes);
    return chunks && (await sha256Of(chunks));
  } catch {
    return "unreadable";
  }
}

async function loadRecords(
  { store, source }: PackPlace,
  { endMessages = [], previous }: Evidence,
): Promise<Cover["records"]> {
  const beside = async (folder: string): Promise<RecordFound[]> => {
    const records: RecordFound[] = [];
    for await (const key of store.list(`reviews/${source}/${folder}`)) records.push(await recordAt(store, key));
    return records;
  };
  const told = new Set(endMessages.map(({ key }) => key));
  // Those that are there and not listed, too: somebody may have written them later, or taken them off the list.
  const { root = "", messages = "" } = previous ? reviewKeys(source, previous.review) : {};
  if (previous)
    for await (const key of store.list(messages)) if (isEndMessageName(key.slice(root.length))) told.add(key);
  return {
    retired: await beside(retiredFolder),
    stops: await beside(stopsFolder),
    endMessages: await Promise.all([...told].map((key) => recordAt(store, key))),
  };
}

async function recordAt(store: Store, key: string): Promise<RecordFound> {
  const stored = await store.get(key).catch(() => null);
  if (!stored) return { key, found: null, at: null, says: {} };
  const said = parseBytes<RecordFound["says"] & { at?: unknown }>(stored.body).value;
  const { at, ...says } = typeof said === "object" && said !== null ? said : { at: null };
  return { key, found: sha256(stored.body), at: typeof at === "string" ? at : null, says };
}
