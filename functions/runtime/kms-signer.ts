import { createHash, createPublicKey } from "node:crypto";
import type { KMSClient } from "@aws-sdk/client-kms";
import { agentsBy, type Proxies } from "../basics/proxies.ts";
import type { Signer } from "../review/ports.ts";

// By default the SDK waits for ever on a connection that died.
const timeouts = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

/** The part of a client that is used. A test hands in its own. */
type Kms = Pick<KMSClient, "send">;

/**
 * Signs with an asymmetric KMS key (ECDSA over P-256 with SHA-256). The private key never leaves KMS. Needs kms:Sign and
 * kms:GetPublicKey. https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export function kmsSigner(
  KeyId: string,
  { proxies = {}, client: given }: { proxies?: Proxies; client?: Kms } = {},
): Signer {
  let opened = given;
  const client = async (): Promise<Kms> => (opened ??= await openClient(proxies));
  return {
    publicKey: async () => {
      const { GetPublicKeyCommand } = await import("@aws-sdk/client-kms");
      const { PublicKey } = await (await client()).send(new GetPublicKeyCommand({ KeyId })).catch(throwRefusal(KeyId));
      if (!PublicKey) throw new Error(`Cannot sign as KMS gave no public key of ${KeyId}`);
      const key = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
      return key.export({ format: "pem", type: "spki" }).toString();
    },
    sign: async (body) => {
      const { SignCommand } = await import("@aws-sdk/client-kms");
      const request = { KeyId, ...messageOf(body), SigningAlgorithm: "ECDSA_SHA_256" } as const;
      const { Signature } = await (await client()).send(new SignCommand(request)).catch(throwRefusal(KeyId));
      if (!Signature) throw new Error(`Cannot sign as KMS gave no signature by ${KeyId}`);
      return Signature;
    },
  };
}

/** The longest message that KMS takes as it is. Of a longer message KMS takes the digest, and the signature is the same. */
const longestRawBytes = 4_096;

function messageOf(body: Uint8Array) {
  return body.length <= longestRawBytes
    ? ({ Message: body, MessageType: "RAW" } as const)
    : ({ Message: createHash("sha256").update(body).digest(), MessageType: "DIGEST" } as const);
}

/** Imports the client only here: most invocations of seal sign nothing. */
async function openClient(proxies: Proxies): Promise<Kms> {
  const { KMSClient } = await import("@aws-sdk/client-kms");
  return new KMSClient({ requestHandler: { ...timeouts, ...agentsBy(proxies) } });
}

function throwRefusal(keyId: string) {
  return (error: unknown): never => {
    const name = error instanceof Error ? error.name : "unknown error";
    throw new Error(
      `Cannot sign with ${keyId} (${name}). Grant kms:Sign and kms:GetPublicKey on it, or see that it is enabled; sealing again then signs.`,
    );
  };
}
