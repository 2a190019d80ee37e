import { randomBytes } from "node:crypto";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { isoInstant } from "../basics/time.ts";
import { isReviewId } from "../review/keys.ts";
import type { ProvenBy } from "../review/rules/decision.ts";
import type { Stage } from "../review/stage.ts";
import { giveVerdict, readVerdict } from "./approve.ts";
import type { Submission } from "./decide.ts";
import type { AskedOfPage, DeskPage, PageContext, RefusalModel, Viewer } from "./model.ts";
import type { DeskPorts } from "./ports.ts";
import { commonHeaders, contentPolicy, isFromDesk, openRateLimit, reportPolicy } from "./protection.ts";
import { type DeskReader, idsIn } from "./reader.ts";
import { fieldFault, isOwnPath, Refused, reasonFaults, signInPathTo } from "./refusal.ts";
import { type ReviewState, readReviewState } from "./review-state.ts";
import { openSeals, type Session, sessionHash } from "./session.ts";
import { type Identity, type SignInAttempt, SignInError } from "./sign-in/sign-in.ts";
import { sourcesOfOtherTenants } from "./source-tenant.ts";

// The desk's routes. Each reads the store, asks the ledger, and shows what it says. Longer than 300 lines, as every route and
// what all of them share stand together.

// What pages are made from, with the report behind it, is read once a page is asked for: no sign-in waits for it.
const modelling = {
  home: () => import("./home-model.ts"),
  reviewer: () => import("./reviewer-model.ts"),
  approver: () => import("./approver-model.ts"),
  deciding: () => import("./decide.ts"),
};

/** What a request carries from one step to the next: who is signed in, and the form that was sent. */
export type DeskVariables = { session: Session | null; sent: PageContext["sent"] };

type Asked = Context<{ Variables: DeskVariables }>;

const attemptMinutes = 10;
const largestBody = 4 * 1024 * 1024;
const languageDays = 180;

