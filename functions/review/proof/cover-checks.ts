import { clocksDifferMs, epochMs, parseInstant } from "../../basics/time.ts";
import {
  instantOfReview,
  isEndMessageName,
  isReviewId,
  kindOfReview,
  liesAhead,
  retiredFolder,
  retiredReviewKey,
  reviewKeys,
  stopRecordOf,
  stopsFolder,
} from "../keys.ts";
import type { Evidence } from "./evidence.ts";
import { type Fault, fault } from "./faults.ts";
import { type Cover, type Link, mayBeDeleted, type RecordFound } from "./pack.ts";

/** A named check over a pack: what it looks at is in the pack, and what it yields is wrong with it. */
export type PackCheck<P> = { name: string; faultsOf(pack: P): Iterable<Fault> };

/** What can be said of a pack whatever its objects hold: each is there as listed, the chain closes, and the signatures are good. */
export const coverChecks: readonly PackCheck<Cover>[] = [
  { name: "identity", faultsOf: identityFaults },
  { name: "objects", faultsOf: objectFaults },
  { name: "records", faultsOf: recordFaults },
  { name: "chain", faultsOf: chainFaults },
  { name: "signatures", faultsOf: signatureFaults },
];

function* identityFaults({ source, review, evidence }: Cover): Generator<Fault> {
  const { evidence: key } = reviewKeys(source, review);
  if (evidence.source === source && evidence.review === review) return;
  yield fault("of-another", { key, source: String(evidence.source), review: String(evidence.review) });
}

function* objectFaults(cover: Cover): Generator<Fault> {
  const { source, review, evidence, found, present } = cover;
  const keys = reviewKeys(source, review);
  const listed = new Set<string>();
  let deleted = 0;
  for (const { key, sha256 } of evidence.objects) {
    const state = found.get(key) ?? null;
    if (listed.has(key)) yield fault("listed-twice", { key });
    listed.add(key);
    if (!key.startsWith(keys.root)) yield fault("listed-outside", { key });
    else if (state === null && mayBeDeleted(cover, instantOfReview(review))) deleted++;
    else if (state === null) yield fault("missing", { key });
    else if (state === "unreadable") yield fault("unreadable", { key });
    else if (state !== sha256) yield fault("altered", { key });
  }
  if (deleted > 0) yield fault("deleted", { review, count: deleted });
  const isSigned = evidence.signedBy !== null && evidence.signedBy !== undefined;
  const beside = new Set([keys.evidence, ...(isSigned ? [keys.signature, keys.publicKey] : [])]);
  for (const key of present) {
    if (!key.startsWith(keys.root) || listed.has(key) || beside.has(key)) continue;
    if (!isLater(key.slice(keys.root.length))) yield fault("foreign", { key });
  }
}

/** Whether a review is written something of after its evidence: a put-back, and that people were told of its end or of an act since. */
function isLater(name: string): boolean {
  return /^receipts\/[0-9a-f]{16}\.restored\.json$/.test(name) || isEndMessageName(name);
}

