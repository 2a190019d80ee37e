import { randomUUID } from "node:crypto";
import { Logger } from "@aws-lambda-powertools/logger";
import { handle, type LambdaContext, type LambdaEvent } from "hono/aws-lambda";
import type { Config, DeskConfig } from "../config/config.ts";
import { nextBeginnings } from "../config/due.ts";
import { metricNames } from "../config/metric-names.ts";
import type { createDesk } from "../desk/app.ts";
import type { Clock, Store } from "../review/ports.ts";
import { openBucket, readConfig, stackNameOf } from "./lambda.ts";
import { openSignIn } from "./open-sign-in.ts";
import { openStackActs } from "./stack-acts.ts";
import { lambdaInvocation, type SourceOpeners, stagePorts } from "./stage-ports.ts";
import { systemClock } from "./system-clock.ts";

/** What the desk's handler is made of: the desk itself, and who of each source has a verified e-mail. */
export type LambdaDesk = {
  createDesk: typeof createDesk;
  peopleByEmail(from: { store: Store; sourceIds: readonly string[] }, email: string): Promise<Record<string, string[]>>;
  /** What receives the vendor's events; undefined where the configuration has none. */
  openEvents(config: Config, ports: EventPorts): Promise<((request: Request) => Promise<Response>) | undefined>;
};

type EventPorts = { store: Store; clock: Clock; env: NodeJS.ProcessEnv; note(fault: string): void };

type Answer = Awaited<ReturnType<ReturnType<typeof handle>>>;

/** The desk's secret is read again after this long: whoever replaces a key waits no longer. */
const openForMs = 5 * 60_000;

/** Answers API Gateway's requests. The desk calls no source: what it may not do itself it asks other functions for. */
export function deskHandler(lambda: LambdaDesk) {
  let opened: { answer: ReturnType<typeof handle>; atMs: number } | null = null;
  const logger = new Logger({ serviceName: metricNames.service, persistentKeys: { stage: "desk" } });
  const note = (fault: string): void => logger.error("failed", { fault: { message: fault } });
  return async (event: LambdaEvent, context: LambdaContext): Promise<Answer> => {
    try {
      if (!opened || systemClock.now() - opened.atMs > openForMs) {
        opened = { answer: handle(await openDesk(lambda, note)), atMs: systemClock.now() };
      }
    } catch (error) {
      note((error as Error).message);
      if (!opened) return unavailable;
    }
    return await opened.answer(event, context);
  };
}

/** What is answered where the desk cannot be opened: its secret is not to be read, most often. */
const unavailable: Answer = {
  statusCode: 503,
  headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", "retry-after": "60" },
  body: "复核台暂时无法使用，请稍后再试。\nThe desk is not available just now: try again in a minute.\n",
  isBase64Encoded: false,
};

async function openDesk({ createDesk, peopleByEmail, openEvents }: LambdaDesk, note: (fault: string) => void) {
  const { env } = process;
  const config = readConfig(env);
  const { desk } = config;
  if (!desk) throw new Error("Cannot open the desk as the configuration has none: deploy again");
  const store = openBucket(env, config);
  const sourceIds = config.sources.map(({ id }) => id);
  const served = { ...config, desk };
  const { signIn, keys } = await openSignIn(served, {
    clock: systemClock,
    env,
    peopleByEmail: (email) => peopleByEmail({ store, sourceIds }, email),
  });
  return createDesk({
    config: served,
    store,
    clock: systemClock,
    stageOf: (sourceId, review) => stageOf(served, { store, sourceId, review }),
    signIn,
    keys,
    acts: openStackActs({ env, stackName: stackNameOf(env), hasMessages: config.messages.length > 0 }),
    nextDue: (source) => nextBeginnings(config, source, systemClock.now()),
    receiveEvent: await openEvents(config, { store, clock: systemClock, env, note }),
    note,
  });
}

type Served = Config & { desk: DeskConfig };

function stageOf(config: Served, place: { store: Store; sourceId: string; review: string }) {
  const invocation = lambdaInvocation(randomUUID());
  const options = { ...place, clock: systemClock, env: process.env, progress: () => {}, shouldStop: () => false };
  return stagePorts(config, { ...options, invocation, hasTables: true }, noSources);
}

const refuse = async (): Promise<never> => {
  throw new Error("Cannot call the provider as the desk has no part in that");
};
const noSources: SourceOpeners = { openReader: refuse, openRemover: refuse };
