import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { watchRepeats } from "./calls.ts";
import { allGrants, type Company, isoOf, type Scopes } from "./company/company.ts";
import { applyEvent, type CompanyEvent } from "./company/events.ts";
import { foundCompany } from "./company/found.ts";
import { type FunctionalGrant, functionalGrantsOf } from "./company/functional-roles.ts";
import { type Journal, openJournal } from "./company/journal.ts";
import { nextLife } from "./company/life.ts";
import { botApp, deskApp, readApp, writeApp } from "./feishu/apps.ts";
import { feishuServer } from "./feishu/feishu-server.ts";
import { type MessageBook, openMessageBook } from "./feishu/message-book.ts";
import { answerHook, sandboxHook } from "./feishu/messages.ts";
import { sandboxTenant } from "./feishu/sign-in.ts";
import { type CallLog, emptyCallLog, noteWrite, openWorld, type SuggestedPerson, type World } from "./feishu/world.ts";
import { type EventDelivery, openEventDelivery } from "./feishu-events/event-delivery.ts";
import { openEventFeed, sandboxEventKeys } from "./feishu-events/event-feed.ts";
import type { Planted } from "./planted.ts";
import type { Quirks } from "./quirks.ts";
import { serveCompany } from "./server.ts";
import type { CloudQuirks } from "./tencent/cloud-quirks.ts";
import { type CloudSandbox, openCloudSandbox } from "./tencent/cloud-sandbox.ts";

export type { CallLog } from "./feishu/world.ts";

/** Options of a sandbox. Every option has a default. */
export type SandboxOptions = {
  /** Default 1,500; at least 40. */
  people?: number;
  departments?: number;
  roles?: number;
  /** Planted holders included. Default: about 35 in 100 people. */
  holders?: number;
  grants?: number;
  /** Most roles have a holder or none, and a few have hundreds. Default: roles differ less. */
  longTail?: boolean;
  seed?: number;
  /** Divides every limit's window. Default 1. */
  pace?: number;
  /** The directory of the journal; null: the journal is kept in memory only. */
  stateDir?: string | null;
  /** 0: any free port. */
  port?: number;
  quirks?: Partial<Quirks>;
  cloudQuirks?: Partial<CloudQuirks>;
  /** Epoch milliseconds. */
  now?: () => number;
  /** Milliseconds to wait before each answer. */
  latencyMs?: number;
  /** The share of `latencyMs` by which the latency varies in either direction. Default 0. */
  latencyJitter?: number;
};

/** A grant that is held now. `grantedAt` is UTC, ISO 8601; null where the vendor does not say. */
export type SandboxGrant = { holderId: string; roleId: string; scopes: Scopes | null; grantedAt: string | null };

type Credentials = { appId: string; appSecret: string };

type SourceCredentials = Record<"read" | "write", Record<string, string>>;

/** A running sandbox. */
export type Sandbox = {
  url: string;
  apps: { read: Credentials; write: Credentials };
  /** The app whose bot writes to the chat, and the chat's custom bot. */
  bot: Credentials;
  /** The app and tenant by which people sign in. */
  desk: Credentials & { tenant: string };
  /** How the company's events are sent, and by what they are proved: of the app by which people sign in. */
  events: EventDelivery & typeof sandboxEventKeys;
  /** Who stands first on the page of the sign-in. May be changed while it runs. */
  suggested: SuggestedPerson[];
  webhook: { url: string; secret: string };
  /** The messages that arrived, and the chat that both bots are in. */
  chat: MessageBook;
  /** The credentials of a source in the company, by provider. */
  credentialsByProvider: Readonly<Record<string, SourceCredentials>>;
  planted: Planted;
  /** May be changed while it runs. */
  quirks: Quirks;
  calls: CallLog;
  /** The keys of grants whose removal was repeated without a read in between. */
  repeatedBlindly: readonly string[];
  grants(): SandboxGrant[];
  /** Who is in which functional role. */
  functionalGrants(): FunctionalGrant[];
  /** The company's zone at the cloud vendor, behind the same address. */
  cloud: CloudSandbox;
  /** Lets the company live from one review to the next. */
  liveOn(): void;
  setPace(pace: number): void;
  /** Records these events, and applies them to the company. */
  happen(events: CompanyEvent[]): void;
  /** The company itself. */
  company: Company;
  /** The sandbox's clock, epoch milliseconds. */
  now(): number;
  close(): Promise<void>;
};

