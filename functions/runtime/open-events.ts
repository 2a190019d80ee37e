import type { Config, EventsConfig } from "../config/config.ts";
import type { EventKeys } from "../events/envelope.ts";
import type { EventSource } from "../events/work.ts";
import { accountSources } from "./open-sign-in.ts";
import { readSecret, SecretError, type SecretPorts } from "./secrets.ts";

/** The embedded company's app that receives events, and by what they are proved. */
export type CompanyEvents = EventKeys & { appSecret: string; baseUrl: string };

/** The keys of the events' secret, by the way that events come. It may be the desk's own secret. */
export const eventSecretKeys = {
  webhook: ["appId", "eventEncryptKey", "eventVerificationToken"],
  connection: ["appId", "appSecret"],
} as const;

type Ports = SecretPorts & { company?: CompanyEvents | undefined };

/** What proves that a request is an event of the configured app and tenant. Throws a SecretError where the secret is not to be used. */
export async function openEventKeys(
  { credentials, tenant }: EventsConfig,
  { company, ...ports }: Ports,
): Promise<EventKeys> {
  if (credentials === null) return companyOf(company);
  const secret = await readSecret(credentials, eventSecretKeys.webhook, ports);
  const { appId, eventEncryptKey: encryptKey, eventVerificationToken: verificationToken } = secret;
  // Without an Encrypt Key the vendor signs nothing, and whoever finds the address could send anything.
  for (const [name, value] of Object.entries({
    eventEncryptKey: encryptKey,
    eventVerificationToken: verificationToken,
  })) {
    if (value.trim() === "") {
      throw new SecretError(`Cannot use ${credentials} as ${name} is empty: set it in the app's console, under events`);
    }
  }
  return { appId, tenant: tenant!, encryptKey, verificationToken };
}

/** The app of the long connection, and where it connects. */
export async function openEventApp(
  { baseUrl, credentials, tenant }: EventsConfig,
  { company, ...ports }: Ports,
): Promise<Pick<CompanyEvents, "appId" | "appSecret" | "tenant" | "baseUrl">> {
  if (credentials === null) return companyOf(company);
  const { appId, appSecret } = await readSecret(credentials, eventSecretKeys.connection, ports);
  return { appId, appSecret, tenant: tenant!, baseUrl };
}

function companyOf(company: CompanyEvents | undefined): CompanyEvents {
  if (!company) throw new Error("Cannot receive events of the embedded company as nobody serves it here");
  return company;
}

/** The sources that events ask about, of those that are chosen. */
export async function eventSources(
  config: Config & { events: EventsConfig },
  chosen: readonly string[],
): Promise<EventSource[]> {
  const { baseUrl, sources } = config.events;
  const known = await accountSources(config, baseUrl);
  return known.filter(({ id }) => chosen.includes(id) && (sources === null || sources.includes(id)));
}
