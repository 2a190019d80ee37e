import { sha256 } from "../basics/hash.ts";
import type { Snapshot } from "../review/grants/snapshot.ts";
import { checkpointKey, reviewKeys } from "../review/keys.ts";
import type { ReviewerRules } from "../review/people/routing.ts";
import type { Plan } from "../review/plan/plan.ts";
import type { Store } from "../review/ports.ts";
import { balanceFaults, balanceOf, type Fate, fateOf, openRollCall } from "../review/proof/balance.ts";
import type { Balance, Evidence } from "../review/proof/evidence.ts";
import { type SignedBy, signatureFault, signedBy } from "../review/proof/signature.ts";
import { type Answered, answer, type Sealed, type Stage } from "../review/stage.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { grantIdsOf } from "./grants.ts";
import type { Receipts } from "./receipts.ts";
import { createOnce } from "./write-once.ts";

/** When a review was sealed, and the configuration its final report is written under. */
export type Sealing = {
  sealedAt: string;
  mode?: "report" | "enforce";
  language?: "zh" | "en";
  reviewers?: ReviewerRules | null;
};

/** What seal freezes once the balance closes: from then on the reports and hashes being written must stay true. */
export const openSealing = ({ store, sourceId, review }: Stage) =>
  openCheckpoint<Sealing>(store, checkpointKey(sourceId, review, "seal.json"));

/** Whether the review is sealed, or its sealing was begun and cut off: only seal has anything left to do. */
export const isSealed = async (stage: Stage): Promise<boolean> => {
  const { store, sourceId, review } = stage;
  if ((await store.get(reviewKeys(sourceId, review).evidence)) !== null) return true;
  return (await openSealing(stage)).value !== null;
};

/**
 * The answer of a stage that has nothing left to do as the review is sealed, with the evidence's hash once there is
 * evidence, so that it can be kept elsewhere; null where the review is open.
 */
export const answerWhereSealed = async (stage: Stage): Promise<(Answered & Sealed) | null> => {
  if (!(await isSealed(stage))) return null;
  const evidence = await stage.store.get(reviewKeys(stage.sourceId, stage.review).evidence);
  const sealed: Sealed = { sealed: true, ...(evidence ? { evidenceSha256: sha256(evidence.body) } : {}) };
  return answer(stage, "done", sealed);
};

/** Throws where the review takes no more assessments, approvals or removals. `what` says what was about to be done. */
export const refuseWhereSealed = async (stage: Stage, what: string): Promise<void> => {
  if (!(await isSealed(stage))) return;
  throw new Error(`Cannot ${what} as ${stage.sourceId} ${stage.review} is sealed: start a new review`);
};

/** The key that this stage signs by, as evidence names it; null where it has no signer. Asks for it, so that a signer that is out of order keeps the review open. */
export const signerOf = async ({ signer }: Stage): Promise<SignedBy | null> =>
  signer ? signedBy(await signer.publicKey()) : null;

/**
 * Writes `evidence.sig` and the public key beside evidence that says it is signed, unless they are there. They come after
 * it, as nothing can be signed that does not stand yet; sealing again makes up for what was cut off in between.
 */
export const signEvidence = async (stage: Stage, body: Uint8Array): Promise<void> => {
  const { store, sourceId, review, signer } = stage;
  const { signedBy: named } = JSON.parse(new TextDecoder().decode(body)) as Evidence;
  const keys = reviewKeys(sourceId, review);
  if (!named || !signer || (await store.get(keys.signature))) return;
  const publicKeyPem = await signer.publicKey();
  const signature = await signer.sign(body);
  const fault = signatureFault({ body, signature, publicKeyPem }, named);
  if (fault) throw new Error(`Cannot sign ${store.locate(keys.evidence)} as ${fault}: was the signing key replaced?`);
  await createOnce(store, keys.publicKey, new TextEncoder().encode(publicKeyPem));
  // No two signatures are the same: whichever was written first stands.
  await store.create(keys.signature, signature);
};

/** What is wrong with the signature of evidence that says it is signed; nothing is asked of evidence that does not. */
export async function* signatureFaults(
  store: Store,
  { source, review, signedBy: named }: Evidence,
  body: Uint8Array,
): AsyncGenerator<string> {
  if (!named) return;
  const keys = reviewKeys(source, review);
  const [signature, publicKey] = await Promise.all([store.get(keys.signature), store.get(keys.publicKey)]);
  if (!signature) yield `${keys.signature} is missing: the evidence says that it is signed`;
  if (!publicKey) yield `${keys.publicKey} is missing: the evidence says that it is signed`;
  if (!signature || !publicKey) return;
  const publicKeyPem = new TextDecoder().decode(publicKey.body);
  const fault = signatureFault({ body, signature: signature.body, publicKeyPem }, named);
  if (fault) yield `${keys.signature}: ${fault}`;
}

/** What the fates of a review's grants follow from; `plans` oldest first. */
export type Reviewed = {
  snapshot: Snapshot;
  plans: Plan[];
  approvedPlans: ReadonlySet<string>;
  receipts: Receipts;
  mode: "report" | "enforce";
};

/** What became of every grant of a snapshot, counted as they pass by, and every fault that keeps it from closing. */
export const balanceGrants = async (
  store: Store,
  { snapshot, plans, approvedPlans, receipts, mode }: Reviewed,
): Promise<{ balance: Balance; faults: string[] }> => {
  const plan = plans.at(-1);
  const items = new Map(plan?.items.map((item) => [item.grantId, item]));
  const brakeStops = plan?.brake.tripped === true && !approvedPlans.has(plan.planHash);
  const { intents, outcomes } = receipts;
  const rollCall = openRollCall(new Set(outcomes.keys()));
  const counts: Partial<Record<Fate, number>> = {};
  for await (const ids of grantIdsOf(store, snapshot)) {
    for (const id of ids) {
      rollCall.call(id);
      const fate = fateOf({ item: items.get(id) ?? null, outcome: outcomes.get(id) ?? null, brakeStops, mode });
      counts[fate] = (counts[fate] ?? 0) + 1;
    }
  }
  const faults = balanceFaults({
    rollCall,
    population: snapshot.population.grants,
    plans,
    approvedPlans,
    intents: [...intents.values()],
    outcomes: [...outcomes.values()],
  });
  return { balance: balanceOf(counts, faults), faults };
};