function credentialsOf({ appId, appSecret }: Credentials): Credentials {
  return { appId, appSecret };
}

function grantsOf(company: Company): SandboxGrant[] {
  return allGrants(company).map(({ holderId, roleId, scopes, grantedAtS }) => ({
    holderId,
    roleId,
    scopes: structuredClone(scopes),
    grantedAt: grantedAtS === null ? null : isoOf(grantedAtS),
  }));
}

type Living = {
  company: Company;
  planted: Planted;
  calls: CallLog;
  record: World["record"];
  delivery: EventDelivery;
};

/**
 * Replays the journal. `record` is the only way to change the company: it writes events to the journal, applies them, and sends
 * the vendor's events of them.
 */
function reviveCompany(journal: Journal, pace: () => number): Living {
  const { seed, createdAt, size } = journal.founding;
  const calls = emptyCallLog();
  const { company, planted } = foundCompany(seed, createdAt, size);
  const happen = (event: CompanyEvent): void => {
    applyEvent(company, event);
    noteWrite(calls, event);
  };
  journal.past.forEach(happen);
  const feed = openEventFeed(company);
  const delivery = openEventDelivery(pace);
  const record = (events: CompanyEvent[]): void => {
    journal.append(events);
    for (const event of events) {
      const sent = feed([event]);
      happen(event);
      delivery.send(sent());
    }
  };
  return { company, planted, calls, record, delivery };
}

type Served = { status: number; body: unknown };

function stateOf(sandbox: Sandbox): Served {
  return {
    status: 200,
    body: {
      calls: sandbox.calls.byEndpoint,
      refusals: Object.values(sandbox.calls.byEndpoint).reduce((sum, { refusals }) => sum + refusals, 0),
      writes: sandbox.calls.writes,
      functionalWrites: sandbox.calls.functionalWrites,
      withheld: sandbox.calls.withheld.count(),
      repeatedBlindly: sandbox.repeatedBlindly,
      grants: sandbox.grants().length,
      quirks: sandbox.quirks,
    },
  };
}

/**
 * The endpoints for tests in other processes: `GET` of `state`, `grants`, `functional`, `planted`, `cloud` and
 * `messages` below `/_sandbox/`, `GET events`, `POST quirks` with some of the quirks, `POST live-on`, `POST subscribe` with the
 * `url` that events are to be sent to. `GET withheld/3` answers once
 * three calls were withheld. Null for any other path.
 */
function serveAdmin(sandbox: Sandbox, path: string, method: string | undefined, body: string): Promise<Served> | null {
  if (!path.startsWith("/_sandbox/")) return null;
  return answerDoor(sandbox, `${method} ${path.slice("/_sandbox/".length)}`, body);
}

