import { readFile, stat } from "node:fs/promises";
import { isProxyUnauthorized, proxiesOf, proxyRemedy } from "../basics/proxies.ts";
import type { ManagedSecrets } from "./managed-secret.ts";

/**
 * Where secrets come from. Without `secretsManager`, a client is opened with the SDK's defaults (region, credentials,
 * endpoint) when the first reference needs one.
 */
export type SecretPorts = { env: NodeJS.ProcessEnv; secretsManager?: ManagedSecrets };

/** Names the reference and the key at fault, and what to do. Holds neither a value nor a cause that could quote one. */
export class SecretError extends Error {
  override readonly name = "SecretError";
  readonly trouble = "CredentialsRefused";
}

/** Keys that a secret must have; or keys that it must have and keys that it may have. */
export type AskedKeys<Key extends string> = readonly Key[] | { required: readonly Key[]; optional: readonly Key[] };

/**
 * Reads the JSON object that `secretsmanager:NAME`, `env:NAME` or `file:PATH` refers to. Returns the values of `keys` alone,
 * without optional keys that are missing. Throws a `SecretError`.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export async function readSecret<Key extends string>(
  reference: string,
  keys: AskedKeys<Key>,
  ports: SecretPorts,
): Promise<Record<Key, string>> {
  const { required, optional } = "required" in keys ? keys : { required: keys, optional: [] };
  const record = parseRecord(await readText(reference, ports), { reference, keys: required });
  const held = [...required, ...optional.filter((key) => record[key] !== undefined)];
  const faults = held.flatMap((key) => faultsOf(key, record[key]));
  if (faults.length > 0)
    throw new SecretError(`Cannot use ${reference} as ${faults.join(", ")}. ${wantedForm(required)}`);
  return Object.fromEntries(held.map((key) => [key, record[key]])) as Record<Key, string>;
}

function readText(reference: string, ports: SecretPorts): string | Promise<string> {
  const colon = reference.indexOf(":");
  const place = reference.slice(colon + 1);
  switch (place === "" ? "" : reference.slice(0, Math.max(colon, 0))) {
    case "env":
      return readVariable(place, ports.env);
    case "file":
      return readSecretFile(place);
    case "secretsmanager":
      return readManaged(place, ports);
    default:
      // Not quoted: it may be the secret itself.
      throw new SecretError(
        "Cannot read a secret as its reference is none. Write secretsmanager:NAME, env:NAME or file:PATH.",
      );
  }
}

function readVariable(name: string, env: NodeJS.ProcessEnv): string {
  const text = env[name];
  if (!text)
    throw new SecretError(`Cannot read env:${name} as the variable is not set. Set ${name} to the secret's JSON.`);
  return text;
}

async function readSecretFile(path: string): Promise<string> {
  let mode: number;
  let text: string;
  try {
    ({ mode } = await stat(path));
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new SecretError(`Cannot read file:${path} (${errorNameOf(error)}). Check the path and its permissions.`);
  }
  if (!isForOthers(mode)) return text;
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  throw new SecretError(
    `Cannot use file:${path} as every user of this machine may read or write it (mode ${octal}). Run \`chmod 600 ${path}\`, and have the secret renewed if others use this machine.`,
  );
}

/** Whether users other than the owner and the group may read or write. Windows has no such modes. */
function isForOthers(mode: number): boolean {
  return process.platform !== "win32" && (mode & 0o006) !== 0;
}

async function readManaged(name: string, { env, secretsManager: client }: SecretPorts): Promise<string> {
  const { getManagedSecret } = await import("./managed-secret.ts"); // a client that env: and file: do not need
  const text = await getManagedSecret(name, { proxies: proxiesOf(env), client }).catch((error: unknown) => {
    if (isProxyUnauthorized(error)) {
      const fault = "the proxy wants a user and a password (HTTP 407)";
      throw new SecretError(`Cannot read secretsmanager:${name} as ${fault}. ${proxyRemedy}`);
    }
    throw new SecretError(
      `Cannot read secretsmanager:${name} (${errorNameOf(error)}). ${nextStep(errorNameOf(error), name)}`,
    );
  });
  if (text === undefined) {
    throw new SecretError(`Cannot read secretsmanager:${name} as it is binary. Store it as text.`);
  }
  return text;
}

function nextStep(fault: string, name: string): string {
  switch (fault) {
    case "ResourceNotFoundException":
      return `Create the secret ${name} in this account and region, or correct the reference.`;
    case "AccessDeniedException":
      return `Grant secretsmanager:GetSecretValue on ${name} (and kms:Decrypt on its key, if it has its own).`;
    case "InvalidRequestException":
      return `Restore the secret ${name}: it is marked for deletion.`;
    default:
      return "Check the AWS credentials, the region (AWS_REGION) and the network.";
  }
}

function errorNameOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const code = (error as Error & { code?: unknown }).code;
  return typeof code === "string" ? code : error.name;
}

function parseRecord(
  text: string,
  { reference, keys }: { reference: string; keys: readonly string[] },
): Record<string, unknown> {
  const value = parseOrNull(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SecretError(`Cannot use ${reference} as it is not a JSON object. ${wantedForm(keys)}`);
}

function parseOrNull(text: string): unknown {
  try {
    // Editors on Windows begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    // Without V8's error: its message quotes the text.
    return null;
  }
}

function faultsOf(key: string, value: unknown): string[] {
  if (value === undefined) return [`${key} is missing`];
  if (typeof value !== "string") return [`${key} is not a string`];
  if (value === "") return [`${key} is empty`];
  return value.trim() === value ? [] : [`${key} has spaces around it`];
}

function wantedForm(keys: readonly string[]): string {
  return `Its value must be JSON such as {${keys.map((key) => `"${key}":"…"`).join(",")}}.`;
}
