import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { AskedOfPage, PageContext } from "./model.ts";
import { fieldFault, Refused } from "./refusal.ts";
import type { Session } from "./session.ts";

// What a request says by itself, whoever sent it.

/** What a request carries from one step to the next: who is signed in, and the form that was sent. */
export type DeskVariables = { session: Session | null; sent: PageContext["sent"] };

/** A request of the desk. */
export type DeskRequest = Context<{ Variables: DeskVariables }>;

/** The path that was asked for. More slashes than one at its beginning would make another host of it in a link. */
export function pathOf(c: DeskRequest): string {
  const { pathname, search } = new URL(c.req.url);
  return `${pathname.replace(/^\/+/, "/")}${search}`;
}

/** The page that a request belongs to: itself, or the one whose form was sent. */
export function pageOfRequest(c: DeskRequest): string {
  const path = pathOf(c);
  if (c.req.method === "GET") return path;
  return /^\/reviews\/[^/]+\/[^/?]+/.exec(path)?.[0] ?? "/";
}

/** JSON is answered where it was asked for, or sent. */
export function wantsJson(c: DeskRequest): boolean {
  const accept = c.req.header("accept") ?? "";
  if (accept.includes("text/html")) return false;
  return accept.includes("application/json") || c.req.header("content-type")?.startsWith("application/json") === true;
}

type Language = PageContext["language"];

const languageIn = (text: string | undefined): Language | null => (text === "zh" || text === "en" ? text : null);

/** The language that this very request chooses. */
export function chosenLanguage(c: DeskRequest): Language | null {
  return languageIn(c.req.query("language"));
}

/** The language that somebody chose, now or earlier, else the first of their browser's that the desk speaks. */
export function languageOf(c: DeskRequest, cookie: string): Language | null {
  const accepted = (c.req.header("accept-language") ?? "")
    .split(",")
    .map((each) => each.trim().slice(0, 2).toLowerCase());
  const spoken = accepted.map(languageIn).find((each) => each !== null);
  return chosenLanguage(c) ?? languageIn(getCookie(c, cookie)) ?? spoken ?? null;
}

const doneActs = ["reminded", "stopped", "resumed"] as const;

/** What the query of an address asks of its page. */
export function askedIn(c: DeskRequest): AskedOfPage {
  const { order, marks, rows, done } = c.req.query();
  return {
    byPerson: order === "person",
    asSuggested: marks === "suggested",
    allRows: rows === "all",
    done: doneActs.find((act) => act === done) ?? null,
  };
}

/** What was sent with a request: `form` null where it is JSON, `json` empty where it is a form. */
export type SentBody = { form: URLSearchParams | null; json: Record<string, unknown> };

/** Reads what was sent: 400 where it is neither a form nor an object of JSON. */
export async function sentBodyOf(c: DeskRequest): Promise<SentBody> {
  const text = await c.req.text();
  const isJson = c.req.header("content-type")?.startsWith("application/json") === true;
  return isJson ? { form: null, json: parseObject(text) } : { form: new URLSearchParams(text), json: {} };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through: what is no JSON is refused like what is no object.
  }
  throw new Refused(400, "bad-request", { faults: [fieldFault("", "json")] });
}

/** A field of what was sent as trimmed text, well-formed for UTF-8; "" where it is none. */
export function fieldIn({ form, json }: SentBody): (name: string) => string {
  return (name) => {
    const value = form ? form.get(name) : json[name];
    return typeof value === "string" ? value.trim().toWellFormed() : "";
  };
}