/** The desk as one application, for Lambda and for a server alike. */
export function createDesk(ports: DeskPorts): Hono<{ Variables: DeskVariables }> {
  const { config, store, clock, signIn, note } = ports;
  const { desk } = config;
  const isSecure = desk.url.startsWith("https:");
  const cookies = cookieNames(isSecure);
  const seals = openSeals(ports.keys, desk.url);
  const rate = openRateLimit(() => clock.now());
  const random = ports.random ?? (() => randomBytes(16).toString("hex"));
  const cookieOptions = { path: "/", httpOnly: true, secure: isSecure, sameSite: "Lax" } as const;

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

  async function show(c: Asked, shown: DeskPage, status: RefusalModel["status"] | 200 | 201 = 200): Promise<Response> {
    const session = c.get("session") ?? null;
    const viewer = session && viewerOf(session);
    // A page has it in its forms; whoever asked for JSON sends it back in the header of this name.
    if (viewer) c.header("x-csrf-token", viewer.csrf);
    if (wantsJson(c)) return c.json(shown.model as object, status);
    const { language, policy } = config;
    const context = {
      viewer,
      language: languageOf(c, cookies.language) ?? language,
      timezone: policy.timezone,
      now: isoInstant(clock.now()),
      basePath: "",
      path: pageOfRequest(c),
      requestId: random(),
      sent: c.get("sent") ?? null,
      asked: askedIn(c),
    };
    const { pageOf } = await import("./pages/page-of.ts"); // words, styles and scripts: no sign-in waits for them
    const page = pageOf(shown, context);
    c.header("content-security-policy", contentPolicy(page));
    return c.html(page.html, status);
  }

  async function refuse(c: Asked, { model }: Refused): Promise<Response> {
    // A browser goes on to the sign-in by itself; whoever reads this without one finds the link in the page.
    const isPage = model.status === 401 && c.req.method === "GET" && !wantsJson(c);
    if (isPage && model.code === "signed-out") c.header("refresh", `0; url=${model.signInPath}`);
    if (model.status === 429) c.header("retry-after", "1");
    return await show(c, { page: "refused", model }, model.status);
  }

  /** The session of a request: signed by the desk, not over, and not signed out. */
  async function sessionOf(c: Asked): Promise<Session | null> {
    const session = seals.open<Session>("session", getCookie(c, cookies.session));
    if (!session || session.expiresAt <= clock.now()) return null;
    return (await store.get(signedOutKey(session))) === null ? session : null;
  }

  function signedIn(c: Asked): Session {
    const session = c.get("session");
    if (session) return session;
    const path = pageOfRequest(c);
    throw new Refused(401, "signed-out", { signInPath: signInPathTo(path) });
  }

  function stageIn(c: Asked): Stage {
    const [source, review] = [c.req.param("source") ?? "", c.req.param("review") ?? ""];
    const isKnown = config.sources.some(({ id }) => id === source);
    if (!isKnown || !isReviewId(review)) throw new Refused(404, "no-such-review");
    return ports.stageOf(source, review);
  }

  async function stateIn(c: Asked) {
    const stage = stageIn(c);
    const state = await readReviewState(stage);
    if (!state) throw new Refused(404, "no-such-review", { figures: { source: stage.sourceId, review: stage.review } });
    return { stage, state };
  }

  /** Who asks for a page, and what the desk knows of them. */
  function askerIn(c: Asked) {
    const session = signedIn(c);
    return { session, reader: readerOf(session), viewer: viewerOf(session) };
  }

  /** A form, or JSON, of somebody who is signed in and sent it from the desk's own page. */
  async function bodyOf(
    c: Asked,
  ): Promise<{ session: Session; form: URLSearchParams | null; json: Record<string, unknown> }> {
    const session = signedIn(c);
    const headers = { origin: c.req.header("origin"), secFetchSite: c.req.header("sec-fetch-site") };
    if (!isFromDesk(headers, desk.url)) throw new Refused(403, "forged");
    const text = await c.req.text();
    const isJson = c.req.header("content-type")?.startsWith("application/json") === true;
    const form = isJson ? null : new URLSearchParams(text);
    if (form) c.set("sent", { path: pathOf(c), fields: [...form] });
    const json = isJson ? parseObject(text) : {};
    const token =
      c.req.header("x-csrf-token") ?? form?.get("csrf") ?? (typeof json.csrf === "string" ? json.csrf : undefined);
    if (!seals.isCsrfOf(session, token ?? undefined)) throw new Refused(403, "forged");
    return { session, form, json };
  }

  const app = new Hono<{ Variables: DeskVariables }>();

  app.onError((error, c) => {
    if (error instanceof Refused) return refuse(c, error);
    note(`${c.req.method} ${c.req.routePath}: ${error.message}`);
    return refuse(c, new Refused(503, "store-failed"));
  });
  app.notFound((c) => refuse(c, new Refused(404, "no-such-page")));

  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(commonHeaders(isSecure))) c.header(name, value);
    await next();
  });

  app.use(async (c, next) => {
    const chosen = chosenLanguage(c);
    if (chosen) setCookie(c, cookies.language, chosen, { ...cookieOptions, maxAge: languageDays * 86_400 });
    await next();
  });

  app.get("/health", (c) => c.json({ status: "ok" }));

  // Signed by the vendor: neither a session nor a page of the desk's has a part in it.
  if (ports.receiveEvent) app.post("/events/feishu", (c) => ports.receiveEvent!(c.req.raw));

  app.use(
    bodyLimit({
      maxSize: largestBody,
      onError: () => {
        throw new Refused(413, "too-large", { figures: { mostBytes: largestBody } });
      },
    }),
  );

  app.use(async (c, next) => {
    const session = await sessionOf(c);
    c.set("session", session);
    if (session && !rate.admits(session.subject)) throw new Refused(429, "too-fast");
    await next();
  });

  app.get("/sign-in", async (c) => {
    const to = c.req.query("to");
    const attempt: SignInAttempt & { to: string; expiresAt: number } = {
      state: random(),
      nonce: random(),
      verifier: random() + random(),
      redirectUri: `${desk.url}/signed-in`,
      to: isOwnPath(to) ? to : "/",
      expiresAt: clock.now() + attemptMinutes * 60_000,
    };
    setCookie(c, cookies.attempt, seals.seal("attempt", attempt), { ...cookieOptions, maxAge: attemptMinutes * 60 });
    return c.redirect(await beginning(() => signIn.begin(attempt)), 302);
  });

  app.get("/signed-in", async (c) => {
    const attempt = seals.open<SignInAttempt & { to: string; expiresAt: number }>(
      "attempt",
      getCookie(c, cookies.attempt),
    );
    const parameters = new URL(c.req.url).searchParams;
    deleteCookie(c, cookies.attempt, cookieOptions);
    const isAnswer = attempt !== null && attempt.expiresAt > clock.now() && parameters.get("state") === attempt.state;
    if (!isAnswer) throw new Refused(400, "sign-in-expired", { signInPath: "/sign-in" });
    const identity = await withoutOtherTenants(await beginning(() => signIn.finish(attempt, parameters), attempt.to));
    const signedInAt = clock.now();
    // A session ends early where nobody could be asked whether its person has left: signing in again is one redirect.
    const hours = Math.min(desk.sessionHours, signIn.provesForHours ?? desk.sessionHours);
    const expiresAt = signedInAt + hours * 3_600_000;
    const session: Session = { ...identity, id: random(), signedInAt, expiresAt };
    setCookie(c, cookies.session, seals.seal("session", session), {
      ...cookieOptions,
      maxAge: hours * 3_600,
    });
    return c.redirect(attempt.to, 302);
  });

  app.post("/sign-out", async (c) => {
    const { session } = await bodyOf(c);
    const record = new TextEncoder().encode(`${JSON.stringify({ at: isoInstant(clock.now()) })}\n`);
    await store.create(signedOutKey(session), record);
    deleteCookie(c, cookies.session, cookieOptions);
    c.set("session", null);
    return show(c, { page: "signed-out", model: { signInPath: "/sign-in" } });
  });

  app.get("/", async (c) => {
    const { session, reader, viewer } = askerIn(c);
    if (!viewer.isPerson && !viewer.isOperator && !viewer.isApprover) throw unknownPerson(session);
    const { homeModel } = await modelling.home();
    return show(c, { page: "home", model: await homeModel(ports, reader, viewer) });
  });

  app.get("/reviews/:source/:review", async (c) => {
    const { session, reader, viewer } = askerIn(c);
    const { stage, state } = await stateIn(c);
    const { reviewModel } = await modelling.reviewer();
    const model = await reviewModel(stage, state, reader);
    if (model.rows.length + model.receipts.length + model.handedOn.length === 0 && !viewer.isOperator)
      throw await nothingOf(stage, session);
    const receipt = model.receipts.find(({ number }) => number === c.req.query("receipt"));
    if (receipt) return show(c, { page: "receipt", model: receipt });
    return show(c, { page: "review", model });
  });

  app.get("/reviews/:source/:review/report", async (c) => {
    const { reader, viewer } = askerIn(c);
    const { stage } = await stateIn(c);
    const { deskReport } = await import("../stages/show/desk-report.ts"); // with the page's script: half of the desk's size
    const html = await deskReport(stage, viewer.isOperator || viewer.isApprover ? null : idsIn(reader, stage.sourceId));
    if (html === null) throw new Refused(403, "not-yours");
    c.header("content-security-policy", reportPolicy);
    return c.html(html);
  });

  app.post("/reviews/:source/:review/decisions", async (c) => {
    const { session, form, json } = await bodyOf(c);
    const reader = readerOf(session);
    const { stage, state } = await stateIn(c);
    if (idsIn(reader, stage.sourceId).length === 0) throw await nothingOf(stage, session);
    const { decide, readSubmission, submissionOfForm } = await modelling.deciding();
    const submission: Submission = form
      ? submissionOfForm(form)
      : { requestId: json.requestId, oneAct: json.oneAct, decisions: json.decisions };
    const read = readSubmission(submission, session.subject, state.policy.timezone);
    if (!(await beginning(() => signIn.isStillHere(session)))) throw new Refused(403, "left");
    const { reviewModel } = await modelling.reviewer();
    const { rows } = await reviewModel(stage, state, reader);
    const model = await decide({ stage, state, reader, rows, provenBy: provenByOf(session) }, read);
    await tell(stage.sourceId);
    return show(c, { page: "receipt", model }, 201);
  });

  app.get("/reviews/:source/:review/approve", async (c) => {
    const asker = askerIn(c);
    const { stage, state } = await stateIn(c);
    if (!asker.viewer.isApprover && !asker.viewer.isOperator) throw new Refused(403, "not-approver");
    const { heldPlanModel } = await modelling.approver();
    return show(c, { page: "held-plan", model: await heldPlanModel(stage, state, asker) });
  });

  app.post("/reviews/:source/:review/approve", async (c) => {
    const { session, form, json } = await bodyOf(c);
    if (!desk.approvers.includes(session.subject)) throw new Refused(403, "not-approver");
    const { stage, state } = await stateIn(c);
    if (state.phase === "sealed") throw new Refused(409, "sealed");
    const verdict = readVerdict(fieldIn(form, json));
    const approver = { by: session.name, provenBy: provenByOf(session), caller: callerOf(session) };
    await giveVerdict(stage, verdict, approver);
    await tell(stage.sourceId);
    const { state: after } = await stateIn(c);
    const { heldPlanModel } = await modelling.approver();
    return show(c, { page: "held-plan", model: await heldPlanModel(stage, after, askerIn(c)) }, 201);
  });

  app.post("/reviews/:source/:review/remind", async (c) => {
    const { form, json } = await operating(c);
    const { stage, state } = await stateIn(c);
    const reviewer = fieldIn(form, json)("reviewer") || null;
    await refuseReminding(stage, state, reviewer);
    return done(c, "reminded", await ports.acts.remind(stage.sourceId, stage.review, reviewer));
  });

  for (const verb of ["stop", "resume"] as const) {
    app.post(`/sources/:source/${verb}`, async (c) => {
      const { session, form, json } = await operating(c);
      const source = c.req.param("source");
      if (!config.sources.some(({ id }) => id === source)) throw new Refused(404, "no-such-page");
      const reason = fieldIn(form, json)("reason");
      const faults = reasonFaults(reason);
      if (faults.length > 0) throw new Refused(400, "bad-request", { faults });
      const act = { by: session.name, reason, caller: callerOf(session) };
      await ports.acts.setStopped(source, verb === "stop", act);
      await tell(source);
      return done(c, verb === "stop" ? "stopped" : "resumed", { source, stopped: verb === "stop" });
    });
  }

  return app;

  /**
   * Who signed in, without what they would be in sources of another tenant: an id of theirs may be somebody else's there. Who is
   * then nobody anywhere is told so at once.
   */
  async function withoutOtherTenants(identity: Identity): Promise<Identity> {
    const { subject, tenant, people: found } = identity;
    const others = await sourcesOfOtherTenants(store, { tenant, sourceIds: Object.keys(found) });
    if (others.length === 0) return identity;
    const source = others.join(", ");
    note(`Nobody is signed in as a person of ${source}, as it is read from another tenant than desk.signIn.tenant`);
    const people = Object.fromEntries(Object.entries(found).filter(([id]) => !others.includes(id)));
    const isNamed = [...desk.operators, ...desk.approvers, ...desk.people.map((each) => each.subject)].includes(
      subject,
    );
    if (!isNamed && Object.keys(people).length === 0) throw new Refused(403, "source-tenant", { figures: { source } });
    return { ...identity, people };
  }

  /** Why somebody sees nothing of a source: it is of another tenant, they are nobody in any, or nothing of it is theirs. */
  async function nothingOf(stage: Stage, session: Session): Promise<Refused> {
    const { sourceId } = stage;
    const { ids } = readerOf(session);
    const others = Object.hasOwn(ids, sourceId)
      ? []
      : await sourcesOfOtherTenants(store, { tenant: session.tenant, sourceIds: [sourceId] });
    if (others.length > 0) return new Refused(403, "source-tenant", { figures: { source: sourceId } });
    return Object.keys(ids).length > 0 ? new Refused(403, "not-yours") : unknownPerson(session);
  }

  /** What was done stands, whether or not anybody can be told now. */
  async function tell(source: string): Promise<void> {
    await ports.acts.tell(source).catch((error: Error) => ports.note(error.message));
  }

  /** The body of an operator's request. */
  async function operating(c: Asked) {
    const body = await bodyOf(c);
    if (!desk.operators.includes(body.session.subject)) throw new Refused(403, "not-operator");
    return body;
  }

  /** After an act a browser goes back to the first page, which says what was done: loading it again does nothing twice. */
  function done(c: Asked, act: NonNullable<AskedOfPage["done"]>, result: object): Response {
    return wantsJson(c) ? c.json(result, 200) : c.redirect(`/?done=${act}`, 303);
  }

  /** Does a step of signing in; says why it failed as a page. */
  async function beginning<T>(step: () => Promise<T>, to = "/"): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof SignInError)) throw error;
      note(error.message);
      const signInPath = signInPathTo(to);
      if (error.reason === "unavailable") throw new Refused(502, "sign-in-unavailable", { signInPath });
      if (error.reason === "expired") throw new Refused(400, "sign-in-expired", { signInPath });
      if (error.reason === "wrong-tenant") throw new Refused(403, "wrong-tenant");
      throw new Refused(403, error.reason === "left" ? "left" : "sign-in-refused", { signInPath });
    }
  }
}

