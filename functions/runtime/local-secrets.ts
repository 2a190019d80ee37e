import type { Config } from "../config/config.ts";
import { type ConfigFault, faultAt, type Path } from "../config/fault.ts";
import { eventSecretKeys } from "./open-events.ts";
import { messageSecretKeys } from "./open-messenger.ts";
import { signInSecretKeys } from "./open-sign-in.ts";
import { type AskedKeys, readSecret, SecretError } from "./secrets.ts";

/** Which secrets a command is about to use. */
export type SecretUses = {
  sourceIds: readonly string[];
  credentials: readonly ("read" | "write")[];
  /** Whether people are told. */
  messages: boolean;
  /** Whether people sign in at the desk. */
  desk?: boolean;
  /** By which way events come, if they do. */
  events?: keyof typeof eventSecretKeys | undefined;
};

type UsedSecret = { reference: string; keys: AskedKeys<string>; path: Path };

/**
 * What is wrong with the secrets on this machine, `env:NAME` and `file:PATH`: they are configuration, and all of them are
 * looked at before anything is read or written. Whether a managed secret is there only Secrets Manager can say.
 */
export async function localSecretFaults(
  config: Config,
  uses: SecretUses,
  env: NodeJS.ProcessEnv,
): Promise<ConfigFault[]> {
  const used = [
    ...(await sourceSecrets(config, uses)),
    ...(uses.messages ? messageSecrets(config, uses) : []),
    ...(uses.desk ? deskSecrets(config) : []),
    ...(uses.events ? eventSecrets(config, uses.events) : []),
  ];
  const local = used.filter(({ reference }) => /^(env|file):/.test(reference));
  const faults = await Promise.all(local.map((secret) => faultOfSecret(secret, env)));
  return faults.filter((fault) => fault !== null);
}

async function sourceSecrets(config: Config, { sourceIds, credentials }: SecretUses): Promise<UsedSecret[]> {
  const providers = Object.values(await import("../providers/all.ts"));
  // Before a removal that rests on who somebody is, the source that says so is read anew.
  const isRead = (id: string): boolean => credentials.includes("write") && id === config.authority?.source;
  const usesOf = (id: string): SecretUses["credentials"] =>
    sourceIds.includes(id) ? credentials : isRead(id) ? ["read"] : [];
  return config.sources.flatMap(({ id, provider: named, credentials: secrets }, index) => {
    const provider = providers.find((each) => each.id === named);
    if (!secrets || !provider) return [];
    const { secretKeys: keys } = provider;
    return usesOf(id).map((use) => ({ reference: secrets[use], keys, path: ["sources", index, "credentials", use] }));
  });
}

function messageSecrets({ messages }: Config, { sourceIds }: SecretUses): UsedSecret[] {
  return messages.flatMap((message, index) => {
    const isUsed = message.sources === undefined || message.sources.some((id) => sourceIds.includes(id));
    if (!isUsed || message.to === "sns" || message.credentials === undefined) return [];
    const path = ["messages", index, "credentials"];
    return [{ reference: message.credentials, keys: messageSecretKeys[message.to], path }];
  });
}

function deskSecrets({ desk }: Config): UsedSecret[] {
  const { provider, credentials } = desk?.signIn ?? {};
  if (!credentials || provider === undefined || provider === "sandbox") return [];
  return [{ reference: credentials, keys: signInSecretKeys[provider], path: ["desk", "signIn", "credentials"] }];
}

function eventSecrets({ events }: Config, way: keyof typeof eventSecretKeys): UsedSecret[] {
  if (!events?.credentials) return [];
  return [{ reference: events.credentials, keys: eventSecretKeys[way], path: ["events", "credentials"] }];
}

async function faultOfSecret(
  { reference, keys, path }: UsedSecret,
  env: NodeJS.ProcessEnv,
): Promise<ConfigFault | null> {
  try {
    await readSecret(reference, keys, { env });
    return null;
  } catch (error) {
    if (error instanceof SecretError) return faultAt(path, error.message);
    throw error;
  }
}