function* recordFaults(cover: Cover): Generator<Fault> {
  const { source, evidence, records, earlier } = cover;
  // A review's folder alone has none of these records beside it.
  if (earlier === null) return;
  const beside = (folder: string) => (key: string) =>
    key.startsWith(`reviews/${source}/${folder}`) && key.endsWith(".json");
  const { retiredReviews = [], stops = [], endMessages = [], previous, sealedAt } = evidence;
  const lists = [
    { code: "retired-record", listed: retiredReviews, isOne: beside(retiredFolder), found: records.retired },
    { code: "stop-record", listed: stops, isOne: beside(stopsFolder), found: records.stops },
  ] as const;
  for (const { code, listed, isOne, found } of lists) {
    const byKey = new Map(found.map((record) => [record.key, record]));
    for (const { key, sha256 } of listed) {
      if (!isOne(key)) yield fault("record-elsewhere", { key, list: code });
      else if (!byKey.has(key) && mayBeDeleted(cover, stopRecordOf(key)?.atMs ?? Number.POSITIVE_INFINITY)) continue;
      else if (byKey.get(key)?.found !== sha256) yield fault(code, { key });
    }
    yield* unlisted(found, listed, sealedAt);
  }
  const sealed = new Map([...retiredReviews, ...stops].map(({ key, sha256 }) => [key, sha256]));
  yield* recordFormFaults(source, records, ({ key, found }) => (sealed.get(key) ?? found) === found);
  yield* unlisted(records.endMessages, endMessages, sealedAt);
  const told = new Map(records.endMessages.map(({ key, found }) => [key, found]));
  const root = previous && reviewKeys(source, previous.review).root;
  const isPreviousOld = previous !== null && mayBeDeleted(cover, instantOfReview(previous.review));
  for (const { key, sha256 } of endMessages) {
    if (!root || !key.startsWith(root) || !isEndMessageName(key.slice(root.length)))
      yield fault("record-elsewhere", { key, list: "endMessages" });
    else if (!told.get(key) && isPreviousOld) continue;
    else if (!told.get(key)) yield fault("missing", { key });
    else if (told.get(key) !== sha256) yield fault("altered", { key });
  }
}

/** The records that were there when the review was sealed, and that its evidence does not list. */
function* unlisted(
  found: readonly RecordFound[],
  listed: readonly { key: string }[],
  sealedAt: string,
): Generator<Fault> {
  const known = new Set(listed.map(({ key }) => key));
  const isOlder = ({ key, at }: RecordFound): boolean => !known.has(key) && at !== null && isBefore(at, sealedAt);
  for (const { key } of found.filter(isOlder)) yield fault("record-unlisted", { key });
}

/** A record that was not changed since says what its name says; and no review was retired but one of the future. */
function* recordFormFaults(
  source: string,
  { retired, stops }: Cover["records"],
  isAsSealed: (record: RecordFound) => boolean,
): Generator<Fault> {
  for (const { key, at, says } of stops.filter(isAsSealed)) {
    const named = stopRecordOf(key);
    if (named === null) continue;
    const isSame = says.source === source && says.kind === named.kind && parseInstant(String(at)) === named.atMs;
    if (!isSame) yield fault("record-other", { key });
  }
  for (const { key, at, says } of retired.filter(isAsSealed)) {
    const review = String(says.review);
    const isSame = says.source === source && isReviewId(review) && key === retiredReviewKey(source, review);
    if (isReviewId(nameIn(key)) && !isSame) yield fault("record-other", { key });
    else if (isSame && !liesAhead(review, parseInstant(String(at)) ?? Number.POSITIVE_INFINITY))
      yield fault("retired-past", { key, at: String(at) });
  }
}

function nameIn(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1).replace(/\.json$/, "");
}

/** Whether an instant is older than another by more than clocks differ. */
function isBefore(at: string, other: string): boolean {
  return (parseInstant(at) ?? Number.POSITIVE_INFINITY) < epochMs(other) - clocksDifferMs;
}

/** From this review back to the first, each link must be the last that was sealed before. */
function* chainFaults(cover: Cover): Generator<Fault> {
  const { source, link: newest, earlier } = cover;
  if (earlier === null) return;
  const byReview = new Map(earlier.map((link) => [link.review, link]));
  const placeOf = (review: string): number => earlier.findIndex((link) => link.review === review);
  for (let link: Link | undefined = newest; link?.evidence; byReview.delete(link?.review ?? "")) {
    const { previous, sealedAt }: Pick<Evidence, "previous" | "sealedAt"> = link.evidence;
    const expected = lastSealedBefore(earlier, link.review, sealedAt);
    if (expected && (previous === null || placeOf(expected.review) > placeOf(previous.review))) {
      yield fault("chain-skips", { key: expected.key });
    }
    if (previous === null) return;
    const found: Link | undefined = mayFollow(link.review, previous.review) ? byReview.get(previous.review) : undefined;
    const { evidence: key } = reviewKeys(source, previous.review);
    if (!found && mayBeDeleted(cover, instantOfReview(previous.review))) return;
    if (!found) yield fault("chain-missing", { key });
    else if (found.sha256 !== previous.sha256) yield fault("chain-altered", { key });
    else if (!found.evidence) yield fault("chain-unsealed", { key });
    else yield* linkFaults(source, link, found);
    if (found?.sha256 !== previous.sha256) return;
    link = found;
  }
}

