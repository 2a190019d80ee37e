import { sha256, sha256Of } from "../basics/hash.ts";
import { reviewKeys } from "../review/keys.ts";
import type { ReviewerRules } from "../review/people/routing.ts";
import { ClockBehindError, DamagedError, type ReviewPlace, type Store, UnsealableError } from "../review/ports.ts";
import type { Evidence } from "../review/proof/evidence.ts";
import { fault, sayFault } from "../review/proof/faults.ts";
import { type SignedBy, signatureFault, signedBy } from "../review/proof/signature.ts";
import { type Answered, answer, type LeftOpen, type Sealed, type Stage } from "../review/stage.ts";
import { openReviewCheckpoint } from "./checkpoint.ts";
import { createJsonOnce, createOnce, TakenError } from "./write-once.ts";

/** When a review is sealed, and what of the configuration its final report is written under. */
export type Sealing = { sealedAt: string; language: "zh" | "en"; reviewers: ReviewerRules | null };

/** `isStanding`: the final report that stands was written under something else, and stays. */
export type FrozenSealing = Sealing & { isStanding: boolean };

type Freezing = {
  fresh: Sealing;
  fits(begun: Partial<Sealing>): boolean;
  /** Writes the final report. */
  report(sealing: FrozenSealing): Promise<void>;
};

/**
 * Writes the final report, and gives what it was written under: what the report that stands was written under, where a sealing
 * was cut off after it and what the checkpoint says of it `fits`, and comes to the same bytes; else `fresh`.
 */
export async function underSealing(place: ReviewPlace, { fresh, fits, report }: Freezing): Promise<Sealing> {
  const checkpoint = await openReviewCheckpoint<Sealing>(place, "seal.json");
  const isBegun = await hasFinalReport(place);
  const begun = checkpoint.value;
  if (isBegun && begun !== null && fits(begun)) {
    try {
      await report({ ...begun, isStanding: false });
      return begun;
    } catch (error) {
      // The report that stands has other bytes, or none can be written: what the checkpoint says is not what it was written under.
      if (!(error instanceof TakenError || error instanceof TypeError || error instanceof RangeError)) throw error;
    }
  }
  await checkpoint.save(fresh);
  await report({ ...fresh, isStanding: isBegun });
  return fresh;
}

/** Earlier reviews after an attempt to seal them. `isThrough` is false where the deadline came first. */
export type SealedEarlier = { isThrough: boolean; sealed: number; leftOpen: LeftOpen[] };

/**
 * Seals open reviews, oldest first. One that cannot be sealed, as what the store has of it is damaged or contradicts itself,
 * is left as it is, and tried again with the next: it must not keep the source from every later review. Everything else may
 * pass, and is thrown.
 */
export async function sealOrLeave(
  stage: Stage,
  reviews: readonly string[],
  seal: (review: Stage) => Promise<Answered>,
): Promise<SealedEarlier> {
  const leftOpen: LeftOpen[] = [];
  let sealed = 0;
  for (const review of reviews) {
    const earlier = { ...stage, review };
    try {
      const { status } = await seal(earlier);
      if (status === "continue") return { isThrough: false, sealed, leftOpen };
      sealed++;
    } catch (error) {
      if (!isForGood(error)) throw error;
      const left = await openReviewCheckpoint<{ why: string }>(earlier, "watch.json");
      const why = whyOf(error);
      // Each is told of once.
      if (left.value?.why === why) continue;
      await left.save({ why });
      leftOpen.push({ review, why });
    }
  }
  return { isThrough: true, sealed, leftOpen };
}

/**
 * Whether no later try seals the review, or none before long. Text that is no JSON stays so, as objects are written once. A review
 * that was written by a clock far ahead is sealed once that time has come.
 */
function isForGood(error: unknown): error is Error {
  if (error instanceof ClockBehindError) return error.isFar;
  return error instanceof DamagedError || error instanceof UnsealableError || error instanceof SyntaxError;
}

/** The same words at every try. */
function whyOf(error: Error): string {
  return error instanceof ClockBehindError
    ? `it has written something at ${error.writtenAt}, ahead of the clock, and is sealed once that time has come; if this clock is behind, set it right`
    : error.message;
}

/** Whether the review is sealed, or its sealing was cut off after its final report: only seal has anything left to do. */
export async function isSealed(place: ReviewPlace): Promise<boolean> {
  return (await readEvidenceBody(place)) !== null || (await hasFinalReport(place));
}

