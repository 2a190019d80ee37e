import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { HttpAnswer, HttpRequest } from "./calls.ts";
import { routeOf } from "./feishu/gateway.ts";
import type { CallLog, World } from "./feishu/world.ts";

type Served = { status: number; body: unknown };

/** What the server hands requests on to. */
type ServerParts = {
  world: Pick<World, "quirks" | "now">;
  calls: CallLog;
  /** Milliseconds to wait before each answer. */
  latencyMs(): number;
  /** Answers a path of the sandbox's own; null for a path of a vendor's. */
  serveOwn(path: string, method: string | undefined, body: string): Served | Promise<Served> | null;
  /** Answers a request to the cloud vendor, whose requests name their action in a header. */
  serveCloud(request: HttpRequest): HttpAnswer;
  /** Answers any other request. */
  serveFeishu(request: HttpRequest, logId: string): HttpAnswer;
};

const jsonHeaders = { "content-type": "application/json; charset=utf-8" };

async function readRequest(request: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { pathname: path, searchParams: query } = new URL(request.url ?? "/", "http://sandbox");
  const { method, headers } = request;
  return { method, path, query, headers, body: Buffer.concat(chunks).toString("utf8") };
}

/** When the answer to a request is to be withheld; null where it is to be given. */
function whenWithheld({ world }: ServerParts, request: HttpRequest): "before" | "after" | "refused" | null {
  const { withheld } = world.quirks;
  if (withheld === null) return null;
  const asked = request.headers["x-tc-action"] ?? routeOf(request.path, request.method).endpoint;
  if (withheld.call !== "*" && withheld.call !== asked) return null;
  const { letThrough = 0 } = withheld;
  if (letThrough === 0) return withheld.when;
  withheld.letThrough = letThrough - 1;
  return null;
}

const nameFields = "zh_cn|en_us|value|name|preferred_name|[A-Za-z]*Name|Description";
const namedTexts = new RegExp(`"(?:${nameFields})":"(?:[^"\\\\]|\\\\.)+`, "g");

/** JSON whose names end with half an emoji, written as JSON writes it. */
function withHalfEmoji(json: string): string {
  return json.replace(namedTexts, (text) => `${text}\\ud83d`);
}

/** The log ids of a server: a time stamp and a hash of the request's serial number. */
function logIds(now: () => number): () => string {
  let answered = 0;
  return () => {
    answered += 1;
    const day = new Date(now()).toISOString().replace(/\D/g, "").slice(0, 14);
    return `${day}${createHash("sha256").update(String(answered)).digest("hex").slice(0, 18).toUpperCase()}`;
  };
}

async function respondTo(
  parts: ServerParts,
  nextLogId: () => string,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming);
  const serving = parts.serveOwn(request.path, request.method, request.body);
  if (serving !== null) {
    const served = await serving;
    response.writeHead(served.status, jsonHeaders).end(JSON.stringify(served.body));
    return;
  }
  const logId = nextLogId();
  const withheld = whenWithheld(parts, request);
  if (withheld === "before") return parts.calls.withheld.withhold(null);
  const isCloud = Boolean(request.headers["x-tc-action"]);
  const answer = isCloud ? parts.serveCloud(request) : parts.serveFeishu(request, logId);
  const isRefused = answer !== "dropped" && answer.status !== 200;
  const give = (): void => {
    if (answer === "dropped") return void incoming.socket.destroy();
    const body = parts.world.quirks.halfEmoji ? withHalfEmoji(answer.body) : answer.body;
    response.writeHead(answer.status, { ...answer.headers, "x-tt-logid": logId }).end(body);
  };
  if (withheld === "after" || (withheld === "refused" && isRefused)) return parts.calls.withheld.withhold(give);
  const latencyMs = parts.latencyMs();
  if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
  give();
}

/** The APIs of both vendors over one company, listening on a port (0: any) of the loopback interface. */
export async function serveCompany(parts: ServerParts, port: number): Promise<Server> {
  const nextLogId = logIds(() => parts.world.now());
  const server = createServer((request, response) => {
    respondTo(parts, nextLogId, request, response).catch(() => request.socket.destroy());
  });
  // Longer than a client's own idle timeout, so that no call meets a connection that is just being closed.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}
