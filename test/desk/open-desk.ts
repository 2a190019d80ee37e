import type { Hono } from "hono";
import type { DeskConfig } from "../../functions/config/config.ts";
import { createDesk } from "../../functions/desk/app.ts";
import type { DeskPorts } from "../../functions/desk/ports.ts";
import type { DeskVariables } from "../../functions/desk/request.ts";
import { openSeals, type Session } from "../../functions/desk/session.ts";
import type { SignIn } from "../../functions/desk/sign-in/sign-in.ts";
import { reviewKeys } from "../../functions/review/keys.ts";
import type { WhoReviews } from "../../functions/review/people/who-reviews.ts";
import type { StageOptions } from "../../functions/runtime/open-stage.ts";
import { type Life, sourceId } from "../review-life/open-life.ts";

/** The desk of a life's configuration, in process: no server, no sign-in but the cookie that a test asks for. */
export type OpenDesk = {
  app: Hono<{ Variables: DeskVariables }>;
  /** Somebody's browser: it keeps the cookie and sends it, as JSON unless the request says otherwise. */
  as(person: Partial<Session> & { subject: string }): Browser;
  notes: string[];
  told: string[];
  reminded: { sourceId: string; review: string; reviewer: string | null }[];
};

export type Browser = {
  cookie: string;
  csrf: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: object, headers?: Record<string, string>): Promise<Response>;
};

export const deskUrl = "http://127.0.0.1:8443";

export const deskConfig: DeskConfig = {
  url: deskUrl,
  hosting: "self",
  domain: null,
  signIn: { provider: "sandbox", baseUrl: null, credentials: null, tenant: null },
  sessionHours: 8,
  contact: null,
  operators: ["on_operator"],
  approvers: ["on_approver", "on_second"],
  people: [],
};

export const sessionKeys = ["newest-key-of-the-desk", "key-before-that"];

export const nobodySignsIn: SignIn = {
  begin: async () => "https://accounts.example.com/authorize",
  finish: async () => {
    throw new Error("this test has no sign-in");
  },
  isStillHere: async () => true,
};

/** Opens the desk of a life. `more`: other ports, and parts of the desk's configuration. */
export function openDesk(
  life: Life,
  more: Partial<Omit<DeskPorts, "config">> & { desk?: Partial<DeskConfig>; stage?: Partial<StageOptions> } = {},
): OpenDesk {
  const { desk, stage, ...ports } = more;
  const config = { ...life.config, desk: { ...deskConfig, ...desk } };
  const notes: string[] = [];
  const reminded: OpenDesk["reminded"] = [];
  const told: string[] = [];
  const app = createDesk({
    config,
    store: life.store,
    clock: life.clock,
    stageOf: (source, review) => life.stageWith({ sourceId: source, review, ...stage }),
    signIn: nobodySignsIn,
    keys: sessionKeys,
    acts: {
      setStopped: async () => {},
      tell: async (source) => void told.push(source),
      remind: async (source, review, reviewer) => {
        reminded.push({ sourceId: source, review, reviewer });
        return { messagesSent: 1, messagesFailed: 0, messagesUnanswered: 0 };
      },
    },
    nextDue: () => ({ review: null, sweep: null }),
    note: (fault) => notes.push(fault),
    ...ports,
  });
  const seals = openSeals(ports.keys ?? sessionKeys, config.desk.url);
  let sessions = 0;
  return {
    app,
    notes,
    told,
    reminded,
    as(person) {
      sessions += 1;
      const signedInAt = life.clock.now();
      const session: Session = {
        provider: "sandbox",
        tenant: "sandbox-tenant",
        name: "Wang Fang",
        email: null,
        people: {},
        id: `session-${sessions}`,
        signedInAt,
        expiresAt: signedInAt + config.desk.sessionHours * 3_600_000,
        ...person,
      };
      const cookie = `desk=${seals.seal("session", session)}`;
      const csrf = seals.csrfOf(session);
      const headers = { cookie, accept: "application/json" };
      return {
        cookie,
        csrf,
        get: async (path, extra = {}) =>
          await app.request(`${config.desk.url}${path}`, { headers: { ...headers, ...extra } }),
        post: async (path, body, extra = {}) =>
          await app.request(`${config.desk.url}${path}`, {
            method: "POST",
            body: JSON.stringify(body),
            headers: {
              ...headers,
              "content-type": "application/json",
              origin: config.desk.url,
              "x-csrf-token": csrf,
              ...extra,
            },
          }),
      };
    },
  };
}

/** Whoever has most to decide on in a review, by their id in the source. */
export async function busiestReviewer({ store }: Life, review: string): Promise<string> {
  const who = await store.getJson<WhoReviews>(reviewKeys(sourceId, review).assessment("0001").reviewers);
  const ranked = who!.reviewers.filter(({ id }) => id !== null).sort((a, b) => b.undecided - a.undecided);
  return ranked[0]!.id!;
}
