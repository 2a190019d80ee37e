import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { agentsBy, type Proxies } from "../basics/proxies.ts";

/** The part of a client that is used. A test hands in its own. */
export type ManagedSecrets = Pick<SecretsManagerClient, "send">;

// By default the SDK waits for ever on a connection that died.
const timeouts = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

/** The text of a secret in Secrets Manager; undefined if the secret is binary. Throws the SDK's error. */
export async function getManagedSecret(
  name: string,
  { proxies, client: given }: { proxies: Proxies; client?: ManagedSecrets | undefined },
): Promise<string | undefined> {
  const client = given ?? new SecretsManagerClient({ requestHandler: { ...timeouts, ...agentsBy(proxies) } });
  return (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
}