/** Nobody is reminded of what they can no longer decide on, and nobody who is not asked. */
async function refuseReminding(stage: Stage, state: ReviewState, reviewer: string | null): Promise<void> {
  (await modelling.deciding()).refuseWhereClosed(state);
  if (reviewer === null) return;
  const { askedReviewers } = await import("../stages/show/asked-reviewers.ts"); // for operators alone
  const { loads } = await askedReviewers(stage, state.plan);
  if (!loads.some(({ id }) => id === reviewer))
    throw new Refused(400, "bad-request", { faults: [fieldFault("reviewer", "not-asked")] });
}

/** A field of a form or of JSON as trimmed text, well-formed for UTF-8; "" where it is none. */
function fieldIn(form: URLSearchParams | null, json: Record<string, unknown>): (name: string) => string {
  return (name) => {
    const value = form ? form.get(name) : json[name];
    return typeof value === "string" ? value.trim().toWellFormed() : "";
  };
}

function cookieNames(isSecure: boolean): { session: string; attempt: string; language: string } {
  const first = isSecure ? "__Host-desk" : "desk";
  return { session: first, attempt: `${first}-sign-in`, language: `${first}-language` };
}

/** Whoever is a person of no source: what they are by the sign-in is what `desk.people` wants. */
function unknownPerson({ subject, provider }: Session): Refused {
  return new Refused(403, "unknown-person", { figures: { subject, provider } });
}