async function answerDoor(sandbox: Sandbox, door: string, body: string): Promise<Served> {
  const { cloud } = sandbox;
  if (door === "GET state") return stateOf(sandbox);
  if (door === "GET grants") return { status: 200, body: sandbox.grants() };
  if (door === "GET functional") return { status: 200, body: sandbox.functionalGrants() };
  if (door === "GET cloud") return { status: 200, body: { grants: cloud.grants(), ...cloud.calls } };
  if (door === "GET messages") return { status: 200, body: sandbox.chat.messages };
  if (door === "GET planted") return { status: 200, body: sandbox.planted };
  if (door === "POST quirks") {
    Object.assign(sandbox.quirks, JSON.parse(body) as Partial<Quirks>);
    if (sandbox.quirks.withheld === null) sandbox.calls.withheld.release();
    return { status: 200, body: sandbox.quirks };
  }
  if (door === "POST subscribe") {
    const { url } = JSON.parse(body) as { url: string };
    await sandbox.events.subscribe(url);
    return { status: 200, body: { url } };
  }
  if (door === "GET events") return { status: 200, body: sandbox.events.tries };
  if (door === "POST live-on") {
    sandbox.liveOn();
    return stateOf(sandbox);
  }
  const [, awaited] = /^GET withheld\/(\d+)$/.exec(door) ?? [];
  if (awaited !== undefined) {
    await sandbox.calls.withheld.reached(Number(awaited));
    return stateOf(sandbox);
  }
  return { status: 404, body: { error: "no such door" } };
}

function closeOnce(server: Server, journal: Journal, delivery: EventDelivery): () => Promise<void> {
  let closing: Promise<void> | null = null;
  const end = (resolve: () => void): void => {
    delivery.close();
    server.close(() => resolve());
    server.closeAllConnections();
  };
  return () => {
    closing ??= new Promise<void>(end).then(() => journal.close());
    return closing;
  };
}

function latencyOf({ latencyMs = 0, latencyJitter = 0 }: SandboxOptions): () => number {
  return () => latencyMs * (1 + latencyJitter * (2 * Math.random() - 1));
}

/** Starts the embedded company, from its journal if `stateDir` holds one, and serves it on the loopback interface. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const now = options.now ?? Date.now;
  const journal = openJournal(options, now);
  let { pace = 1 } = options;
  const { company, planted, calls, record, delivery } = reviveCompany(journal, () => pace);
  const repeats = watchRepeats();
  const { port = 0 } = options;
  const chat = openMessageBook({ now, pace: () => pace });
  const world = openWorld({ company, record, now, repeats, messages: chat, quirks: options.quirks ?? {} });
  const feishuApps = { read: credentialsOf(readApp), write: credentialsOf(writeApp) };
  const quirks = options.cloudQuirks ?? {};
  const cloud = openCloudSandbox({ company, quirks, pace: () => pace, now, record, repeats });
  const sandbox: Sandbox = {
    url: "",
    apps: feishuApps,
    bot: credentialsOf(botApp),
    desk: { ...credentialsOf(deskApp), tenant: sandboxTenant },
    events: { ...delivery, ...sandboxEventKeys },
    webhook: { url: "", secret: sandboxHook.secret },
    chat,
    credentialsByProvider: {
      "feishu-corehr": feishuApps,
      "feishu-functional-role": feishuApps,
      "tencent-identity-center": cloud.keys,
    },
    planted,
    quirks: world.quirks,
    suggested: world.suggested,
    calls,
    repeatedBlindly: repeats.found,
    company,
    now,
    grants: () => grantsOf(company),
    functionalGrants: () => functionalGrantsOf(company),
    cloud,
    liveOn: () => record(nextLife(company, now())),
    happen: record,
    setPace: (changed) => {
      pace = changed;
    },
    close: async () => journal.close(),
  };
  const server = await serveCompany(
    {
      world,
      calls,
      latencyMs: latencyOf(options),
      serveOwn: (path, method, body) =>
        serveAdmin(sandbox, path, method, body) ??
        (path === "/callback/ws/endpoint" ? delivery.endpoint(body, new URL(sandbox.url).host) : null) ??
        answerHook(chat, { path, body, nowMs: now() }),
      serveCloud: cloud.answer,
      serveFeishu: feishuServer({ world, calls, apps: [readApp, writeApp, botApp, deskApp], pace: () => pace }),
    },
    port,
  );
  server.on("upgrade", delivery.connections.upgrade);
  sandbox.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sandbox.webhook.url = `${sandbox.url}/open-apis/bot/v2/hook/${sandboxHook.token}`;
  sandbox.close = closeOnce(server, journal, delivery);
  return sandbox;
}
