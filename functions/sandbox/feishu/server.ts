import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Contradict, feishuMarks, openContradictions } from "../contradictions.ts";
import type { CloudAnswer } from "../tencent/cloud-server.ts";
import type { CloudHttpRequest } from "../tencent/signature.ts";
import type { Endpoint } from "./endpoints.ts";
import { type Faults, faultsByCount } from "./faults.ts";
import { checkScopes, type Limiter, limiter, routeOf } from "./gateway.ts";
import { handlers } from "./handlers.ts";
import { DroppedConnection, faulty, Refusal } from "./refusal.ts";
import { type App, type Tokens, tokensFor } from "./tokens.ts";
import type { CallLog, World } from "./world.ts";

/** What the server runs on besides the company. `pace` divides every window; before each answer is waited for as long as `latencyMs` says. */
export type ServerParts = {
  world: World;
  calls: CallLog;
  apps: readonly App[];
  pace(): number;
  latencyMs(): number;
  /** Answers what is asked of the other vendor, whose requests name their action in a header. */
  serveCloud(request: CloudHttpRequest): CloudAnswer;
  /** Answers what is a path of the sandbox's own; null for the vendor's. */
  serveAdmin(path: string, method: string | undefined, body: string): Served | Promise<Served> | null;
};

type Served = { status: number; body: unknown };