/** Only seal writes these, and evidence follows. A checkpoint would prove nothing. */
async function hasFinalReport({ store, sourceId, review }: ReviewPlace): Promise<boolean> {
  const { csv, html } = reviewKeys(sourceId, review);
  const found = await Promise.all([csv, html].map((key) => store.stream(key, 1)));
  return found.some((chunks) => chunks !== null);
}

/**
 * The answer of a stage that has nothing left to do as the review is sealed; null where the review is open. Once there is
 * evidence, the answer has its hash, so that somebody can keep the hash elsewhere.
 */
export async function answerWhereSealed(stage: Stage): Promise<(Answered & Sealed) | null> {
  if (!(await isSealed(stage))) return null;
  const body = await readEvidenceBody(stage);
  const sealed: Sealed = { sealed: true, ...(body ? { evidenceSha256: sha256(body) } : {}) };
  return answer(stage, "done", sealed);
}

/** Throws where the review takes no more assessments, approvals or removals. `what`: what the caller is about to do. */
export async function refuseWhereSealed(stage: Stage, what: string): Promise<void> {
  if (!(await isSealed(stage))) return;
  throw new Error(`Cannot ${what} as ${stage.sourceId} ${stage.review} is sealed: start a new review`);
}

/** The bytes of a review's evidence; null where the review is not sealed. */
export async function readEvidenceBody({ store, sourceId, review }: ReviewPlace): Promise<Uint8Array | null> {
  return (await store.get(reviewKeys(sourceId, review).evidence))?.body ?? null;
}

/** Writes the evidence of a review: the last artefact before its signature. Gives the bytes. */
export async function writeEvidence(place: ReviewPlace, evidence: Evidence): Promise<Uint8Array> {
  await createJsonOnce(place.store, reviewKeys(place.sourceId, place.review).evidence, evidence);
  return (await readEvidenceBody(place))!;
}

const hashedAtOnce = 8;
const hashedBytes = 256 * 1024;

/** Every object of a review that its evidence lists, with its hash, in the order of keys. */
export async function hashObjects({ store, sourceId, review }: ReviewPlace): Promise<Evidence["objects"]> {
  const keys = reviewKeys(sourceId, review);
  const objects: Evidence["objects"] = [];
  const listed: string[] = [];
  const unlisted: string[] = [keys.evidence, keys.signature, keys.publicKey];
  for await (const key of store.list(keys.root)) if (!unlisted.includes(key)) listed.push(key);
  for (let from = 0; from < listed.length; from += hashedAtOnce) {
    const batch = listed.slice(from, from + hashedAtOnce);
    objects.push(...(await Promise.all(batch.map((key) => hashObject(store, key)))));
  }
  return objects;
}

async function hashObject(store: Store, key: string): Promise<Evidence["objects"][number]> {
  const chunks = await store.stream(key, hashedBytes);
  if (!chunks) throw new Error(`Cannot seal as ${store.locate(key)} vanished while it was being hashed`);
  return { key, sha256: await sha256Of(chunks) };
}

/** The key that this stage signs by, as evidence names it; null without a signer. The signer is asked for its key before anything is sealed: a signer that fails keeps the review open. */
export async function signerOf({ signer }: Stage): Promise<SignedBy | null> {
  return signer ? signedBy(await signer.publicKey()) : null;
}

/**
 * Writes `evidence.sig` and the public key beside evidence that says it is signed, unless they are there. They come after the
 * evidence, as its bytes are what is signed. Where seal was cut off in between, sealing again writes them.
 */
export async function signEvidence(stage: Stage, body: Uint8Array): Promise<void> {
  const { store, sourceId, review, signer } = stage;
  const { signedBy: named } = JSON.parse(new TextDecoder().decode(body)) as Evidence;
  const keys = reviewKeys(sourceId, review);
  if (!named || !signer || (await store.get(keys.signature))) return;
  const publicKeyPem = await signer.publicKey();
  const signature = await signer.sign(body);
  const code = signatureFault({ body, signature, publicKeyPem }, named);
  if (code) {
    const said = sayFault(fault(code, { key: store.locate(keys.evidence) }));
    throw new UnsealableError(`Cannot sign, as of ${said}: was the signing key replaced?`);
  }
  await createOnce(store, keys.publicKey, new TextEncoder().encode(publicKeyPem));
  // No two signatures are the same: the signature that was written first stands.
  await store.create(keys.signature, signature);
}
