import { reviewKeys } from "../review/keys.ts";
import type { Store } from "../review/ports.ts";
import type { Evidence } from "../review/proof/evidence.ts";
import { type SignedBy, signatureFault, signedBy } from "../review/proof/signature.ts";
import type { Stage } from "../review/stage.ts";
import { createOnce } from "./create-once.ts";

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
