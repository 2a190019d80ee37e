import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";
import type { Proxies } from "../basics/proxies.ts";
import type { AnnouncingCall } from "./call.ts";
import { isServerFault, NoReplyError, quoteOf, UnexpectedReplyError, unexpectedReply } from "./errors.ts";
import { answeredCalls } from "./signals.ts";

/**
 * A request. Errors name it by `name`. A key that `query` has twice is sent twice. `hide` takes secrets out of the headers of
 * the reply before an error quotes one, as whoever quotes a text cuts it.
 */
export type JsonRequest = {
  name: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: readonly (readonly [string, string])[];
  headers?: Record<string, string>;
  body?: unknown;
  hide?: (text: string) => string;
};

/** A reply of any status whose body is JSON. `sha256` is the SHA-256 of the body's bytes, inflated. */
export type JsonReply = { status: number; headers: Record<string, string>; json: unknown; sha256: string };

/** A call, and `close` for the pool of connections below it. */
export type JsonCaller = { call: AnnouncingCall<JsonRequest, JsonReply>; close(): Promise<void> };

export type JsonCallOptions = {
  baseUrl: string;
  connections?: number;
  timeoutMs?: number;
  maxBytes?: number;
  /** For one call from its sending to the last byte of its answer. */
  wholeMs?: number;
  /** Left out: none. */
  proxies?: Proxies;
  signal?: AbortSignal;
};

/**
 * Opens a call for JSON over a pool of connections to one origin. Throws NoReplyError if no answer came, and
 * UnexpectedReplyError if the answer is not JSON (a gateway's HTML page) or larger than `maxBytes`.
 */
export function openJsonCall(options: JsonCallOptions): JsonCaller {
  const {
    baseUrl,
    connections = 192,
    timeoutMs = 30_000,
    maxBytes = 8 * 1024 * 1024,
    wholeMs = 60_000,
    proxies = {},
    signal,
  } = options;
  const base = new URL(baseUrl);
  const variable = base.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const proxy = proxies[variable];
  const pool = openConnections(base.origin, { proxy, none: proxies.NO_PROXY ?? "", connections, timeoutMs });
  const where = { host: base.host, wholeMs, ...(proxy ? { proxy: { variable, url: new URL(proxy) } } : {}) };
  const prefix = base.pathname.replace(/\/+$/, "");

  async function call(request: JsonRequest, onAnswer?: () => void): Promise<JsonReply> {
    const { status, headers, bytes } = await send(request);
    onAnswer?.();
    // First report all answers that came together, then parse: parsing a hundred would hold their slots for long.
    await new Promise((resolve) => setImmediate(resolve));
    answeredCalls.publish(request.name);
    const plain = inflated(request.name, { status, headers }, bytes, maxBytes);
    const json = parseJson(request.name, { status, headers }, plain, base.host);
    return { status, headers, json, sha256: sha256(plain) };
  }

  async function send(
    request: JsonRequest,
  ): Promise<{ status: number; headers: Record<string, string>; bytes: Buffer }> {
    const deadline = AbortSignal.timeout(wholeMs);
    const ended = signal ? AbortSignal.any([signal, deadline]) : deadline;
    let isAnswered = false;
    try {
      const sent = pool.request({
        origin: base.origin,
        method: request.method,
        path: prefix + request.path + queryString(request.query),
        headers: {
          accept: "application/json",
          "accept-encoding": "identity",
          ...bodyHeaders(request),
          ...request.headers,
        },
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal: ended,
      });
      // undici looks at the signal of a request that waits for its connection only once it has one.
      const reply = await Promise.race([sent, untilAborted(ended)]);
      isAnswered = true;
      const bytes = await readBody(request.name, reply.statusCode, reply.body, maxBytes);
      return { status: reply.statusCode, headers: firstValues(reply.headers, request.hide), bytes };
    } catch (error) {
      if (error instanceof UnexpectedReplyError) throw error;
      if (signal?.aborted) throw signal.reason;
      throw new NoReplyError(request.name, error, { ...where, isUnanswered: !isAnswered });
    }
  }

  // destroy, not close: a call that hangs must not keep a finished stage alive.
  return { call, close: () => pool.destroy() };
}

/** Rejects with the signal's reason once it is aborted. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

type Connecting = { proxy: string | undefined; none: string; connections: number; timeoutMs: number };

/** Connections to one origin, by way of the proxy unless `none` (NO_PROXY) names the origin. */
function openConnections(origin: string, { proxy, none, connections, timeoutMs }: Connecting): Dispatcher {
  const connectTimeout = Math.min(timeoutMs, 10_000);
  const options = {
    connections,
    allowH2: false, // as the sandbox speaks, whose calls are those that are tested
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  };
  if (proxy === undefined) return new Pool(origin, { ...options, connect: { timeout: connectTimeout } });
  // By a tunnel in any case: a proxy that forwards a plain request would see the token.
  const clientFactory = (url: URL, more: object): Dispatcher => new Pool(url, { ...options, ...more });
  const tunnel = { proxyTunnel: true, connectTimeout, clientFactory };
  return new EnvHttpProxyAgent({ ...options, ...tunnel, httpProxy: proxy, httpsProxy: proxy, noProxy: none });
}

