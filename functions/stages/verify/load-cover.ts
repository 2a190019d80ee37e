import { sha256, sha256Of } from "../../basics/hash.ts";
import { isReviewId, retiredFolder, reviewKeys, stopsFolder } from "../../review/keys.ts";
import type { Store } from "../../review/ports.ts";
import { type Evidence, parseEvidence } from "../../review/proof/evidence.ts";
import { parseBytes } from "../../review/proof/json-form.ts";
import type { Cover, FoundObject, Link, RecordFound } from "../../review/proof/pack.ts";
import { signatureState } from "../../review/proof/signature.ts";

/** The review, and how far it is to be believed. */
export type PackPlace = {
  store: Store;
  source: string;
  review: string;
  trusted: readonly string[];
  nowMs: number | null;
  /** Whether the source's earlier reviews are there, too; false where only the folder of this one was given. */
  hasChain: boolean;
};

const readsAtOnce = 16;
const readBytes = 256 * 1024;

/** Reads what can be said of the pack before any of its objects is believed. */
export async function loadCover(place: PackPlace, evidence: Evidence, body: Uint8Array): Promise<Cover> {
  const { store, source, review, trusted, nowMs, hasChain } = place;
  const keys = reviewKeys(source, review);
  const found = await hashAll(store, [...new Set(evidence.objects.map(({ key }) => key))]);
  const present: string[] = [];
  for await (const key of store.list(keys.root)) present.push(key);
  return {
    source,
    review,
    evidence,
    link: await linkOf(place, review, body, false),
    earlier: hasChain ? await loadEarlier(place) : null,
    found,
    present,
    records: hasChain ? await loadRecords(place, evidence) : { retired: [], stops: [], endMessages: [] },
    trusted,
    nowMs,
  };
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

/** The source's sealed reviews with smaller ids, oldest first. One evidence at a time is in memory: each lists all of its objects. */
async function loadEarlier(place: PackPlace): Promise<Link[]> {
  const { store, source, review } = place;
  const root = `reviews/${source}/`;
  const names: string[] = [];
  for await (const name of store.listFolder(root)) if (name.endsWith("/")) names.push(name.slice(0, -1));
  const retired = new Set<string>();
  for await (const name of store.listFolder(`${root}${retiredFolder}`)) retired.add(name.replace(/\.json$/, ""));
  const links: Link[] = [];
  for (const name of names.filter((each) => isReviewId(each) && each < review).sort()) {
    const stored = await store.get(reviewKeys(source, name).evidence);
    if (stored) links.push(await linkOf(place, name, stored.body, retired.has(name)));
  }
  return links;
}

async function linkOf(
  { store, source }: PackPlace,
  review: string,
  body: Uint8Array,
  isRetired: boolean,
): Promise<Link> {
  const keys = reviewKeys(source, review);
  const { evidence } = parseEvidence(body);
  const [signature, publicKey] = await Promise.all([store.get(keys.signature), store.get(keys.publicKey)]);
  return {
    review,
    key: keys.evidence,
    sha256: sha256(body),
    isRetired,
    evidence: evidence && {
      source: evidence.source,
      review: evidence.review,
      sealedAt: evidence.sealedAt,
      previous: evidence.previous,
      revocations: evidence.revocations,
    },
    signature: signatureState({
      body,
      claim: evidence?.signedBy,
      signature: signature?.body ?? null,
      publicKey: publicKey?.body ?? null,
      keys,
    }),
  };
}

async function loadRecords({ store, source }: PackPlace, { endMessages = [] }: Evidence): Promise<Cover["records"]> {
  const beside = async (folder: string): Promise<RecordFound[]> => {
    const records: RecordFound[] = [];
    for await (const key of store.list(`reviews/${source}/${folder}`)) records.push(await recordAt(store, key));
    return records;
  };
  return {
    retired: await beside(retiredFolder),
    stops: await beside(stopsFolder),
    endMessages: await Promise.all(endMessages.map(({ key }) => recordAt(store, key))),
  };
}

async function recordAt(store: Store, key: string): Promise<RecordFound> {
  const stored = await store.get(key).catch(() => null);
  if (!stored) return { key, found: null, at: null };
  const at = parseBytes<{ at?: unknown }>(stored.body).value?.at;
  return { key, found: sha256(stored.body), at: typeof at === "string" ? at : null };
}
