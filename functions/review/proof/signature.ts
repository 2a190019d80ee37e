import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { sha256 } from "../../basics/hash.ts";

/** How evidence says by which key it is signed: `keySha256` is over the public key's DER form (SPKI). */
export type SignedBy = { algorithm: "ECDSA_SHA_256"; keySha256: string };

function keyOf(publicKeyPem: string): KeyObject | null {
  try {
    return createPublicKey(publicKeyPem);
  } catch {
    return null;
  }
}

/** What evidence says of a public key in PEM. Throws where the text is none. */
export function signedBy(publicKeyPem: string): SignedBy {
  const key = keyOf(publicKeyPem);
  if (!key) throw new Error("Cannot sign as the signer's public key is not PEM");
  return { algorithm: "ECDSA_SHA_256", keySha256: sha256(key.export({ format: "der", type: "spki" })) };
}

/** The bytes that are signed, the signature in DER, and the public key in PEM. */
export type Signed = { body: Uint8Array; signature: Uint8Array; publicKeyPem: string };

/** Null where the signature is of these bytes, by the key that the evidence names; else what is wrong. */
export function signatureFault({ body, signature, publicKeyPem }: Signed, { keySha256 }: SignedBy): string | null {
  const key = keyOf(publicKeyPem);
  if (!key) return "the public key is damaged";
  if (sha256(key.export({ format: "der", type: "spki" })) !== keySha256)
    return "the public key is not the one that the evidence names";
  return isSignature(body, key, signature) ? null : "the signature is not of this evidence";
}

function isSignature(body: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  try {
    return verify("sha256", body, key, signature);
  } catch {
    return false;
  }
}