async function readBody(name: string, status: number, body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) throw new UnexpectedReplyError(name, status, `more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** How to undo each content coding. Nobody asks for any: gateways and proxies apply them all the same. */
const inflateByCoding: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: (bytes, options) => (isZlib(bytes) ? inflateSync : inflateRawSync)(bytes, options),
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

// "deflate" means the zlib format; some servers send the bare data.
function isZlib(bytes: Buffer): boolean {
  return bytes.length > 1 && (bytes[0]! & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}

/** The bytes without their content codings. The last coding was applied last. */
function inflated(name: string, { status, headers }: Head, coded: Buffer, maxBytes: number): Buffer {
  const codings = (headers["content-encoding"] ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  if (codings.length === 0 && isGzip(coded)) codings.push("gzip");
  let bytes = coded;
  for (const coding of codings.reverse()) {
    if (bytes.length === 0) continue;
    const inflate = inflateByCoding[coding];
    if (!inflate)
      throw new UnexpectedReplyError(name, status, `it is compressed as ${quoteOf(coding)}, which nobody asked for`);
    try {
      bytes = inflate(bytes, { maxOutputLength: maxBytes });
    } catch (error) {
      const isTooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
      // A proxy that has inflated an answer may leave the header that named the coding.
      if (!isTooLarge && mayBeJson(bytes)) continue;
      const reason = isTooLarge ? `more than ${maxBytes} bytes` : `${coded.length} bytes that are not ${coding}`;
      throw new UnexpectedReplyError(name, status, reason);
    }
  }
  return bytes;
}

// No text of JSON begins with these bytes: a proxy that deflates an answer may leave the header out.
function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function mayBeJson(bytes: Buffer): boolean {
  return /^(\xef\xbb\xbf)?\s*[{[]/.test(bytes.toString("latin1", 0, 64));
}

type Head = { status: number; headers: Record<string, string> };

/** The deepest nesting of arrays and objects that is read. The vendors' replies have less than ten levels. */
const deepest = 64;

function parseJson(name: string, head: Head, bytes: Buffer, host: string): unknown {
  // TextDecoder drops a byte order mark, which some gateways put before the JSON.
  const text = new TextDecoder().decode(bytes);
  if (isRedirect(head)) throw unexpectedReply(name, head, whatCameInstead(head, { text, length: bytes.length }, host));
  if (isNestedDeeper(text, deepest)) throw unexpectedReply(name, head, `JSON nested more than ${deepest} deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw unexpectedReply(name, head, whatCameInstead(head, { text, length: bytes.length }, host));
  }
}

function isRedirect({ status }: Pick<Head, "status">): boolean {
  return status >= 300 && status < 400;
}

const pageTypes: ReadonlySet<string> = new Set(["text/html", "application/xhtml+xml"]);

/** Says what stands in the place of JSON: somebody's page or redirect is not the provider's answer. */
function whatCameInstead({ status, headers }: Head, { text, length }: { text: string; length: number }, host: string) {
  const type = quoteOf(headers["content-type"]?.split(";")[0] || "no content type");
  if (isRedirect({ status })) {
    const target = URL.parse(headers.location ?? "", `http://${host}`)?.host ?? "nowhere";
    return `${host} redirects to ${quoteOf(target)} (${type}): a proxy, a firewall's login or a wrong baseUrl answers in the provider's place`;
  }
  const isPage = pageTypes.has(type.toLowerCase()) || /^\s*<(!doctype\s+html|html[\s>])/i.test(text);
  if (isPage && !isServerFault(status) && status !== 429) {
    return `${host} answers a web page (${type}, ${length} bytes), such as a login page of a proxy or firewall, and no JSON`;
  }
  return `${length} bytes that are not JSON (${type}) from ${host}`;
}

/** Whether brackets outside of strings nest deeper than `most`. Ends at the first that does. */
function isNestedDeeper(text: string, most: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isInString) {
      if (code === 0x5c)
        index += 1; // a backslash escapes the next character
      else if (code === 0x22) isInString = false;
    } else if (code === 0x22) isInString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > most) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}

function queryString(query: JsonRequest["query"]): string {
  if (!query || query.length === 0) return "";
  return `?${new URLSearchParams(query.map(([key, value]): [string, string] => [key, value])).toString()}`;
}

function bodyHeaders(request: JsonRequest): Record<string, string> {
  return request.body === undefined ? {} : { "content-type": "application/json; charset=utf-8" };
}

function firstValues(
  headers: Record<string, string | string[] | undefined>,
  hide: JsonRequest["hide"] = (text) => text,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) values[name.toLowerCase()] = hide(first);
  }
  return values;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
