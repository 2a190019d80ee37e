import * as z from "zod";
import { type Fields, fieldsOf } from "../providers/setting-faults.ts";
import { textLike } from "../providers/settings.ts";
import type { Config, MessageConfig, SourceConfig } from "./config.ts";
import { type ConfigFault, faultAt } from "./fault.ts";
import { text, whole } from "./values.ts";

const email = textLike(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "must be an e-mail address");

const principal = textLike(
  /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/,
  "must be the ARN of an IAM role or user: arn:aws:iam::123456789012:role/reviewers",
);

/** `null` if the text is the address of a proxy that a template may show, else what is wrong. It is never quoted: it may hold a password. */
function faultOfProxy(text: string): string | null {
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  if (!url || url.hostname === "") return "must be the address of a proxy: http://HOST:PORT";
  if (url.username !== "" || url.password !== "")
    return "must not hold a user or a password: whoever sees the stack would read them. Let the proxy know its callers by their address";
  return url.pathname !== "/" || /[?#]/.test(text) ? "must end with the host or its port" : null;
}

const proxyAddress = text(faultOfProxy);

const unproxiedHost = textLike(
  /^(\*|(\*?\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?)$/i,
  "must be a host, or a domain with a dot before it for the hosts in it: .example.com",
);

/** The settings of the stack: whom alarms mail, how long evidence is locked, who may hand in decisions on which source. */
export const awsSchema = z.strictObject({
  alarmEmails: z.array(email).default([]),
  retention: z
    .strictObject({
      mode: z.enum(["governance", "compliance"]).default("governance"),
      days: whole(1, "days").default(800),
    })
    .prefault({}),
  deciders: z.record(z.string(), z.array(principal)).default({}),
  breakGlass: z.array(principal).default([]),
  audit: z.boolean().default(true),
  fixedEgress: z.boolean().default(false),
  proxy: z
    .strictObject({ https: proxyAddress, noProxy: z.array(unproxiedHost).default([]) })
    .nullable()
    .default(null),
  createSecrets: z.boolean().default(true),
});

/** Deciders of a source that is not configured. */
export function deciderFaults(deciders: unknown, sources: readonly Fields[]): ConfigFault[] {
  const known = sources.map(({ id }) => id);
  return Object.keys(fieldsOf(deciders)).flatMap((source) =>
    known.includes(source)
      ? []
      : [faultAt(["aws", "deciders", source], "is no source: write the id of a source, and who decides on its grants")],
  );
}

const example = "see docs/access-review.example.yaml";
const isCompany = "is the embedded company: name a real";
const mustBeSecure = `must be https: a Lambda has no server of its own (${example})`;
const mustBeManaged = `must be secretsmanager:NAME: a Lambda reads no env: or file: secret (${example})`;

/** Faults of a source that only a deployment has: secrets and hosts that no Lambda reaches. */
function sourceFaults({ baseUrl, credentials }: SourceConfig, index: number): ConfigFault[] {
  const path = ["sources", index];
  if (baseUrl === "sandbox") return [faultAt([...path, "baseUrl"], `${isCompany} tenant's host (${example})`)];
  const unmanaged = (["read", "write"] as const).filter(
    (use) => credentials?.[use].startsWith("secretsmanager:") === false,
  );
  return [
    ...(baseUrl.startsWith("http:") ? [faultAt([...path, "baseUrl"], mustBeSecure)] : []),
    ...unmanaged.map((use) => faultAt([...path, "credentials", use], mustBeManaged)),
  ];
}

/** The same of a way to tell people. */
function messageFaults(message: MessageConfig, index: number): ConfigFault[] {
  const path = ["messages", index];
  if (message.to === "sns") return [];
  const { baseUrl, credentials } = message;
  if (baseUrl === "sandbox") return [faultAt([...path, "baseUrl"], `${isCompany} chat or bot (${example})`)];
  return [
    ...(baseUrl?.startsWith("http:") ? [faultAt([...path, "baseUrl"], mustBeSecure)] : []),
    ...(credentials?.startsWith("secretsmanager:") ? [] : [faultAt([...path, "credentials"], mustBeManaged)]),
  ];
}

/** The same of a desk that the stack is to serve. A desk that somebody else serves is no part of the stack. */
function deskFaults({ desk }: Config): ConfigFault[] {
  if (desk?.hosting !== "aws") return [];
  const { provider, credentials } = desk.signIn;
  if (provider === "sandbox")
    return [faultAt(["desk", "signIn", "provider"], `${isCompany} tenant's sign-in (${example})`)];
  return credentials?.startsWith("secretsmanager:") ? [] : [faultAt(["desk", "signIn", "credentials"], mustBeManaged)];
}

/** CloudFormation takes 500 resources. The rest of the stack has up to 200. */
const mostSecrets = 300;

function secretFaults({ sources, aws }: Config): ConfigFault[] {
  const names = new Set(sources.flatMap(({ credentials }) => (credentials ? Object.values(credentials) : [])));
  if (!aws.createSecrets || names.size <= mostSecrets) return [];
  const message = `must be false: the stack cannot make ${names.size} secrets; make them yourself, tagged (docs/aws.md, "Many sources")`;
  return [faultAt(["aws", "createSecrets"], message)];
}

/** Why a valid configuration cannot be deployed. `store` is not looked at: on AWS the stack's own bucket is used. */
export function refuseOnAws(config: Config): ConfigFault[] {
  const unscheduled = config.schedule
    ? []
    : [faultAt(["schedule"], `is missing: the stack has to know when to review (${example})`)];
  return [
    ...unscheduled,
    ...config.sources.flatMap(sourceFaults),
    ...config.messages.flatMap(messageFaults),
    ...deskFaults(config),
    ...secretFaults(config),
  ];
}
