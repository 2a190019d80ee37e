import { createHash } from "node:crypto";
import { Pool } from "undici";
import type { AnnouncingCall } from "./call.ts";
import { NoReplyError, UnexpectedReplyError } from "./errors.ts";
import { answeredCalls } from "./signals.ts";

/** A request. Errors name it by `name`. A key that `query` has twice is sent twice. */
export type JsonRequest = {
  name: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: readonly (readonly [string, string])[];
  headers?: Record<string, string>;
  body?: unknown;
};

/** A reply of any status whose body is JSON. `sha256` is the SHA-256 of the body's bytes. */
export type JsonReply = { status: number; headers: Record<string, string>; json: unknown; sha256: string };

/** A call, and `close` for the pool of connections below it. */
export type JsonCaller = { call: AnnouncingCall<JsonRequest, JsonReply>; close(): Promise<void> };

export type JsonCallOptions = {
  baseUrl: string;
  connections?: number;
  timeoutMs?: number;
  maxBytes?: number;
  signal?: AbortSignal;
};

/**
 * Opens a call for JSON over a pool of connections to one origin. Throws NoReplyError if no answer came, and
 * UnexpectedReplyError if the answer is not JSON (a gateway's HTML page) or larger than `maxBytes`.
 */
export function openJsonCall(options: JsonCallOptions): JsonCaller {
  const { baseUrl, connections = 192, timeoutMs = 30_000, maxBytes = 32 * 1024 * 1024, signal } = options;
  const base = new URL(baseUrl);
  const pool = new Pool(base.origin, {
    connections,
    allowH2: false, // as the sandbox speaks, whose calls are those that are tested
    connect: { timeout: Math.min(timeoutMs, 10_000) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const prefix = base.pathname.replace(/\/+$/, "");

  async function call(request: JsonRequest, onAnswer?: () => void): Promise<JsonReply> {
    const { status, headers, bytes } = await send(request);
    onAnswer?.();
    // First report all answers that came together, then parse: parsing a hundred would hold their slots for long.
    await new Promise((resolve) => setImmediate(resolve));
    answeredCalls.publish(request.name);
    return { status, headers, json: parseJson(request.name, status, bytes), sha256: sha256(bytes) };
  }

  async function send(
    request: JsonRequest,
  ): Promise<{ status: number; headers: Record<string, string>; bytes: Buffer }> {
    try {
      const reply = await pool.request({
        method: request.method,
        path: prefix + request.path + queryString(request.query),
        headers: { accept: "application/json", ...bodyHeaders(request), ...request.headers },
        body: request.body === undefined ? null : JSON.stringify(request.body),
        ...(signal ? { signal } : {}),
      });
      const bytes = await readBody(request.name, reply.statusCode, reply.body, maxBytes);
      return { status: reply.statusCode, headers: firstValues(reply.headers), bytes };
    } catch (error) {
      if (error instanceof UnexpectedReplyError) throw error;
      if (signal?.aborted) throw signal.reason;
      throw new NoReplyError(request.name, error);
    }
  }

  // destroy, not close: a call that hangs must not keep a finished stage alive.
  return { call, close: () => pool.destroy() };
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

function parseJson(name: string, status: number, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new UnexpectedReplyError(name, status, `${bytes.length} bytes that are not JSON`);
  }
}

function queryString(query: JsonRequest["query"]): string {
  if (!query || query.length === 0) return "";
  return `?${new URLSearchParams(query.map(([key, value]): [string, string] => [key, value])).toString()}`;
}

function bodyHeaders(request: JsonRequest): Record<string, string> {
  return request.body === undefined ? {} : { "content-type": "application/json; charset=utf-8" };
}

function firstValues(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) values[name.toLowerCase()] = first;
  }
  return values;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
