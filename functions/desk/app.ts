import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { isoInstant } from "../basics/time.ts";
import { LeaseHeldError } from "../ledger/lease.ts";
import { isReviewId } from "../review/keys.ts";
import type { Stage } from "../review/stage.ts";
import { giveVerdict, readVerdict } from "./approve.ts";
import type { Submission } from "./decide.ts";
import type { AskedOfPage, DeskPage, RefusalModel } from "./model.ts";
import type { DeskPorts } from "./ports.ts";
import { commonHeaders, contentPolicy, openRateLimit, reportPolicy } from "./protection.ts";
import { idsIn } from "./reader.ts";
import { fieldFault, Refused, reasonFaults } from "./refusal.ts";
import { openRemembered } from "./remembered.ts";
import {
  askedIn,
  chosenLanguage,
  type DeskRequest,
  type DeskVariables,
  fieldIn,
  languageOf,
  pageOfRequest,
  wantsJson,
} from "./request.ts";
import { type ReviewState, readReviewState } from "./review-state.ts";
import type { Session } from "./session.ts";
import { addSignIn, signInStep } from "./sign-in-routes.ts";
import { nothingOf } from "./source-tenant.ts";
import { callerOf, openWhoAsks, provenByOf, refusedAsUnknown } from "./who-asks.ts";

// The desk's routes, those of the sign-in aside. Each reads the store, asks the ledger, and shows what it says.

// What pages are made from, with the report behind it, is read once a page is asked for: no sign-in waits for it.
const modelling = {
  home: () => import("./home-model.ts"),
  reviewer: () => import("./reviewer-model.ts"),
  approver: () => import("./approver-model.ts"),
  deciding: () => import("./decide.ts"),
};

// A page as bytes: a response that is given text looks through all of it for halves of characters.
const utf8 = new TextEncoder();
const htmlType = { "content-type": "text/html; charset=UTF-8" };

const largestBody = 4 * 1024 * 1024;

