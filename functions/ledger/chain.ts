import { sha256 } from "../basics/hash.ts";
import { isReviewId, reviewKeys } from "../review/keys.ts";
import type { ReviewPlace } from "../review/ports.ts";
import { parseEvidence } from "../review/proof/evidence.ts";
import type { Link } from "../review/proof/pack.ts";
import { signatureState } from "../review/proof/signature.ts";
import { retiredReviewsOf } from "./ledger.ts";

/** The evidence in these bytes as a link of the chain, with its signature checked. */
export async function readLink(
  { store, sourceId, review }: ReviewPlace,
  body: Uint8Array,
  isRetired = false,
): Promise<Link> {
  const keys = reviewKeys(sourceId, review);
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

/** The source's sealed reviews with smaller ids, oldest first. One evidence at a time is in memory: each lists all of its objects. */
export function earlierLinks(place: ReviewPlace): Promise<Link[]> {
  return linksOf(place, (other) => other < place.review);
}

/** The source's sealed reviews with greater ids, oldest first. */
export function laterLinks(place: ReviewPlace): Promise<Link[]> {
  return linksOf(place, (other) => other > place.review);
}

async function linksOf({ store, sourceId }: ReviewPlace, isWanted: (review: string) => boolean): Promise<Link[]> {
  const names: string[] = [];
  for await (const name of store.listFolder(`reviews/${sourceId}/`))
    if (name.endsWith("/")) names.push(name.slice(0, -1));
  const retired = await retiredReviewsOf(store, sourceId);
  const links: Link[] = [];
  for (const review of names.filter((name) => isReviewId(name) && isWanted(name)).sort()) {
    const stored = await store.get(reviewKeys(sourceId, review).evidence);
    if (stored) links.push(await readLink({ store, sourceId, review }, stored.body, retired.has(review)));
  }
  return links;
}
