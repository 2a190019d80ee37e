import { sha256 } from "../basics/hash.ts";
import { instantOfReview, isReviewId, kindOfReview, reviewKeys } from "../review/keys.ts";
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
      restored: evidence.restored,
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

/**
 * The source's reviews and sweeps that were sealed before this one, in the order of sealing: of its own kind those with smaller
 * ids, of the other kind those that its evidence is not older than, and the one that it names. One evidence at a time is in
 * memory: each lists all of its objects.
 */
export async function earlierLinks(place: ReviewPlace): Promise<Link[]> {
  const { own, others } = await linksOf(place);
  return others.filter((other) => isSealedBefore(other, place.review, own));
}

/** The source's reviews and sweeps that were sealed after this one, in the order of sealing. */
export async function laterLinks(place: ReviewPlace): Promise<Link[]> {
  const { own, others } = await linksOf(place);
  return others.filter((other) => !isSealedBefore(other, place.review, own));
}

function isSealedBefore(other: Link, review: string, own: Link | null): boolean {
  if (kindOfReview(other.review) === kindOfReview(review)) return other.review < review;
  return other.review === own?.evidence?.previous?.review || sealedMs(other) <= (own ? sealedMs(own) : Infinity);
}

/** When a link was sealed, epoch milliseconds; of bytes that are no evidence, when its review began. */
function sealedMs({ review, evidence }: Link): number {
  return evidence ? Date.parse(evidence.sealedAt) : instantOfReview(review);
}

/** How many links of its own instant a link comes after: each names the one before it. */
function turnOf(link: Link, byReview: ReadonlyMap<string, Link>): number {
  const passed = new Set([link]);
  for (let at = link; ; ) {
    const before = byReview.get(at.evidence?.previous?.review ?? "");
    // Damaged evidence may name anything, itself too.
    if (!before || passed.has(before) || sealedMs(before) !== sealedMs(link)) return passed.size;
    passed.add(before);
    at = before;
  }
}

async function linksOf({ store, sourceId, review }: ReviewPlace): Promise<{ own: Link | null; others: Link[] }> {
  const names: string[] = [];
  for await (const name of store.listFolder(`reviews/${sourceId}/`))
    if (name.endsWith("/")) names.push(name.slice(0, -1));
  const retired = await retiredReviewsOf(store, sourceId);
  const links: Link[] = [];
  for (const name of names.filter(isReviewId).sort()) {
    const stored = await store.get(reviewKeys(sourceId, name).evidence);
    if (stored) links.push(await readLink({ store, sourceId, review: name }, stored.body, retired.has(name)));
  }
  const byReview = new Map(links.map((link) => [link.review, link]));
  const turns = new Map(links.map((link) => [link, turnOf(link, byReview)]));
  links.sort((a, b) => sealedMs(a) - sealedMs(b) || turns.get(a)! - turns.get(b)! || (a.review < b.review ? -1 : 1));
  return {
    own: links.find((link) => link.review === review) ?? null,
    others: links.filter((link) => link.review !== review),
  };
}
