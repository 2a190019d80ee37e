import { createHash, createPublicKey } from "node:crypto";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { Signer } from "../review/ports.ts";

// Without these the SDK waits for ever on a connection that died.
const timeouts = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

/**
 * Signs with an asymmetric KMS key (ECDSA over P-256 with SHA-256), which never leaves KMS. Needs kms:Sign and
 * kms:GetPublicKey. https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export const kmsSigner = (keyId: string, given?: Pick<KMSClient, "send">): Signer => {
  const open = async () => {
    const kms = await import("@aws-sdk/client-kms");
    return { kms, client: given ?? new kms.KMSClient({ requestHandler: timeouts }) };
  };
  return {
    publicKey: async () => {
      const { kms, client } = await open();
      const { PublicKey } = await client.send(new kms.GetPublicKeyCommand({ KeyId: keyId })).catch(refused(keyId));
      if (!PublicKey) throw new Error(`Cannot sign as KMS gave no public key of ${keyId}`);
      const key = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
      return key.export({ format: "pem", type: "spki" }).toString();
    },
    sign: async (body) => {
      const { kms, client } = await open();
      const Message = createHash("sha256").update(body).digest();
      const request = { KeyId: keyId, Message, MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256" } as const;
      const { Signature } = await client.send(new kms.SignCommand(request)).catch(refused(keyId));
      if (!Signature) throw new Error(`Cannot sign as KMS gave no signature by ${keyId}`);
      return Signature;
    },
  };
};

const refused =
  (keyId: string) =>
  (error: unknown): never => {
    const name = error instanceof Error ? error.name : "unknown error";
    throw new Error(
      `Cannot sign with ${keyId} (${name}). Grant kms:Sign and kms:GetPublicKey on it, or see that it is enabled; sealing again then signs.`,
    );
  };