/** The desk as one application, for Lambda and for a server alike. */
export function createDesk(ports: DeskPorts): Hono<{ Variables: DeskVariables }> {
  const { config, clock, signIn, note } = ports;
  const { desk } = config;
  const who = openWhoAsks(ports);
  const rate = openRateLimit(() => clock.now());
  const remembered = openRemembered();
  const stageOf = (source: string, review: string): Stage => {
    const stage = ports.stageOf(source, review);
    return { ...stage, store: remembered(stage.store) };
  };
  const random = ports.random ?? (() => randomBytes(16).toString("hex"));

  async function show(
    c: DeskRequest,
    shown: DeskPage,
    status: RefusalModel["status"] | 200 | 201 = 200,
  ): Promise<Response> {
    const viewer = who.viewerIn(c);
    // A page has it in its forms; whoever asked for JSON sends it back in the header of this name.
    if (viewer) c.header("x-csrf-token", viewer.csrf);
    if (wantsJson(c)) return c.json(shown.model as object, status);
    const language = languageOf(c, who.cookies.language) ?? config.language;
    const context = {
      viewer,
      language,
      contact: desk.contact?.[language] ?? null,
      timezone: config.policy.timezone,
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
    return c.body(utf8.encode(page.html), status, htmlType);
  }

  async function refuse(c: DeskRequest, { model }: Refused): Promise<Response> {
    // A browser goes on to the sign-in by itself; whoever reads this without one finds the link in the page.
    const isPage = model.status === 401 && c.req.method === "GET" && !wantsJson(c);
    if (isPage && model.code === "signed-out") c.header("refresh", `0; url=${model.signInPath}`);
    if (model.status === 429) c.header("retry-after", "1");
    return await show(c, { page: "refused", model }, model.status);
  }

  function stageIn(c: DeskRequest): Stage {
    const [source, review] = [c.req.param("source") ?? "", c.req.param("review") ?? ""];
    const isKnown = config.sources.some(({ id }) => id === source);
    if (!isKnown || !isReviewId(review)) throw new Refused(404, "no-such-review");
    return stageOf(source, review);
  }

  async function stateIn(c: DeskRequest) {
    const stage = stageIn(c);
    const state = await readReviewState(stage);
    if (!state) throw new Refused(404, "no-such-review", { figures: { source: stage.sourceId, review: stage.review } });
    return { stage, state };
  }

  const app = new Hono<{ Variables: DeskVariables }>();

  app.onError((error, c) => {
    if (error instanceof Refused) return refuse(c, error);
    if (error instanceof LeaseHeldError) return refuse(c, new Refused(503, "busy"));
    note(`${c.req.method} ${c.req.routePath}: ${error.message}`);
    return refuse(c, new Refused(503, "store-failed"));
  });
  app.notFound((c) => refuse(c, new Refused(404, "no-such-page")));

  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(commonHeaders(desk.url.startsWith("https:")))) c.header(name, value);
    await next();
  });

  app.use(async (c, next) => {
    const chosen = chosenLanguage(c);
    if (chosen) who.rememberLanguage(c, chosen);
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
    const session = await who.sessionOf(c);
    c.set("session", session);
    if (session && !rate.admits(session.subject)) throw new Refused(429, "too-fast");
    await next();
  });

  addSignIn(app, { ports, who, random, show });

  app.get("/", async (c) => {
    const { session, reader, viewer } = who.askerIn(c);
    if (!viewer.isPerson && !viewer.isOperator && !viewer.isApprover) throw refusedAsUnknown(session);
    const { homeModel } = await modelling.home();
    return show(c, {
      page: "home",
      model: await homeModel({ ...ports, stageOf, store: remembered(ports.store) }, reader, viewer),
    });
  });

  app.get("/reviews/:source/:review", async (c) => {
    const asker = who.askerIn(c);
    const { stage, state } = await stateIn(c);
    const { reviewModel } = await modelling.reviewer();
    const model = await reviewModel(stage, state, asker.reader);
    if (model.rows.length + model.receipts.length + model.handedOn.length === 0 && !asker.viewer.isOperator)
      throw await nothingOf(ports, stage.sourceId, asker);
    const receipt = model.receipts.find(({ number }) => number === c.req.query("receipt"));
    if (receipt) return show(c, { page: "receipt", model: receipt });
    return show(c, { page: "review", model });
  });

  app.get("/reviews/:source/:review/report", async (c) => {
    const { reader, viewer } = who.askerIn(c);
    const { stage } = await stateIn(c);
    const { deskReport } = await import("../stages/show/desk-report.ts"); // with the page's script: half of the desk's size
    const html = await deskReport(stage, viewer.isOperator || viewer.isApprover ? null : idsIn(reader, stage.sourceId));
    if (html === null) throw new Refused(403, "not-yours");
    c.header("content-security-policy", reportPolicy);
    return c.body(utf8.encode(html), 200, htmlType);
  });

  app.post("/reviews/:source/:review/decisions", async (c) => {
    const sender = await who.senderOf(c);
    const { session, reader, form, json } = sender;
    const { stage, state } = await stateIn(c);
    if (idsIn(reader, stage.sourceId).length === 0) throw await nothingOf(ports, stage.sourceId, sender);
    const { decide, readSubmission, submissionOfForm } = await modelling.deciding();
    const submission: Submission = form
      ? submissionOfForm(form)
      : { requestId: json.requestId, oneAct: json.oneAct, decisions: json.decisions };
    const read = readSubmission(submission, session.subject, state.policy.timezone);
    await refuseLeft(session);
    const { reviewModel } = await modelling.reviewer();
    const { rows } = await reviewModel(stage, state, reader);
    const model = await decide({ stage, state, reader, rows, provenBy: provenByOf(session) }, read);
    await tell(stage.sourceId);
    return show(c, { page: "receipt", model }, 201);
  });

  app.get("/reviews/:source/:review/approve", async (c) => {
    const asker = who.askerIn(c);
    const { stage, state } = await stateIn(c);
    if (!asker.viewer.isApprover && !asker.viewer.isOperator) throw new Refused(403, "not-approver");
    const { heldPlanModel } = await modelling.approver();
    return show(c, { page: "held-plan", model: await heldPlanModel(stage, state, asker) });
  });

  app.post("/reviews/:source/:review/approve", async (c) => {
    const sender = await who.senderOf(c);
    const { session, viewer } = sender;
    if (!viewer.isApprover) throw new Refused(403, "not-approver");
    const { stage, state } = await stateIn(c);
    if (state.phase === "sealed") throw new Refused(409, "sealed");
    const verdict = readVerdict(fieldIn(sender));
    await refuseLeft(session);
    const approver = { by: session.name, provenBy: provenByOf(session), caller: callerOf(session) };
    await giveVerdict(stage, verdict, approver);
    await tell(stage.sourceId);
    const { state: after } = await stateIn(c);
    const { heldPlanModel } = await modelling.approver();
    return show(c, { page: "held-plan", model: await heldPlanModel(stage, after, sender) }, 201);
  });

  app.post("/reviews/:source/:review/remind", async (c) => {
    const sender = await operating(c);
    const { stage, state } = await stateIn(c);
    const reviewer = fieldIn(sender)("reviewer") || null;
    await refuseReminding(stage, state, reviewer);
    return done(c, "reminded", await ports.acts.remind(stage.sourceId, stage.review, reviewer));
  });

  for (const verb of ["stop", "resume"] as const) {
    app.post(`/sources/:source/${verb}`, async (c) => {
      const sender = await operating(c);
      const source = c.req.param("source");
      if (!config.sources.some(({ id }) => id === source)) throw new Refused(404, "no-such-page");
      const reason = fieldIn(sender)("reason");
      const faults = reasonFaults(reason);
      if (faults.length > 0) throw new Refused(400, "bad-request", { faults });
      // A source is stopped whether or not the sign-in's provider answers.
      if (verb === "resume") await refuseLeft(sender.session);
      const act = { by: sender.session.name, reason, caller: callerOf(sender.session) };
      await ports.acts.setStopped(source, verb === "stop", act);
      await tell(source);
      return done(c, verb === "stop" ? "stopped" : "resumed", { source, stopped: verb === "stop" });
    });
  }

  return app;

  /** What was done stands, whether or not anybody can be told now. */
  async function tell(source: string): Promise<void> {
    await ports.acts.tell(source).catch((error: Error) => ports.note(error.message));
  }

  /** A session outlives its person's employment: whoever decides, approves or resumes is asked after first. */
  async function refuseLeft(session: Session): Promise<void> {
    if (!(await signInStep(ports, () => signIn.isStillHere(session)))) throw new Refused(403, "left");
  }

  /** What an operator sends. */
  async function operating(c: DeskRequest) {
    const sent = await who.senderOf(c);
    if (!sent.viewer.isOperator) throw new Refused(403, "not-operator");
    return sent;
  }

  /** After an act a browser goes back to the first page, which says what was done: loading it again does nothing twice. */
  function done(c: DeskRequest, act: NonNullable<AskedOfPage["done"]>, result: object): Response {
    return wantsJson(c) ? c.json(result, 200) : c.redirect(`/?done=${act}`, 303);
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
