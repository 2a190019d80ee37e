import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serveAdmin } from "./admin.ts";
import { botApp, readApp, writeApp } from "./apps.ts";
import { watchRepeats } from "./blind-repeats.ts";
import { isoOf } from "./company/calendar.ts";
import { allGrants, type Company, type Scopes } from "./company/company.ts";
import { applyEvent, type CompanyEvent } from "./company/events.ts";
import { foundCompany, type PlantedAtFirst } from "./company/found.ts";
import { type Founding, type Journal, memoryJournal, openJournal } from "./company/journal.ts";
import { nextLife } from "./company/life.ts";
import { type Size, sizeOf } from "./company/size.ts";
import { expectationOf } from "./expectation.ts";
import { answerHook, sandboxHook } from "./feishu/bot-hook.ts";
import { endpointNames } from "./feishu/endpoints.ts";
import { type MessageBook, openMessageBook } from "./feishu/message-book.ts";
import { type ServerParts, serveFeishu } from "./feishu/server.ts";
import type { CallLog, World } from "./feishu/world.ts";
import { type FunctionalGrant, functionalGrantsOf, noteFunctionalWrite } from "./functional/functional-grants.ts";
import type { Planted } from "./planted.ts";
import { noQuirks, type Quirks } from "./quirks.ts";
import type { CloudQuirks } from "./tencent/cloud-quirks.ts";
import { type CloudSandbox, openCloudSandbox } from "./tencent/cloud-sandbox.ts";
import { openWithheldAnswers } from "./withheld-answers.ts";

export type { CallLog, Write } from "./feishu/world.ts";

/** What a sandbox may be asked to be; everything has a default. */
export type SandboxOptions = {
  /** 1,500; at least 40. */
  people?: number;
  departments?: number;
  roles?: number;
  /** Including planted ones; about 35 in 100 people. */
  holders?: number;
  grants?: number;
  seed?: number;
  /** Divides every limit's window; 1. */
  pace?: number;
  /** Where the journal is kept; null: in memory only. */
  stateDir?: string | null;
  /** 0: any free one. */
  port?: number;
  quirks?: Partial<Quirks>;
  cloudQuirks?: Partial<CloudQuirks>;
  /** Epoch milliseconds. */
  now?: () => number;
  /** Waited before each answer. */
  latencyMs?: number;
  /** By what share of `latencyMs` it varies in either direction; 0. */
  latencyJitter?: number;
};

/** A grant that is held now. `grantedAt` is UTC, ISO 8601, or null where the vendor does not say. */
export type SandboxGrant = { holderId: string; roleId: string; scopes: Scopes | null; grantedAt: string | null };

type Credentials = { appId: string; appSecret: string };

type SourceCredentials = Record<"read" | "write", Record<string, string>>;

/** A running sandbox. */
export type Sandbox = {
  url: string;
  apps: { read: Credentials; write: Credentials };
  /** The app whose bot writes to the chat, and the chat's custom bot. */
  bot: Credentials;
  webhook: { url: string; secret: string };
  /** What people were told, and the chat that both bots are in. */
  chat: MessageBook;
  /** By the provider of a source in the company. */
  credentialsByProvider: Readonly<Record<string, SourceCredentials>>;
  planted: Planted;
  /** May be changed while it runs. */
  quirks: Quirks;
  calls: CallLog;
  /** Removals that were asked for again although nobody had looked in between. */
  repeatedBlindly: readonly string[];
  grants(): SandboxGrant[];
  /** Who is in which functional role. */
  functionalGrants(): FunctionalGrant[];
  /** The company's zone at the cloud vendor, behind the same address. */
  cloud: CloudSandbox;
  /** Lets what happens between two reviews happen. */
  liveOn(): void;
  setPace(pace: number): void;
  /** Lets these events happen, as `liveOn` does. */
  happen(events: CompanyEvent[]): void;
  /** The company's own books. */
  company: Company;
  /** The sandbox's clock, epoch milliseconds. */
  now(): number;
  close(): Promise<void>;
};

function openBooks(options: SandboxOptions, now: () => number): Journal {
  const founding: Founding = {
    op: "found",
    formatVersion: 1,
    seed: options.seed ?? 1,
    createdAt: now(),
    size: sizeOf(askedSize(options)),
  };
  if (options.stateDir === undefined || options.stateDir === null) return memoryJournal(founding);
  const journal = openJournal(options.stateDir, founding);
  // What was not asked for is as the journal has it.
  const kept: Record<string, number> = { ...journal.founding.size, seed: journal.founding.seed };
  const asked: Record<string, number> = { ...askedSize(options), seed: options.seed ?? journal.founding.seed };
  const other = Object.keys(asked).filter((name) => asked[name] !== kept[name]);
  if (other.length === 0) return journal;
  journal.close();
  throw new Error(`Cannot start the sandbox as ${options.stateDir} holds a company of other ${other.join(", ")}`);
}

function askedSize(options: SandboxOptions): Partial<Size> {
  const names = ["people", "departments", "roles", "holders", "grants"] as const;
  const asked = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return Object.fromEntries(asked) as Partial<Size>;
}

