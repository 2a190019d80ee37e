import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { isoInstant } from "../basics/time.ts";
import type { ProvenBy } from "../review/rules/decision.ts";
import type { Stage } from "../review/stage.ts";
import type { Viewer } from "./model.ts";
import type { DeskPorts } from "./ports.ts";
import { isFromDesk } from "./protection.ts";
import type { DeskReader } from "./reader.ts";
import { Refused, signInPathTo } from "./refusal.ts";
import { type DeskRequest, pageOfRequest, pathOf, type SentBody, sentBodyOf } from "./request.ts";
import { openSeals, type Session, sessionHash } from "./session.ts";

/** Who asks for a page, and what the desk knows of them. */
export type Asker = { session: Session; reader: DeskReader; viewer: Viewer };

const languageDays = 180;

/** What the desk keeps in a browser: names, and how they are kept. */
function cookiesOf(isSecure: boolean) {
  const first = isSecure ? "__Host-desk" : "desk";
  const options = { path: "/", httpOnly: true, secure: isSecure, sameSite: "Lax" } as const;
  return { session: first, attempt: `${first}-sign-in`, language: `${first}-language`, options };
}

/** Who sends a request: by the cookie that the desk signed, and for whatever changes something by the token of its form. */
export function openWhoAsks({ config: { desk }, store, clock, keys }: DeskPorts) {
  const cookies = cookiesOf(desk.url.startsWith("https:"));
  const seals = openSeals(keys, desk.url);

  function viewerOf(session: Session): Viewer {
    return {
      name: session.name,
      csrf: seals.csrfOf(session),
      isOperator: desk.operators.includes(session.subject),
      isApprover: desk.approvers.includes(session.subject),
      isPerson: Object.keys(readerOf(session).ids).length > 0,
    };
  }

  function readerOf({ subject, name, people, email }: Session): DeskReader {
    const named = Object.groupBy(
      desk.people.filter((each) => each.subject === subject),
      ({ source }) => source,
    );
    const overrides = Object.fromEntries(
      Object.entries(named).map(([source, all]) => [source, all!.map(({ id }) => id)]),
    );
    return { subject, name, ids: { ...people, ...overrides }, emails: email === null ? [] : [email] };
  }

  function askerIn(c: DeskRequest): Asker {
    const session = c.get("session");
    if (!session) throw new Refused(401, "signed-out", { signInPath: signInPathTo(pageOfRequest(c)) });
    return { session, reader: readerOf(session), viewer: viewerOf(session) };
  }

  return {
    cookies,
    seals,
    /** Of a request that anybody may send: null where nobody is signed in. */
    viewerIn: (c: DeskRequest): Viewer | null => {
      const session = c.get("session") ?? null;
      return session && viewerOf(session);
    },
    /** Refuses with 401 where nobody is signed in. */
    askerIn,
    /** The session of a request: signed by the desk, not over, and not signed out. */
    async sessionOf(c: DeskRequest): Promise<Session | null> {
      const session = seals.open<Session>("session", getCookie(c, cookies.session));
      if (!session || session.expiresAt <= clock.now()) return null;
      return (await store.get(signedOutKey(session))) === null ? session : null;
    },
    /** A form, or JSON, of somebody who is signed in and sent it from the desk's own page. */
    async senderOf(c: DeskRequest): Promise<Asker & SentBody> {
      const asker = askerIn(c);
      const headers = { origin: c.req.header("origin"), secFetchSite: c.req.header("sec-fetch-site") };
      if (!isFromDesk(headers, desk.url)) throw new Refused(403, "forged");
      const sent = await sentBodyOf(c);
      const { form, json } = sent;
      if (form) c.set("sent", { path: pathOf(c), fields: [...form] });
      const token =
        c.req.header("x-csrf-token") ?? form?.get("csrf") ?? (typeof json.csrf === "string" ? json.csrf : undefined);
      if (!seals.isCsrfOf(asker.session, token ?? undefined)) throw new Refused(403, "forged");
      return { ...asker, ...sent };
    },
    /** Begins a session of so many hours. */
    begin(
      c: DeskRequest,
      identity: Omit<Session, "id" | "signedInAt" | "expiresAt">,
      { id, hours }: { id: string; hours: number },
    ): void {
      const signedInAt = clock.now();
      const session: Session = { ...identity, id, signedInAt, expiresAt: signedInAt + hours * 3_600_000 };
      setCookie(c, cookies.session, seals.seal("session", session), { ...cookies.options, maxAge: hours * 3_600 });
    },
    /** Ends a session wherever its cookie is. */
    async end(c: DeskRequest, session: Session): Promise<void> {
      const record = new TextEncoder().encode(`${JSON.stringify({ at: isoInstant(clock.now()) })}\n`);
      await store.create(signedOutKey(session), record);
      deleteCookie(c, cookies.session, cookies.options);
      c.set("session", null);
    },
    rememberLanguage(c: DeskRequest, language: string): void {
      setCookie(c, cookies.language, language, { ...cookies.options, maxAge: languageDays * 86_400 });
    },
  };
}

/** Who sends the desk's requests. */
export type WhoAsks = ReturnType<typeof openWhoAsks>;

function signedOutKey(session: Session): string {
  return `checkpoints/_desk/signed-out/${sessionHash(session)}.json`;
}

/** Whoever is a person of no source: what they are by the sign-in is what `desk.people` wants. */
export function refusedAsUnknown({ subject, provider }: Session): Refused {
  return new Refused(403, "unknown-person", { figures: { subject, provider } });
}

/** By what a session proves who acts, as evidence has it. */
export function provenByOf(session: Session): ProvenBy {
  const { provider, subject, tenant, signedInAt } = session;
  return { provider, subject, tenant, signedInAt: isoInstant(signedInAt), session: sessionHash(session) };
}

/** The same, as records of acts have it. */
export function callerOf(session: Session): Stage["invocation"]["caller"] {
  return { via: "desk", subject: session.subject, session: sessionHash(session) };
}
