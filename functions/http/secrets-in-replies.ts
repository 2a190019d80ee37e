import type { AnnouncingCall } from "./call.ts";
import { CallError } from "./errors.ts";
import type { JsonReply, JsonRequest } from "./json-call.ts";

const blank = "[secret]";

/** A shorter text would be found in what is no secret. */
const shortest = 8;

/**
 * The call, without the secrets that a reply echoes: in its JSON, its headers and its errors each is "[secret]". A secret is
 * known by its value as it is, and in the forms that other systems write it in; the request's own authorization is one too.
 */
export function withoutSecrets(
  call: AnnouncingCall<JsonRequest, JsonReply>,
  secrets: readonly string[],
): AnnouncingCall<JsonRequest, JsonReply> {
  const known = secrets.flatMap(formsOf);
  let last = { bearer: "", hide: hiderOf(known) };
  return async (request, onAnswer) => {
    const bearer = request.headers?.authorization?.split(" ").at(-1) ?? "";
    if (bearer !== last.bearer) last = { bearer, hide: hiderOf([...known, ...formsOf(bearer)]) };
    const { hide } = last;
    try {
      const { headers, json, ...reply } = await call({ ...request, hide }, onAnswer);
      const shown = Object.entries(headers).map(([name, value]): [string, string] => [name, hide(value)]);
      return { ...reply, headers: Object.fromEntries(shown), json: hideIn(json, hide) };
    } catch (error) {
      throw error instanceof CallError ? error.reword(hide) : error;
    }
  };
}

/** A text that quotes a reply, without the secrets that the reply echoes: each is "[secret]". */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return hiderOf(secrets.flatMap(formsOf))(text);
}

/** The secret as it is, and as URLs, forms, JSON, pages, hexadecimal digits and base64 have it. */
function formsOf(secret: string): string[] {
  if (secret.length < shortest) return [];
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const coded = [
    encodeURIComponent(secret),
    new URLSearchParams([["", secret]]).toString().slice(1),
    hex.replace(/../g, "%$&"),
    hex,
    inJson(secret),
    inJson(inJson(secret)),
    secret.replace(/[&<>"']/g, (mark) => pageEntities[mark]!),
  ];
  // Base64 of a text that holds the secret has the secret's middle, at one of three offsets.
  const within = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return text.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
  });
  const urlSafe = within.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([secret, ...coded, ...within, ...urlSafe])].filter(({ length }) => length >= shortest);
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const pageEntities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Whatever the case: some systems write hexadecimal digits and headers in small letters, others do not. */
function hiderOf(forms: readonly string[]): (text: string) => string {
  if (forms.length === 0) return (text) => text;
  const longestFirst = forms
    .toSorted((a, b) => b.length - a.length)
    .map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(longestFirst.join("|"), "gi");
  const mayHold = openGlance(forms);
  return (text) => (mayHold(text) ? text.replace(pattern, blank) : text);
}

/** How many characters are looked at together. */
const glance = 4;

/** Whatever has `shortest` characters or more covers a whole glance, if there is one at every so many characters. */
const glanceEvery = shortest - glance + 1;

const glances = 8192;

/** Whether a text may hold one of the forms: nearly all texts of a reply hold none, and a pattern that was just made takes five times as long. */
function openGlance(forms: readonly string[]): (text: string) => boolean {
  const known = new Uint8Array(glances);
  for (const form of forms) for (let at = 0; at < glanceEvery; at += 1) known[glanceAt(form, at)] = 1;
  return (text) => {
    for (let at = 0; at + glance <= text.length; at += glanceEvery) if (known[glanceAt(text, at)] === 1) return true;
    return false;
  };
}

/** A number below `glances` of the characters from there on, the same for large and small letters. */
function glanceAt(text: string, from: number): number {
  let sum = 0;
  for (let at = from; at < from + glance; at += 1) {
    const code = text.charCodeAt(at);
    sum = sum * 31 + (code < 128 ? code | 32 : 127);
  }
  return sum % glances;
}

/** Changes the reply in place: a page of grants has tens of thousands of texts. */
function hideIn(json: unknown, hide: (text: string) => string): unknown {
  if (typeof json === "string") return hide(json);
  const waiting: unknown[] = [json];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== "object" || value === null) continue;
    const fields = value as Record<string, unknown>;
    for (const [key, field] of Object.entries(fields)) {
      const hidden = hide(key);
      if (hidden !== key) delete fields[key];
      if (typeof field === "string") fields[hidden] = hide(field);
      else if (hidden !== key) fields[hidden] = field;
      if (typeof field === "object") waiting.push(field);
    }
  }
  return json;
}
