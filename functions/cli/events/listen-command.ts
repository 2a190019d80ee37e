import { receivePlainEvent } from "../../events/receive.ts";
import { openEventApp } from "../../runtime/open-events.ts";
import { exitCodes, usage } from "../exit-code.ts";
import { printJson, printLine, printNote } from "../print.ts";
import type { CommandSession } from "../session.ts";
import { startEventWorker } from "./event-worker.ts";

/**
 * Receives events over the vendor's long connection until told to end: no address of ours is public, and nothing listens. The SDK
 * keeps the connection, and connects again where it is lost.
 * https://open.feishu.cn/document/ukTMukTMukTM/uYDNxYjL2QTM24iN0EjN/event-subscription-configure-/request-url-configuration-case
 */
export async function listen(session: CommandSession): Promise<number> {
  const { config, company, options, words } = session;
  const { events } = config;
  if (!events) {
    throw usage`${options.config} has no events: write events.credentials and events.tenant (docs/events.md)`;
  }
  const app = await openEventApp(events, { env: session.env, company: company?.events });
  const worker = await startEventWorker(session, { ...config, events });
  const client = await connect(app, words.served, async (event) => {
    const received = await receivePlainEvent(new TextEncoder().encode(JSON.stringify(event)), app, worker.ports);
    return { code: received.code };
  }).catch(async (error: Error) => {
    await worker.end();
    throw error;
  });
  if (options.json) printJson({ command: "listen", appId: app.appId, host: app.baseUrl });
  else printLine(words.served.listening(app.appId, app.baseUrl));
  await session.untilInterrupted();
  client.close();
  await worker.end();
  return exitCodes.done;
}

type App = Awaited<ReturnType<typeof openEventApp>>;

/** Connects, and gives every event to `take`. Throws where the vendor refuses the app; an outage is waited out by the SDK. */
async function connect(
  { appId, appSecret, baseUrl }: App,
  words: CommandSession["words"]["served"],
  take: (event: unknown) => Promise<object>,
) {
  const { WSClient, EventDispatcher } = await import("@larksuiteoapi/node-sdk"); // two megabytes, and this command alone needs it
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const fail = ({ message }: Error): void =>
    reject(
      new Error(
        `Cannot connect to ${baseUrl} for events: ${message}. Compare appId and appSecret with the app, which must be a company's own, and choose the long connection under its events`,
      ),
    );
  const client = new WSClient({
    appId,
    appSecret,
    domain: baseUrl,
    // Its messages quote what it received: people's ids.
    logger: silentLogger,
    onReady: resolve,
    onError: fail,
    onReconnecting: () => printNote(words.lost),
    onReconnected: () => printNote(words.there),
  });
  // Its dispatcher compares neither app nor tenant, and merges header and body: the event is taken as it came.
  const dispatcher = new EventDispatcher({ logger: silentLogger });
  dispatcher.invoke = take;
  await client.start({ eventDispatcher: dispatcher });
  await ready;
  return client;
}

const ignore = (): void => {};
const silentLogger = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore };
