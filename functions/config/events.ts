import * as z from "zod";
import { type Fields, fieldsOf, listOf } from "../providers/setting-faults.ts";
import type { DeskConfig, EventsConfig } from "./config.ts";
import { isFeishuHost } from "./desk.ts";
import { type ConfigFault, faultAt, type Path, repeatFaults } from "./fault.ts";
import { baseUrl, secretReference, text } from "./values.ts";

/** The settings of events. What is left out is the sign-in's, where people sign in by Feishu. */
export const eventsSchema = z.strictObject({
  baseUrl: baseUrl.optional(),
  credentials: secretReference.optional(),
  tenant: text((key) => (key.trim() === "" ? "is empty: write the tenant_key" : null)).optional(),
  sources: z.array(z.string()).min(1).optional(),
});

/** Where the keys of events stand, for people who put one elsewhere. */
export const eventsKeys: readonly Path[] = Object.keys(eventsSchema.shape).map((key) => [key]);

const feishuHost = "https://open.feishu.cn";

/** The settings with those of the sign-in filled in. */
export function eventsWithDefaults(
  { baseUrl: own, credentials, tenant, sources: named }: z.output<typeof eventsSchema>,
  desk: DeskConfig | null,
): EventsConfig {
  const sources = named ?? null;
  const { provider } = desk?.signIn ?? {};
  const signIn = provider === "feishu" ? desk!.signIn : null;
  const host = own ?? (provider === "sandbox" ? "sandbox" : (signIn?.baseUrl ?? feishuHost));
  if (host === "sandbox") return { baseUrl: host, credentials: null, tenant: null, sources };
  return {
    baseUrl: host,
    credentials: credentials ?? signIn?.credentials ?? null,
    tenant: tenant ?? signIn?.tenant ?? null,
    sources,
  };
}

/** Settings of events that contradict each other or the rest. All are as the file has them, unchecked. */
export function eventsFaults(
  value: unknown,
  {
    sources,
    desk,
    accountProviders,
  }: { sources: readonly Fields[]; desk: unknown; accountProviders: readonly string[] },
): ConfigFault[] {
  if (value === undefined || value === null) return [];
  const events = fieldsOf(value);
  const signIn = fieldsOf(fieldsOf(desk).signIn);
  const host = events.baseUrl ?? (signIn.provider === "sandbox" ? "sandbox" : (signIn.baseUrl ?? feishuHost));
  return [
    ...(host === "sandbox" ? companyFaults(events) : tenantFaults(events, signIn)),
    ...sourceFaults(events, { sources, host, accountProviders }),
  ];
}

function at(key: string, message: string): ConfigFault {
  return faultAt(["events", key], message);
}

function companyFaults({ credentials, tenant }: Fields): ConfigFault[] {
  const extra = Object.entries({ credentials, tenant }).filter(([, value]) => value !== undefined);
  return extra.map(([key]) => at(key, "belongs to no embedded company: take it out, or name the tenant's baseUrl"));
}

function tenantFaults({ baseUrl: own, credentials, tenant }: Fields, signIn: Fields): ConfigFault[] {
  const isSignIn = signIn.provider === "feishu";
  return [
    ...(own === undefined || isFeishuHost(own)
      ? []
      : [at("baseUrl", "is no address of feishu: write https://open.feishu.cn or https://open.larksuite.com")]),
    ...(credentials === undefined && !isSignIn
      ? [
          at(
            "credentials",
            'is missing: write secretsmanager:NAME, of a secret that holds {"appId","appSecret","eventEncryptKey","eventVerificationToken"}',
          ),
        ]
      : []),
    ...(tenant === undefined && !isSignIn
      ? [at("tenant", "is missing: write the tenant_key, or events of any company that has the app would count")]
      : []),
  ];
}

type Around = { sources: readonly Fields[]; host: unknown; accountProviders: readonly string[] };

/** Events speak of accounts of their tenant: a source at another host, or of another vendor, knows none of them. */
function sourceFaults({ sources: named }: Fields, { sources, host, accountProviders }: Around): ConfigFault[] {
  const known = sources
    .filter(({ provider, baseUrl: where }) => accountProviders.includes(String(provider)) && where === host)
    .map(({ id }) => String(id));
  const these = known.length > 0 ? `: there is ${known.join(", ")}` : "";
  if (named === undefined) {
    return known.length > 0 || sources.length === 0
      ? []
      : [faultAt(["events"], `speaks of people of no source: none of Feishu's is at ${String(host)}`)];
  }
  const ids = listOf(named);
  const unknown = ids.flatMap((id, index) =>
    typeof id !== "string" || known.includes(id)
      ? []
      : [faultAt(["events", "sources", index], `is no source of people at ${String(host)}${these}`)],
  );
  return [...unknown, ...repeatFaults(ids, (index) => ["events", "sources", index], "take one out")];
}
