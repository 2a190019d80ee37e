import * as z from "zod";
import { nearest } from "../basics/nearest.ts";
import { type Fields, fieldsOf, listOf } from "../providers/setting-faults.ts";
import type { DeskConfig } from "./config.ts";
import { type ConfigFault, faultAt, type Path, repeatFaults } from "./fault.ts";
import { isLoopback, secretReference, text, whole } from "./values.ts";

/** `null` if people can open the desk at this address, else what is wrong. */
function faultOfDeskUrl(address: string): string | null {
  const url = /^https?:\/\//.test(address) ? URL.parse(address) : null;
  if (!url) return "must be https://HOST, or http:// on this very machine";
  if (url.username !== "" || url.password !== "") return "must not hold a user or a password: messages show it";
  if (url.pathname !== "/" || /[?#]/.test(address))
    return "must end with the host or its port: the desk has its pages below it";
  return url.protocol === "http:" && !isLoopback(url.hostname)
    ? "must be https: http is for this very machine only, as what is signed in with would be read on its way"
    : null;
}

/** The same of the sign-in's host; of an issuer a path may follow. */
function faultOfIssuer(address: string): string | null {
  const url = /^https?:\/\//.test(address) ? URL.parse(address) : null;
  if (!url || /[?#]/.test(address)) return "must be https://HOST, or the issuer as its discovery document has it";
  if (url.username !== "" || url.password !== "") return "must not hold a user or a password: use credentials";
  return url.protocol === "http:" && !isLoopback(url.hostname)
    ? "must be https: http is for this very machine only"
    : null;
}

const subject = text((id) => {
  if (id.trim() === "") return "is empty: write the id that the sign-in proves";
  return /^\S+@\S+\.\S+$/.test(id)
    ? "is an e-mail, which anybody may type: write the id that the sign-in proves"
    : null;
});

const contactWords = text((words) =>
  /^\S(.{0,118}\S)?$/u.test(words) && !/\p{Cc}/u.test(words)
    ? null
    : "must be words of 1 to 120 characters, on one line: IT Security (it-security@example.com)",
);

/** One text stands for both languages. */
function inBoth(words: unknown): unknown {
  return typeof words === "string" ? { en: words, zh: words } : words;
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, "");
}

/** The settings of the desk. */
export const deskSchema = z.strictObject({
  url: text(faultOfDeskUrl).transform(withoutSlash),
  hosting: z.enum(["aws", "self"]).default("self"),
  domain: z
    .strictObject({
      name: text((name) =>
        /^([a-z0-9-]+\.)+[a-z]{2,}$/.test(name) ? null : "must be a host in lowercase letters: reviews.example.com",
      ),
      certificateArn: text((arn) =>
        /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/.test(arn)
          ? null
          : "must be the ARN of a certificate of ACM in the stack's region: arn:aws:acm:…:certificate/…",
      ),
    })
    .nullable()
    .default(null),
  signIn: z.strictObject({
    provider: z.enum(["feishu", "oidc", "sandbox"]),
    baseUrl: text(faultOfIssuer).optional(),
    credentials: secretReference.optional(),
    tenant: text((key) => (key.trim() === "" ? "is empty: write the tenant_key" : null)).optional(),
  }),
  sessionHours: whole(1, "hours").default(8),
  contact: z.preprocess(inBoth, z.strictObject({ en: contactWords, zh: contactWords }).optional()),
  operators: z.array(subject).default([]),
  approvers: z.array(subject).default([]),
  people: z
    .array(z.strictObject({ subject, source: z.string(), id: text((id) => (id.trim() === "" ? "is empty" : null)) }))
    .default([]),
});

/** Where the keys of the desk stand, for people who put one elsewhere. */
export const deskKeys: readonly Path[] = [
  ...Object.keys(deskSchema.shape).map((key) => [key]),
  ...Object.keys(deskSchema.shape.signIn.shape).map((key) => ["signIn", key]),
];

const feishuHost = "https://open.feishu.cn";

/** The desk with what follows from its provider filled in. */
export function withDefaults({ signIn, contact, ...desk }: z.output<typeof deskSchema>): DeskConfig {
  const { provider, baseUrl, credentials = null, tenant = null } = signIn;
  // An issuer is a name, compared letter by letter: a slash at its end is part of it.
  const host = provider === "oidc" ? (baseUrl ?? null) : withoutSlash(baseUrl ?? feishuHost);
  const withHost = { provider, baseUrl: provider === "sandbox" ? null : host, credentials, tenant };
  return { ...desk, contact: contact ?? null, signIn: withHost };
}

function signInFaults({ signIn, url }: Fields): ConfigFault[] {
  const { provider, baseUrl, credentials, tenant } = fieldsOf(signIn);
  const at = (key: string, message: string): ConfigFault => faultAt(["desk", "signIn", key], message);
  if (provider === "sandbox") {
    const extra = Object.entries({ baseUrl, credentials, tenant }).filter(([, value]) => value !== undefined);
    const host = typeof url === "string" ? URL.parse(url)?.hostname : undefined;
    return [
      ...extra.map(([key]) => at(key, "belongs to no embedded company: take it out, or sign in with feishu or oidc")),
      ...(host !== undefined && !isLoopback(host)
        ? [at("provider", "lets anybody be anybody: it is for a desk on this very machine only, write feishu or oidc")]
        : []),
    ];
  }
  if (provider !== "feishu" && provider !== "oidc") return [];
  const holds = provider === "feishu" ? '{"appId","appSecret"}' : '{"clientId","clientSecret"}';
  return [
    ...(credentials === undefined
      ? [at("credentials", `is missing: write secretsmanager:NAME, of a secret that holds ${holds}`)]
      : []),
    ...(provider === "oidc" && baseUrl === undefined ? [at("baseUrl", "is missing: write the issuer, https://…")] : []),
    ...(provider === "oidc" && tenant !== undefined
      ? [at("tenant", "is Feishu's: an issuer is one tenant already, take it out")]
      : []),
    ...(provider === "feishu" && tenant === undefined
      ? [at("tenant", "is missing: write the tenant_key, or people of any company could sign in")]
      : []),
    ...(provider === "feishu" ? feishuHostFaults(baseUrl) : []),
  ];
}

/** Whoever signs in at the embedded company chooses who they are: nobody decides so on what real people hold. */
function sandboxFaults({ signIn }: Fields, { sources }: Around): ConfigFault[] {
  const isReal = ({ baseUrl }: Fields): boolean => {
    const host = typeof baseUrl === "string" ? URL.parse(baseUrl)?.hostname : undefined;
    return baseUrl !== "sandbox" && (host === undefined || !isLoopback(host));
  };
  const real = sources.filter(isReal).map(({ id }) => String(id));
  if (fieldsOf(signIn).provider !== "sandbox" || real.length === 0) return [];
  return [
    faultAt(
      ["desk", "signIn", "provider"],
      `lets anybody be anybody, and ${real.join(", ")} is no embedded company: write feishu or oidc, or take the desk out`,
    ),
  ];
}

/** Whether an address is Feishu's or Lark's, or of this machine; of what is no address others say what is wrong. */
export function isFeishuHost(baseUrl: unknown): boolean {
  const url = typeof baseUrl === "string" ? URL.parse(baseUrl) : null;
  if (!url || isLoopback(url.hostname)) return true;
  return ["open.feishu.cn", "open.larksuite.com"].includes(url.host) && url.pathname === "/";
}

function feishuHostFaults(baseUrl: unknown): ConfigFault[] {
  return isFeishuHost(baseUrl)
    ? []
    : [
        faultAt(
          ["desk", "signIn", "baseUrl"],
          "is no address of feishu: write https://open.feishu.cn or https://open.larksuite.com",
        ),
      ];
}

/** Of Feishu the ids that a sign-in proves are union_ids, which all begin alike. */
function subjectFaults(desk: Fields): ConfigFault[] {
  if (fieldsOf(desk.signIn).provider !== "feishu") return [];
  const wrong = (id: unknown): boolean =>
    typeof id === "string" && id.trim() !== "" && !id.includes("@") && !/^on_\w+$/.test(id);
  const lists = (["operators", "approvers"] as const).flatMap((key) =>
    listOf(desk[key]).map((id, index) => ({ id, path: ["desk", key, index] as Path })),
  );
  const people = listOf(desk.people).map((each, index) => ({
    id: fieldsOf(each).subject,
    path: ["desk", "people", index, "subject"] as Path,
  }));
  return [...lists, ...people].flatMap(({ id, path }) =>
    wrong(id)
      ? [faultAt(path, "is no union_id, which begins with on_: whoever signs in at the desk unknown is shown theirs")]
      : [],
  );
}

type Around = { sources: readonly Fields[]; guard: Fields };

function peopleFaults(people: readonly Fields[], { sources }: Around): ConfigFault[] {
  const ids = sources.map(({ id }) => String(id));
  const unknown = people.flatMap(({ source }, index) => {
    if (typeof source !== "string" || ids.includes(source)) return [];
    const meant = nearest(source, ids);
    return [
      faultAt(
        ["desk", "people", index, "source"],
        `is no source of this file: ${meant ? `did you mean ${meant}?` : `there is ${ids.join(", ")}`}`,
      ),
    ];
  });
  const said = people.map(({ subject: who, source, id }) => JSON.stringify([who, source, id]));
  return [...unknown, ...repeatFaults(said, (index) => ["desk", "people", index], "take one out")];
}

function approvalFaults(approvers: readonly unknown[], { guard }: Around): ConfigFault[] {
  const needed = typeof guard.approvals === "number" ? guard.approvals : 1;
  const there = new Set(approvers).size;
  if (there === 0 || there >= needed) return [];
  return [
    faultAt(
      ["desk", "approvers"],
      `has ${there}, and policy.guard.approvals asks for ${needed}: no brake could ever be lifted`,
    ),
  ];
}

/** Two accounts of one person are one approver: with `approvals: 2` they would lift a brake alone. */
function onePersonFaults(approvers: readonly unknown[], people: readonly Fields[]): ConfigFault[] {
  const personsOf = (subject: unknown): Set<string> =>
    new Set(people.filter((each) => each.subject === subject).map(({ source, id }) => `${source} ${id}`));
  return approvers.flatMap((subject, index) => {
    const persons = personsOf(subject);
    const same = approvers
      .slice(0, index)
      .find((earlier) => earlier !== subject && [...personsOf(earlier)].some((person) => persons.has(person)));
    if (same === undefined) return [];
    const faulty = `is, by desk.people, the same person as ${String(same)}: take one out, as one person approves once`;
    return [faultAt(["desk", "approvers", index], faulty)];
  });
}

/** Settings of the desk that contradict each other or the sources. All are as the file has them, unchecked. */
export function deskFaults(value: unknown, around: Around): ConfigFault[] {
  if (value === undefined || value === null) return [];
  const desk = fieldsOf(value);
  return [
    ...signInFaults(desk),
    ...sandboxFaults(desk, around),
    ...hostingFaults(desk),
    ...domainFaults(desk),
    ...subjectFaults(desk),
    ...(["operators", "approvers"] as const).flatMap((key) =>
      repeatFaults(listOf(desk[key]), (index) => ["desk", key, index], "take one out"),
    ),
    ...peopleFaults(listOf(desk.people).map(fieldsOf), around),
    ...approvalFaults(listOf(desk.approvers), around),
    ...onePersonFaults(listOf(desk.approvers), listOf(desk.people).map(fieldsOf)),
  ];
}

function domainFaults({ hosting, url, domain }: Fields): ConfigFault[] {
  const { name } = fieldsOf(domain);
  if (typeof name !== "string") return [];
  const host = typeof url === "string" ? URL.parse(url)?.host : undefined;
  return [
    ...(hosting === "aws" ? [] : [faultAt(["desk", "domain"], "is of hosting: aws: whoever serves the desk names it")]),
    ...(host === undefined || host === name
      ? []
      : [faultAt(["desk", "domain", "name"], `is not the host of desk.url, ${host}: people open one address`)]),
  ];
}

function hostingFaults({ hosting, url }: Fields): ConfigFault[] {
  const isPlain = typeof url === "string" && url.startsWith("http:");
  return hosting === "aws" && isPlain
    ? [
        faultAt(
          ["desk", "hosting"],
          "is aws, which is reached by https: write hosting: self, or an https address in desk.url",
        ),
      ]
    : [];
}