function signedOutKey(session: Session): string {
  return `checkpoints/_desk/signed-out/${sessionHash(session)}.json`;
}

function provenByOf(session: Session): ProvenBy {
  const { provider, subject, tenant, signedInAt } = session;
  return { provider, subject, tenant, signedInAt: isoInstant(signedInAt), session: sessionHash(session) };
}

function callerOf(session: Session): Stage["invocation"]["caller"] {
  return { via: "desk", subject: session.subject, session: sessionHash(session) };
}

/** The path that was asked for. More slashes than one at its beginning would make another host of it in a link. */
function pathOf(c: Asked): string {
  const { pathname, search } = new URL(c.req.url);
  return `${pathname.replace(/^\/+/, "/")}${search}`;
}

/** JSON is answered where it was asked for, or sent. */
function wantsJson(c: Asked): boolean {
  const accept = c.req.header("accept") ?? "";
  if (accept.includes("text/html")) return false;
  return accept.includes("application/json") || c.req.header("content-type")?.startsWith("application/json") === true;
}

type Language = PageContext["language"];

const languageIn = (text: string | undefined): Language | null => (text === "zh" || text === "en" ? text : null);

function chosenLanguage(c: Asked): Language | null {
  return languageIn(c.req.query("language"));
}

/** The language that somebody chose, now or earlier, else the first of their browser's that the desk speaks. */
function languageOf(c: Asked, cookie: string): Language | null {
  const accepted = (c.req.header("accept-language") ?? "")
    .split(",")
    .map((each) => each.trim().slice(0, 2).toLowerCase());
  const spoken = accepted.map(languageIn).find((each) => each !== null);
  return chosenLanguage(c) ?? languageIn(getCookie(c, cookie)) ?? spoken ?? null;
}

/** The page that a request belongs to: itself, or the one whose form was sent. */
function pageOfRequest(c: Asked): string {
  const path = pathOf(c);
  if (c.req.method === "GET") return path;
  return /^\/reviews\/[^/]+\/[^/?]+/.exec(path)?.[0] ?? "/";
}

const doneActs = ["reminded", "stopped", "resumed"] as const;

function askedIn(c: Asked): AskedOfPage {
  const { order, marks, rows, done } = c.req.query();
  return {
    byPerson: order === "person",
    asSuggested: marks === "suggested",
    allRows: rows === "all",
    done: doneActs.find((act) => act === done) ?? null,
  };
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
