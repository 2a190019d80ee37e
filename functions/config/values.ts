import * as z from "zod";
import { type FaultOf, judged } from "../providers/settings.ts";

// What single values of the configuration must look like, whichever key they stand under.

/** Text that `faultOf` finds no fault with. */
export function text(faultOf: FaultOf<string>) {
  return z.string().check(judged(faultOf));
}

/** A share from 0 to 1. */
export const share = z
  .number()
  .check(
    judged((value: number) => (value >= 0 && value <= 1 ? null : "must be a share from 0 to 1: write 5 % as 0.05")),
  );

/** A whole number that is at least `least`; `unit` names what the number counts. */
export function whole(least: number, unit: string) {
  const remedy = `must be a whole number of ${unit}, at least ${least}`;
  return z.number().check(judged((value: number) => (Number.isSafeInteger(value) && value >= least ? null : remedy)));
}

const mostControls = 50;

/** The demands that a rule serves, each in free words. */
export const controlWords = z
  .array(
    text((control) =>
      /^\S(.{0,98}\S)?$/u.test(control) && !/\p{Cc}/u.test(control)
        ? null
        : "must be words of 1 to 100 characters, on one line",
    ),
  )
  .check(
    judged((controls: string[]) =>
      controls.length <= mostControls ? null : `has ${controls.length} entries: ${mostControls} are the most`,
    ),
  )
  .optional();

/** A number above 0. */
export const positive = z
  .number()
  .check(judged((value: number) => (value > 0 ? null : "must be above 0: at 1 the documented limits hold")));

/** Whether a host is this very machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}

/** `null` if a source can be called at this URL, else what is wrong. The URL is never quoted: it may hold a password. */
function faultOfBaseUrl(text: string): string | null {
  if (text === "sandbox") return null;
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  if (!url) return "must be https://HOST, http:// on this very machine, or the word sandbox";
  if (url.username !== "" || url.password !== "") return "must not hold a user or a password: use credentials";
  if (url.pathname !== "/" || /[?#]/.test(text)) return "must end with the host or its port: leave path and query out";
  if (url.protocol === "http:" && !isLoopback(url.hostname)) return "must be https: http is for this very machine only";
  return null;
}

/** The base URL of a provider or a chat, without a trailing slash. */
export const baseUrl = text(faultOfBaseUrl).transform((url) => url.replace(/\/$/, ""));

function isBucket(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..") && !/^\d+(\.\d+){3}$/.test(name);
}

/** `null` if the text is a directory or an `s3://bucket/prefix`, else what is wrong. */
export function faultOfStore(text: string): string | null {
  if (text.trim() === "") return "must be a directory, or s3://bucket/prefix";
  const [, scheme, rest = ""] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/.exec(text) ?? [];
  if (scheme === undefined) return text.includes("\0") ? "must be a directory's path" : null;
  if (scheme !== "s3") return `cannot be kept in ${scheme}:// : use a directory, or s3://bucket/prefix`;
  const [bucket = "", ...prefix] = rest.replace(/\/$/, "").split("/");
  if (!isBucket(bucket)) return "names no valid bucket: 3 to 63 lowercase letters, digits, dots and hyphens";
  return prefix.some((part) => part === "" || part === "." || part === "..")
    ? "has a prefix with an empty part: write s3://bucket/prefix"
    : null;
}

/** `null` if the text says where a secret is kept, else what is wrong. The text is never quoted: it may be the secret. */
function faultOfSecret(text: string): string | null {
  if (/^secretsmanager:[A-Za-z0-9/_+=.@-]{1,512}$/.test(text)) return null;
  if (/^env:[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return null;
  if (/^file:./.test(text) && !text.startsWith("file://")) return null;
  return "must say where the secret is kept, not what it is: secretsmanager:NAME, env:NAME or file:PATH";
}

/** Where a secret is kept. */
export const secretReference = text(faultOfSecret);

const longestReportUrl = 1_000;

/** `null` if the text can lead people to a report, else what is wrong. */
function faultOfReportUrl(text: string): string | null {
  const names = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!);
  const url = URL.parse(text.replace(/\{[^{}]*\}/g, "x"));
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && isLoopback(url.hostname))) {
    return "must be https://HOST/…, with {source}, {review} or {key} where they belong";
  }
  if (url.username !== "" || url.password !== "") return "must not hold a user or a password: chats show it";
  if (text.length > longestReportUrl) return `must be at most ${longestReportUrl} characters`;
  const unknown = names.filter((name) => !["source", "review", "key"].includes(name));
  return unknown.length > 0 ? `has {${unknown[0]}}, which is none of {source}, {review} and {key}` : null;
}

/** The URL of a report, with `{source}`, `{review}` and `{key}` to be filled in. */
export const reportUrl = text(faultOfReportUrl);