function noteWrite(calls: CallLog, event: CompanyEvent): void {
  if (event.op === "functional") noteFunctionalWrite(calls, event);
  if ((event.op !== "grant" && event.op !== "remove") || event.by !== "api") return;
  const { holderId, roleId } = event.op === "grant" ? event.grant : event;
  const call = event.op === "grant" ? (event.call ?? "addRoleAssign") : "removeRoleAssign";
  calls.writes.push({ call, holderId, roleId, appId: event.appId, at: new Date(event.at).toISOString() });
}

type WorldParts = Pick<World, "repeats" | "messages" | "now">;

function makeWorld({ company, record }: Living, options: SandboxOptions, parts: WorldParts): World {
  return {
    ...parts,
    company,
    quirks: { ...noQuirks(), ...options.quirks },
    record,
    ghostsByHolder: new Map(),
    functionalGhosts: new Map(),
    derivedByKey: new Map(),
    lostRemovals: new Set(),
    pageTokensSeen: 0,
  };
}

function plantedIn(company: Company, atFirst: PlantedAtFirst, now: () => number): Planted {
  const afterLives = (lives: number) => (company.lives === lives ? expectationOf(company, now()) : null);
  return {
    ...atFirst,
    get now() {
      return expectationOf(company, now());
    },
    get second() {
      return afterLives(1);
    },
    get third() {
      return afterLives(2);
    },
    get fourth() {
      return afterLives(3);
    },
  };
}

const credentialsOf = ({ appId, appSecret }: Credentials): Credentials => ({ appId, appSecret });

const grantsOf = (company: Company): SandboxGrant[] =>
  allGrants(company).map(({ holderId, roleId, scopes, grantedAtS }) => ({
    holderId,
    roleId,
    scopes: structuredClone(scopes),
    grantedAt: grantedAtS === null ? null : isoOf(grantedAtS),
  }));

const noCalls = (): CallLog => ({
  byEndpoint: Object.fromEntries(
    endpointNames.map((name) => [name, { calls: 0, refusals: 0 }]),
  ) as CallLog["byEndpoint"],
  writes: [],
  functionalWrites: [],
  withheld: openWithheldAnswers(),
});

type Living = { company: Company; planted: PlantedAtFirst; calls: CallLog; record: World["record"] };

/** The company as its journal tells it, and the one way to change it: into the journal first. */
function revive(journal: Journal): Living {
  const { seed, createdAt, size } = journal.founding;
  const calls = noCalls();
  const { company, planted } = foundCompany(seed, createdAt, size);
  const happen = (event: CompanyEvent): void => {
    applyEvent(company, event);
    noteWrite(calls, event);
  };
  journal.past.forEach(happen);
  const record = (events: CompanyEvent[]): void => {
    journal.append(events);
    events.forEach(happen);
  };
  return { company, planted, calls, record };
}

function closeOnce(server: Server, journal: Journal): () => Promise<void> {
  let closing: Promise<void> | null = null;
  const end = (resolve: () => void): void => {
    server.close(() => resolve());
    server.closeAllConnections();
  };
  return () => {
    closing ??= new Promise<void>(end).then(() => journal.close());
    return closing;
  };
}

const latencyOf =
  ({ latencyMs = 0, latencyJitter = 0 }: SandboxOptions): (() => number) =>
  () =>
    latencyMs * (1 + latencyJitter * (2 * Math.random() - 1));

/** Starts the embedded company, from its journal if `stateDir` holds one, and serves it on the loopback interface. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const now = options.now ?? Date.now;
  const journal = openBooks(options, now);
  const living = revive(journal);
  const { company, planted, calls, record } = living;
  const repeats = watchRepeats();
  const { port = 0 } = options;
  let { pace = 1 } = options;
  const chat = openMessageBook({ now, pace: () => pace });
  const world = makeWorld(living, options, { repeats, messages: chat, now });
  const feishuApps = { read: credentialsOf(readApp), write: credentialsOf(writeApp) };
  const cloud = openCloudSandbox({
    company,
    quirks: options.cloudQuirks ?? {},
    pace: () => pace,
    now,
    record,
    repeats,
  });
  const sandbox: Sandbox = {
    url: "",
    apps: feishuApps,
    bot: credentialsOf(botApp),
    webhook: { url: "", secret: sandboxHook.secret },
    chat,
    credentialsByProvider: {
      "feishu-corehr": feishuApps,
      "feishu-functional-role": feishuApps,
      "tencent-identity-center": cloud.keys,
    },
    planted: plantedIn(company, planted, now),
    quirks: world.quirks,
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
  const admin: ServerParts["serveAdmin"] = (path, method, body) =>
    serveAdmin(sandbox, path, method, body) ?? answerHook(chat, { path, body, nowMs: now() });
  const apps = [readApp, writeApp, botApp];
  const server = await serveFeishu(
    {
      world,
      calls,
      apps,
      pace: () => pace,
      latencyMs: latencyOf(options),
      serveCloud: sandbox.cloud.answer,
      serveAdmin: admin,
    },
    port,
  );
  sandbox.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sandbox.webhook.url = `${sandbox.url}/open-apis/bot/v2/hook/${sandboxHook.token}`;
  sandbox.close = closeOnce(server, journal);
  return sandbox;
}
