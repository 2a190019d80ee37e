import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { sha256 } from "../../basics/hash.ts";
import type { FaultCode } from "./faults.ts";

/** The key that signs evidence. `keySha256` is the SHA-256 of the public key's DER form (SPKI). */
export type SignedBy = { algorithm: "ECDSA_SHA_256"; keySha256: string };

function keyOf(publicKeyPem: string): KeyObject | null {
  try {
    return createPublicKey(publicKeyPem);
  } catch {
    return null;
  }
}

function sha256OfKey(key: KeyObject): string {
  return sha256(key.export({ format: "der", type: "spki" }));
}

/** The `signedBy` field for a public key in PEM. Throws if the text is not PEM. */
export function signedBy(publicKeyPem: string): SignedBy {
  const key = keyOf(publicKeyPem);
  if (!key) throw new Error("Cannot sign as the signer's public key is not PEM");
  return { algorithm: "ECDSA_SHA_256", keySha256: sha256OfKey(key) };
}

/** Signed bytes, with the signature in DER and the public key in PEM. */
export type Signed = { body: Uint8Array; signature: Uint8Array; publicKeyPem: string };

export type SignatureFault = Extract<
  FaultCode,
  "signature-claim" | "signature-missing" | "signature-other" | "key-damaged" | "key-other" | "key-curve"
>;

/**
 * What is wrong with a signature; null if the signature is of these bytes, by the key that the evidence names, on the
 * curve P-256.
 */
export function signatureFault(
  { body, signature, publicKeyPem }: Signed,
  { keySha256 }: SignedBy,
): SignatureFault | null {
  const key = keyOf(publicKeyPem);
  if (!key) return "key-damaged";
  if (sha256OfKey(key) !== keySha256) return "key-other";
  const isP256 = key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1";
  if (!isP256) return "key-curve";
  return isSignature(body, key, signature) ? null : "signature-other";
}

function isSignature(body: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  try {
    return verify("sha256", body, key, signature);
  } catch {
    return false;
  }
}

/** What is known of a signature: there is none, it is good and by this key, or what is wrong with it, in this object. */
export type SignatureState =
  | { kind: "none" }
  | { kind: "good"; keySha256: string }
  | { kind: "bad"; code: SignatureFault; key: string };

/** Evidence as it lies in a store: its bytes, what it says of its signature, and what lies beside it. */
export type MaybeSigned = {
  body: Uint8Array;
  claim: unknown;
  signature: Uint8Array | null;
  publicKey: Uint8Array | null;
  keys: { evidence: string; signature: string; publicKey: string };
};

/** Checks a signature as far as the evidence claims one. Whether the key is anybody's whom one trusts is another question. */
export function signatureState({ body, claim, signature, publicKey, keys }: MaybeSigned): SignatureState {
  if (claim === null || claim === undefined) return { kind: "none" };
  if (!isSignedBy(claim)) return { kind: "bad", code: "signature-claim", key: keys.evidence };
  if (!signature) return { kind: "bad", code: "signature-missing", key: keys.signature };
  if (!publicKey) return { kind: "bad", code: "signature-missing", key: keys.publicKey };
  const code = signatureFault({ body, signature, publicKeyPem: new TextDecoder().decode(publicKey) }, claim);
  return code ? { kind: "bad", code, key: keys.signature } : { kind: "good", keySha256: claim.keySha256 };
}

function isSignedBy(claim: unknown): claim is SignedBy {
  if (typeof claim !== "object" || claim === null) return false;
  const { algorithm, keySha256 } = claim as Partial<SignedBy>;
  return algorithm === "ECDSA_SHA_256" && typeof keySha256 === "string" && /^[0-9a-f]{64}$/.test(keySha256);
}
