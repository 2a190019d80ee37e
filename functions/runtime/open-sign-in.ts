import { hkdfSync } from "node:crypto";
import { proxiesOf } from "../basics/proxies.ts";
import type { Config, DeskConfig } from "../config/config.ts";
import type { AccountSource } from "../desk/sign-in/feishu.ts";
import type { SignIn } from "../desk/sign-in/sign-in.ts";
import type { Clock } from "../review/ports.ts";
import { readSecret, SecretError, type SecretPorts } from "./secrets.ts";

/** Where people of the embedded company sign in, and as which app the desk asks them to. */
export type CompanySignIn = { baseUrl: string; credentials: { appId: string; appSecret: string }; tenant: string };

export type SignInPorts = SecretPorts & {
  clock: Clock;
  /** Who of each source has a verified e-mail. */
  peopleByEmail(email: string): Promise<Record<string, string[]>>;
  /** The embedded company, which `provider: sandbox` means. */
  company?: CompanySignIn | undefined;
};

/** How people sign in, and the keys by which the desk signs their sessions, the first one newest. */
export type OpenedSignIn = { signIn: SignIn; keys: string[] };

const sessionKeyNames = ["sessionKey", "previousSessionKey"] as const;

/** The keys of the desk's secret. Without `sessionKey` sessions are signed by a key that is derived from the app's secret. */
export const signInSecretKeys = {
  feishu: { required: ["appId", "appSecret"], optional: sessionKeyNames },
  oidc: { required: ["clientId", "clientSecret"], optional: sessionKeyNames },
} as const;

const shortestKey = 32;

/** The sources whose people are accounts of where one signs in: those at the same host. */
export async function accountSources({ sources }: Config, baseUrl: string): Promise<AccountSource[]> {
  const providers = Object.values(await import("../providers/all.ts"));
  return sources.flatMap(({ id, provider, baseUrl: at }) => {
    const idType = providers.find((each) => each.id === provider)?.personIdType;
    return idType !== undefined && at === baseUrl ? [{ id, idType }] : [];
  });
}

/** Opens the way to sign in that the configuration names. Throws a SecretError where the desk's secret is not to be used. */
export async function openSignIn(config: Config & { desk: DeskConfig }, ports: SignInPorts): Promise<OpenedSignIn> {
  const { provider, baseUrl, credentials: reference, tenant } = config.desk.signIn;
  const { clock, company, peopleByEmail } = ports;
  if (provider === "sandbox") {
    if (!company) throw new Error("Cannot sign people in by the embedded company as nobody serves it here");
    const sources = await accountSources(config, "sandbox");
    const signIn = await openFeishu({ ...company, sources, clock, provider });
    return { signIn, keys: [derivedKey(company.credentials.appSecret)] };
  }
  if (provider === "feishu") {
    const { appId, appSecret, ...keys } = await readSecret(reference!, signInSecretKeys.feishu, ports);
    const sources = await accountSources(config, baseUrl!);
    const app = { baseUrl: baseUrl!, credentials: { appId, appSecret }, tenant: tenant! };
    const options = { ...app, sources, clock, provider, proxies: proxiesOf(ports.env) };
    return { signIn: await openFeishu(options), keys: sessionKeys(reference!, keys, appSecret) };
  }
  const { clientId, clientSecret, ...keys } = await readSecret(reference!, signInSecretKeys.oidc, ports);
  const { openOidcSignIn } = await import("../desk/sign-in/oidc.ts");
  const client = { clientId, clientSecret };
  const signIn = openOidcSignIn({
    issuer: baseUrl!,
    credentials: client,
    clock,
    peopleByEmail,
    proxies: proxiesOf(ports.env),
  });
  return { signIn, keys: sessionKeys(reference!, keys, clientSecret) };
}

async function openFeishu(options: Parameters<typeof import("../desk/sign-in/feishu.ts")["openFeishuSignIn"]>[0]) {
  const { openFeishuSignIn } = await import("../desk/sign-in/feishu.ts");
  return openFeishuSignIn(options);
}

type SessionKeys = Partial<Record<(typeof sessionKeyNames)[number], string>>;

function sessionKeys(reference: string, { sessionKey, previousSessionKey }: SessionKeys, secret: string): string[] {
  for (const [name, key] of Object.entries({ sessionKey, previousSessionKey })) {
    if (key !== undefined && key.length < shortestKey) {
      throw new SecretError(
        `Cannot use ${reference} as ${name} is short: write ${shortestKey} random characters or more`,
      );
    }
  }
  return [sessionKey ?? derivedKey(secret), ...(previousSessionKey === undefined ? [] : [previousSessionKey])];
}

/** A key for sessions, from which nobody comes back to the secret. */
function derivedKey(secret: string): string {
  return Buffer.from(hkdfSync("sha256", secret, "", "access-review desk sessions", 32)).toString("base64url");
}
