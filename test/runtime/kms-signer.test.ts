import { createHash, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { GetPublicKeyCommand, type SignCommand } from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { signatureFault, signedBy } from "../../functions/review/proof/signature.ts";
import { kmsSigner } from "../../functions/runtime/kms-signer.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** KMS as far as it is asked: it hashes what is raw, and takes a digest for one. */
const kms = () => {
  const asked: SignCommand["input"][] = [];
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof GetPublicKeyCommand) return { PublicKey: publicKey.export({ format: "der", type: "spki" }) };
    asked.push((command as SignCommand).input);
    return { Signature: sign("sha256", (command as SignCommand).input.Message!, privateKey) };
  };
  return { asked, client: { send } as never };
};

describe("kmsSigner()", () => {
  it("signs evidence as it is, up to what KMS takes", async () => {
    const { client, asked } = kms();
    const signer = kmsSigner("key", { client });
    const body = new Uint8Array(4_096);
    const publicKeyPem = await signer.publicKey();
    const signature = await signer.sign(body);
    expect(asked).toMatchObject([{ KeyId: "key", MessageType: "RAW", SigningAlgorithm: "ECDSA_SHA_256" }]);
    expect(signatureFault({ body, signature, publicKeyPem }, signedBy(publicKeyPem))).toBeNull();
    expect(createPublicKey(publicKeyPem).equals(publicKey)).toBe(true);
  });

  it("signs the digest of anything longer", async () => {
    const { client, asked } = kms();
    const body = new Uint8Array(4_097);
    await kmsSigner("key", { client }).sign(body);
    expect(asked).toMatchObject([{ MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256" }]);
    expect(Buffer.from(asked[0]!.Message!)).toEqual(createHash("sha256").update(body).digest());
  });

  it("says which key refused, by the fault's name alone, and what to do", async () => {
    const refusal = Object.assign(new Error("arn of somebody"), { name: "AccessDeniedException" });
    const signer = kmsSigner("key", { client: { send: () => Promise.reject(refusal) } as never });
    await expect(signer.sign(new Uint8Array())).rejects.toThrow(
      /^Cannot sign with key \(AccessDeniedException\)\. Grant kms:Sign/,
    );
    await expect(signer.publicKey()).rejects.not.toThrow("somebody");
  });
});