/**
 * The earlier review at which the chain ends because it was deleted on purpose: what is left begins with the review after it.
 * Null where the chain goes back to the first review, or is broken.
 */
export function chainDeletedAt(cover: Cover): string | null {
  if (cover.earlier === null) return null;
  const byReview = new Map(cover.earlier.map((link) => [link.review, link]));
  for (let link: Link | undefined = cover.link; link?.evidence?.previous; ) {
    const { review, sha256 }: NonNullable<Evidence["previous"]> = link.evidence.previous;
    const found = byReview.get(review);
    if (!found) return mayBeDeleted(cover, instantOfReview(review)) ? review : null;
    if (found.sha256 !== sha256 || !byReview.delete(review)) return null;
    link = found;
  }
  return null;
}

/** Whether one review's evidence may name another's: of its own kind an earlier one; sweeps begin and end while a review is open. */
export function mayFollow(review: string, previous: string): boolean {
  return kindOfReview(review) === kindOfReview(previous) ? previous < review : true;
}

function lastSealedBefore(earlier: readonly Link[], review: string, sealedAt: string): Link | null {
  const atMs = epochMs(sealedAt);
  const isBeforeIt = ({ review: other, isRetired, evidence }: Link): boolean => {
    if (isRetired || evidence === null || other === review) return false;
    const isOfKind = kindOfReview(other) === kindOfReview(review);
    return isOfKind ? other < review && epochMs(evidence.sealedAt) <= atMs : epochMs(evidence.sealedAt) < atMs;
  };
  return earlier.findLast(isBeforeIt) ?? null;
}

function* linkFaults(source: string, later: Link, { key, review, evidence }: Link): Generator<Fault> {
  if (!evidence || !later.evidence) return;
  if (evidence.source !== source || evidence.review !== review) {
    yield fault("of-another", { key, source: String(evidence.source), review: String(evidence.review) });
  }
  if (epochMs(evidence.sealedAt) > epochMs(later.evidence.sealedAt)) {
    yield fault("out-of-order", {
      later: later.key,
      laterAt: later.evidence.sealedAt,
      earlier: key,
      earlierAt: evidence.sealedAt,
    });
  }
}

/** Evidence is signed once it was signed before, by a key that was named, or by the same as before where none was. */
export function* signatureFaults({
  link,
  earlier,
  trusted,
}: Pick<Cover, "link" | "earlier" | "trusted">): Generator<Fault> {
  const oldest = [...(earlier ?? []).filter(({ isRetired }) => !isRetired), link];
  let signedBefore: { key: string; keySha256: string } | null = null;
  for (const { key, signature } of oldest) {
    const isThis = key === link.key;
    if (signature.kind === "bad") yield fault(signature.code, { key: signature.key });
    else if (signature.kind === "none") {
      if (signedBefore) yield fault("unsigned-after-signed", { key, earlier: signedBefore.key });
      else if (isThis && trusted.length > 0) yield fault("unsigned", { key });
    } else {
      const { keySha256: signedBy } = signature;
      if (trusted.length > 0 && !trusted.includes(signedBy)) yield fault("signed-by-another", { key, signedBy });
      if (trusted.length === 0 && signedBefore && signedBefore.keySha256 !== signedBy) {
        const { key: before, keySha256: earlierKey } = signedBefore;
        yield fault("key-replaced", { key, signedBy, earlier: before, earlierKey });
      }
      signedBefore = { key, keySha256: signedBy };
    }
  }
}
