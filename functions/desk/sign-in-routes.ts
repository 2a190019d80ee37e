import type { Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { DeskPage } from "./model.ts";
import type { DeskPorts } from "./ports.ts";
import { isOwnPath, Refused, signInPathTo } from "./refusal.ts";
import type { DeskRequest, DeskVariables } from "./request.ts";
import { type SignInAttempt, SignInError } from "./sign-in/sign-in.ts";
import { withoutOtherTenants } from "./source-tenant.ts";
import type { WhoAsks } from "./who-asks.ts";

const attemptMinutes = 10;

/** What a browser brings back from the sign-in, and where it wanted to go. */
type Attempt = SignInAttempt & { to: string; expiresAt: number };

type SigningIn = {
  ports: DeskPorts;
  who: WhoAsks;
  random: () => string;
  show(c: DeskRequest, shown: DeskPage): Promise<Response>;
};

/** Adds the routes by which a session begins and ends. */
export function addSignIn(app: Hono<{ Variables: DeskVariables }>, { ports, who, random, show }: SigningIn): void {
  const { config, clock, signIn } = ports;
  const { desk } = config;
  const { cookies, seals } = who;

  app.get("/sign-in", async (c) => {
    const to = c.req.query("to");
    const attempt: Attempt = {
      state: random(),
      nonce: random(),
      verifier: random() + random(),
      redirectUri: `${desk.url}/signed-in`,
      to: isOwnPath(to) ? to : "/",
      expiresAt: clock.now() + attemptMinutes * 60_000,
    };
    const sealed = seals.seal("attempt", attempt);
    setCookie(c, cookies.attempt, sealed, { ...cookies.options, maxAge: attemptMinutes * 60 });
    return c.redirect(await signInStep(ports, () => signIn.begin(attempt)), 302);
  });

  app.get("/signed-in", async (c) => {
    const attempt = seals.open<Attempt>("attempt", getCookie(c, cookies.attempt));
    const parameters = new URL(c.req.url).searchParams;
    deleteCookie(c, cookies.attempt, cookies.options);
    const isAnswer = attempt !== null && attempt.expiresAt > clock.now() && parameters.get("state") === attempt.state;
    if (!isAnswer) throw new Refused(400, "sign-in-expired", { signInPath: "/sign-in" });
    const found = await signInStep(ports, () => signIn.finish(attempt, parameters), attempt.to);
    const identity = await withoutOtherTenants(ports, found);
    // A session ends early where nobody could be asked whether its person has left: signing in again is one redirect.
    const hours = Math.min(desk.sessionHours, signIn.provesForHours ?? desk.sessionHours);
    who.begin(c, identity, { id: random(), hours });
    return c.redirect(attempt.to, 302);
  });

  app.post("/sign-out", async (c) => {
    const { session } = await who.senderOf(c);
    await who.end(c, session);
    return show(c, { page: "signed-out", model: { signInPath: "/sign-in" } });
  });
}

/** Does a step of signing in; says why it failed as a page. `to`: where somebody wanted to go. */
export async function signInStep<T>({ note }: Pick<DeskPorts, "note">, step: () => Promise<T>, to = "/"): Promise<T> {
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
