import type { AddressInfo } from "node:net";
import type { Config, DeskConfig } from "../../config/config.ts";
import { nextBeginnings } from "../../config/due.ts";
import { isLoopback } from "../../config/values.ts";
import { peopleByEmail } from "../../ledger/grants.ts";
import { openSignIn } from "../../runtime/open-sign-in.ts";
import { openStackActs } from "../../runtime/stack-acts.ts";
import { actsOf, tellActs } from "../acts.ts";
import { exitCodes, usage } from "../exit-code.ts";
import { printJson, printLine, printNote } from "../print.ts";
import type { CommandSession } from "../session.ts";

/** Where to listen. `port` left out: that of the desk's address where it is this machine's own, else 8443. */
export type ServeOptions = { port?: string; listen: string };

const usualPort = 8443;

/** Requests under way get this long to end once the server is told to. */
const endingMs = 2_000;

type ServedConfig = Config & { desk: DeskConfig };

/** What receives events at the desk. `begin`: once the desk listens at that address. */
type DeskEvents = {
  receive(request: Request): Promise<Response>;
  begin(address: string): Promise<void>;
  end(): Promise<void>;
};

/** Serves the desk over http until the process is told to end. TLS is a proxy's, or needless as nobody but this machine reaches it. */
export async function serveDesk(
  session: CommandSession,
  options: ServeOptions,
  openEvents: () => Promise<DeskEvents | null>,
): Promise<number> {
  const config = servedConfig(session, options);
  const { url } = config.desk;
  const { signIn, keys } = await openSignIn(config, {
    clock: session.clock,
    env: session.env,
    peopleByEmail: (email) => peopleByEmail({ store: session.store, sourceIds: session.sources }, email),
    company: session.company?.signIn,
  });
  const events = await openEvents();
  const [{ createDesk }, { createAdaptorServer }] = await Promise.all([
    import("../../desk/app.ts"),
    import("@hono/node-server"),
  ]);
  const server = createAdaptorServer({ fetch: (request: Request) => desk.fetch(request) });
  const port = await listen(server, { host: options.listen, port: portOf(url, options) });
  const address = url.startsWith("https:") ? url : withPort(url, port);
  const telling = openTelling(session);
  // Over the bucket of a stack its own functions stop, resume, tell and remind.
  const { stack: stackName } = session.options;
  const desk = createDesk({
    config: { ...config, desk: { ...config.desk, url: address } },
    store: session.store,
    clock: session.clock,
    stageOf: session.stageOf,
    signIn,
    keys,
    acts:
      stackName === undefined
        ? { ...actsOf(session), tell: telling.tell }
        : openStackActs({ env: session.env, stackName, hasMessages: config.messages.length > 0 }),
    nextDue: (source) => nextBeginnings(config, source, session.clock.now()),
    note: (fault) => printNote(fault),
    receiveEvent: events?.receive,
  });
  await events?.begin(address);
  if (config.desk.signIn.provider === "sandbox") {
    const { showCompany } = await import("./show-company.ts");
    await showCompany(session, config.desk);
  }
  tellWhere(session, { address, listen: options.listen, port });
  await session.untilInterrupted();
  await Promise.all([close(server), telling.ended(), events?.end()]);
  return exitCodes.done;
}

/** The configuration with its desk. Throws a UsageError where this desk cannot be served here. */
function servedConfig({ config, options }: CommandSession, { listen: host }: ServeOptions): ServedConfig {
  const { desk } = config;
  if (!desk) {
    throw usage`${options.config} has no desk: write desk.url and desk.signIn (docs/desk.md), then serve it`;
  }
  if (desk.hosting === "aws") {
    throw usage`${options.config}: desk.hosting is aws, so the deployed stack serves the desk: write hosting: self to serve it here`;
  }
  if (options.stack !== undefined) refuseOfStack(config, desk, options);
  if (isOwnAddress(host)) return { ...config, desk };
  if (!desk.url.startsWith("https:")) {
    throw usage`--listen ${host} can be reached from other machines, and desk.url is http: let a proxy end TLS before the desk, and write its https address in desk.url`;
  }
  if (desk.signIn.provider === "sandbox") {
    throw usage`--listen ${host} can be reached from other machines, where anybody could be anybody: leave it out`;
  }
  return { ...config, desk };
}

/** The desk of a stack calls no source: it begins no review, and sweeps nobody. */
function refuseOfStack(
  { events }: Config,
  { signIn }: DeskConfig,
  { config: file, stack }: CommandSession["options"],
): void {
  if (signIn.provider === "sandbox") {
    throw usage`${file}: --stack ${stack}: desk.signIn.provider is sandbox, and no stack reviews the embedded company: write feishu or oidc`;
  }
  if (events) {
    throw usage`${file}: --stack ${stack}: events are received by who may sweep: take them out, the daily sweep of the stack finds leavers`;
  }
}

/** Whether only this machine reaches what listens at the address. */
function isOwnAddress(host: string): boolean {
  return isLoopback(host.includes(":") ? `[${host}]` : host);
}

function portOf(url: string, { port }: ServeOptions): number {
  if (port === undefined) return url.startsWith("http:") ? Number(new URL(url).port || 80) : usualPort;
  const number = /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN;
  if (number <= 65_535) return number;
  throw usage`--port ${port} is no port: write a number from 1 to 65535`;
}

function withPort(url: string, port: number): string {
  const at = new URL(url);
  at.port = String(port);
  return at.origin;
}

type Server = ReturnType<typeof import("@hono/node-server")["createAdaptorServer"]>;

/** Listens, and gives the port: another one where 0 was asked for. */
async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        reject(
          usage`Cannot listen at ${host}:${port} (EADDRINUSE): another process listens there: end it, or name another --port`,
        );
      } else reject(usage`Cannot listen at ${host}:${port} (${error.code}): name another --listen or --port`);
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Lets requests under way end, and cuts off what takes longer. */
async function close(server: Server): Promise<void> {
  const cutOff = setTimeout(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
  }, endingMs);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(cutOff);
}

function tellWhere(
  { options, words }: CommandSession,
  { address, listen: host, port }: { address: string; listen: string; port: number },
): void {
  if (options.json) printJson({ command: "serve", url: address, listen: host, port });
  else printLine(words.served.desk(address, `${host}:${port}`));
}

/** Tells people while nobody waits: one source after the other, as each takes its lease; asked for again meanwhile, once more. */
function openTelling(session: CommandSession) {
  const waiting = new Set<string>();
  let running: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    for (const sourceId of waiting) {
      waiting.delete(sourceId);
      await tellActs(session, sourceId);
    }
    running = null;
  };
  return {
    async tell(sourceId: string): Promise<void> {
      waiting.add(sourceId);
      running ??= run();
    },
    // What is cut off is sent again by the next send.
    async ended(): Promise<void> {
      waiting.clear();
      const timer = Promise.withResolvers<void>();
      const cutOff = setTimeout(timer.resolve, endingMs);
      await Promise.race([running, timer.promise]);
      clearTimeout(cutOff);
    },
  };
}