type Gate = ServerParts & {
  tokens: Tokens;
  limit: Limiter;
  faults: Faults;
  contradictions: Contradict;
  answered: number;
};
type Answer = { status: number; headers: Record<string, string>; body: string };

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function parseBody(endpoint: Endpoint, request: IncomingMessage, text: string): Record<string, unknown> {
  if (text === "" || request.method === "GET") return {};
  if (!(request.headers["content-type"] ?? "").startsWith("application/json")) {
    throw faulty(endpoint, "parse", "Content-Type");
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw faulty(endpoint, "parse", "body");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw faulty(endpoint, "parse", "body");
  return parsed as Record<string, unknown>;
}

const jsonHeaders = { "content-type": "application/json; charset=utf-8" };

const answered = (body: object): Answer => ({ status: 200, headers: jsonHeaders, body: JSON.stringify(body) });

function admitWithinLimits(gate: Gate, endpoint: Endpoint, app: App): void {
  const status = gate.world.quirks.rateLimitAs400 ? 400 : 429;
  try {
    gate.limit({ endpoint, app, now: gate.world.now(), pace: gate.pace(), status });
  } catch (error) {
    gate.calls.byEndpoint[endpoint].refusals += 1;
    throw error;
  }
}

function answerOf(gate: Gate, request: IncomingMessage, url: URL, text: string): Answer {
  const { world, tokens, faults } = gate;
  const { endpoint, parameters } = routeOf(url.pathname, request.method);
  gate.calls.byEndpoint[endpoint].calls += 1;
  if (endpoint === "tenantAccessToken") {
    faults({ ...world.quirks, ...onlyLasting }, endpoint, () => {});
    return answered({ code: 0, msg: "ok", ...tokens.issue(parseBody(endpoint, request, text), world.now()) });
  }
  const { authorization } = request.headers;
  const app = withoutDenied(tokens.authorize(authorization, world.now()), world.quirks.deniedScopes);
  checkScopes(endpoint, app);
  admitWithinLimits(gate, endpoint, app);
  const fault = faults(world.quirks, endpoint, () => tokens.revoke(authorization));
  if (fault !== null) {
    return { status: fault.status ?? 502, headers: { "content-type": "text/html" }, body: fault.html };
  }
  const body = parseBody(endpoint, request, text);
  const call = { endpoint, app, query: url.searchParams, parameters, body };
  const sent = { call: endpoint, parameters: { ...parameters, ...groupedQuery(url), ...body } };
  const { contradictoryPage } = world.quirks;
  const data =
    gate.contradictions.endlessPage(contradictoryPage, sent, feishuMarks) ??
    gate.contradictions.rewrite(contradictoryPage, sent, handlers[endpoint](world, call), feishuMarks);
  // An old API, whose page says so: what it tells stands beside the code.
  return answered({ code: 0, msg: "success", ...(endpoint === "getBot" ? { bot: data } : { data }) });
}

const groupedQuery = (url: URL): Record<string, string> =>
  Object.fromEntries([...new Set(url.searchParams.keys())].map((key) => [key, url.searchParams.getAll(key).join(",")]));

const withoutDenied = (app: App, denied: string[]): App =>
  denied.length === 0 ? app : { ...app, scopes: new Set([...app.scopes].filter((scope) => !denied.includes(scope))) };

/** Faults that come now and then are kept from the token endpoint, so that they hit the calls they are about. */
const onlyLasting = {
  droppedConnection: 0,
  htmlBadGateway: 0,
  rateLimit: 0,
  serviceRateLimit: 0,
  internalErrors: 0,
  tokenExpiresMidListing: false as const,
};

function refused(refusal: Refusal, logId: string): Answer {
  const error = {
    message: refusal.message,
    log_id: logId,
    troubleshooter: `https://open.feishu.cn/search?from=openapi&log_id=${logId}&code=${refusal.code}`,
    ...refusal.details,
  };
  const body = JSON.stringify({ code: refusal.code, msg: refusal.message, error });
  return { status: refusal.status, headers: { ...jsonHeaders, ...refusal.headers }, body };
}

function logIdOf(gate: Gate): string {
  gate.answered += 1;
  const day = new Date(gate.world.now()).toISOString().replace(/\D/g, "").slice(0, 14);
  return `${day}${createHash("sha256").update(String(gate.answered)).digest("hex").slice(0, 18).toUpperCase()}`;
}

async function respond(gate: Gate, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readBody(request);
  const url = new URL(request.url ?? "/", "http://sandbox");
  const serving = gate.serveAdmin(url.pathname, request.method, text);
  if (serving !== null) {
    const served = await serving;
    response.writeHead(served.status, jsonHeaders).end(JSON.stringify(served.body));
    return;
  }
  const logId = logIdOf(gate);
  const { method, headers } = request;
  const withheld = whenWithheld(gate, request, url);
  if (withheld === "before") return gate.calls.withheld.withhold(null);
  const answer = headers["x-tc-action"]
    ? gate.serveCloud({ method, path: url.pathname, headers, body: text })
    : safely(() => answerOf(gate, request, url, text), logId);
  const isRefused = answer !== "dropped" && answer.status !== 200;
  const give = (): void => {
    if (answer === "dropped") return void request.socket.destroy();
    const text = gate.world.quirks.halfEmoji ? withHalfEmoji(answer.body) : answer.body;
    response.writeHead(answer.status, { ...answer.headers, "x-tt-logid": logId }).end(text);
  };
  if (withheld === "after" || (withheld === "refused" && isRefused)) return gate.calls.withheld.withhold(give);
  const latencyMs = gate.latencyMs();
  if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
  give();
}

const nameFields = "zh_cn|en_us|value|name|preferred_name|[A-Za-z]*Name|Description";
const namedTexts = new RegExp(`"(?:${nameFields})":"(?:[^"\\\\]|\\\\.)+`, "g");

/** JSON whose names end with half an emoji, written as JSON writes it. */
function withHalfEmoji(json: string): string {
  return json.replace(namedTexts, (text) => `${text}\\ud83d`);
}

/** When this request's answer is to be withheld; null where it is to be answered. */
function whenWithheld({ world }: Gate, request: IncomingMessage, url: URL): "before" | "after" | "refused" | null {
  const { withheld } = world.quirks;
  if (withheld === null) return null;
  const asked = request.headers["x-tc-action"] ?? routeOf(url.pathname, request.method).endpoint;
  if (withheld.call !== "*" && withheld.call !== asked) return null;
  const { letThrough = 0 } = withheld;
  if (letThrough === 0) return withheld.when;
  withheld.letThrough = letThrough - 1;
  return null;
}

function safely(answer: () => Answer, logId: string): Answer | "dropped" {
  try {
    return answer();
  } catch (error) {
    if (error instanceof DroppedConnection) return "dropped";
    if (error instanceof Refusal) return refused(error, logId);
    // A bug of the sandbox must not look like the vendor's internal error, which clients are right to retry.
    return refused(new Refusal(500, 1, `sandbox bug: ${error instanceof Error ? error.stack : String(error)}`), logId);
  }
}

/** The vendor's API over one company, listening on a port (0: any) of the loopback interface. */
export async function serveFeishu(parts: ServerParts, port: number): Promise<Server> {
  const status = (): number => (parts.world.quirks.tokenExpiresMidListing === 200 ? 200 : 400);
  const gate: Gate = {
    ...parts,
    tokens: tokensFor(parts.apps, status),
    limit: limiter(),
    faults: faultsByCount(),
    contradictions: openContradictions(),
    answered: 0,
  };
  const server = createServer((request, response) => {
    respond(gate, request, response).catch(() => request.socket.destroy());
  });
  // Outlives a client's own idle timeout, so that no call meets a connection that is just being closed.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}
