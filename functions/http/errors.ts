import { plainLine } from "../basics/plain-text.ts";
import type { Trouble } from "../basics/trouble.ts";
import { type AskedWait, askedWait } from "./retry-after.ts";

// What can be wrong with a call, each as an error with its sentence. Above 300 lines, as a message is looked up in one place.

/** What a refusal concerns: the calling app (its token, quota or permission), or this request alone. */
export type Concern = "app" | "request";

/**
 * What a call was for, as its error says it. `words` come after "Cannot": "list the roles". `place` is where the call went:
 * "of people at open.feishu.cn by credentials.read". `page`: which page of a listing, from 1.
 */
export type CallAct = { words?: string; place?: string; page?: number };

/** Of our own words, with what they quote. */
const longestFault = 900;

const longestQuote = 200;

/** A text of the provider's as an error quotes it: plain, on one line, and at most 200 characters. */
export function quoteOf(text: unknown): string {
  return plainLine(String(text), longestQuote);
}

/** A call that failed. */
export abstract class CallError extends Error {
  readonly call: string;
  /** What went wrong, as the message says it after "as": plain text. */
  fault: string;
  /** What the message says of the call, beside its name. */
  act: CallAct = {};
  /** The trouble that it is, where waiting may help; whoever knows what the call was for may say so. */
  trouble: Trouble | null = null;
  /** The fault before it was cut: half a secret at its end would be told for none. */
  readonly #uncut: string;

  constructor(call: string, fault: string, options?: ErrorOptions) {
    // Where a part of it is the provider's own after all, it steers no terminal, and has an end.
    const plain = plainLine(fault, longestFault);
    super(`Cannot ${call} as ${plain}`, options);
    this.call = call;
    this.fault = plain;
    this.#uncut = fault;
  }

  /** Says the fault in other words. */
  reword(change: (text: string) => string): this {
    this.fault = plainLine(change(this.#uncut), longestFault);
    return this.tell({});
  }

  /** Adds to what the message says of the call. The layer that knows a part of the act tells that part. */
  tell(act: CallAct): this {
    this.act = { ...this.act, ...act };
    const { words, place, page } = this.act;
    const named = words === undefined ? this.call : `${words} (${this.call})`;
    const where = place === undefined ? "" : ` ${place}`;
    this.message = `Cannot ${named}${where}${page === undefined ? "" : `, page ${page},`} as ${this.fault}`;
    return this;
  }
}

/** Adds to what an error of this call says of it. Any other error stays as it is. */
export function toldOf(error: unknown, call: string, act: CallAct): unknown {
  return error instanceof CallError && error.call === call ? error.tell(act) : error;
}

type ApiErrorFacts = {
  call: string;
  code: string;
  status: number;
  /** What the code means, in our own words. The vendor's message is left out: it may quote names or ids. */
  reason: string;
  requestId: string | null;
  isTransient?: boolean;
  isOutage?: boolean;
  concerns?: Concern;
  mayPassLater?: boolean;
};

/** The provider answered and refused the call. `requestId` is the provider's log id, for its support. */
export class ApiError extends CallError {
  override readonly name: string = "ApiError";
  readonly code: string;
  readonly status: number;
  readonly reason: string;
  readonly requestId: string | null;
  readonly isTransient: boolean;
  /** Whether the service as a whole is out for a while, and no fault of this request's. */
  readonly isOutage: boolean;
  readonly concerns: Concern;
  /** Whether the same request may pass at another time: the code says nothing of what was asked for. */
  readonly mayPassLater: boolean;

  constructor(facts: ApiErrorFacts) {
    const { status } = facts;
    const [code, reason] = [quoteOf(facts.code), quoteOf(facts.reason)];
    const requestId = facts.requestId === null ? null : quoteOf(facts.requestId);
    super(facts.call, `the provider answered ${code} (${reason}), HTTP ${status}, log id ${requestId ?? "none"}`);
    if (facts.isTransient || status >= 500) this.trouble = "ProviderUnavailable";
    this.code = code;
    this.status = facts.status;
    this.reason = reason;
    this.requestId = requestId;
    this.isTransient = facts.isTransient ?? false;
    this.isOutage = facts.isOutage ?? false;
    this.concerns = facts.concerns ?? "request";
    this.mayPassLater = facts.mayPassLater ?? false;
  }
}

/** The provider refused the call by its rate limit, and did not carry it out. `retryAfterMs` is null if the provider named no time. */
export class ThrottledError extends ApiError {
  override readonly name: string = "ThrottledError";
  readonly retryAfterMs: number | null;
  readonly askedBy: AskedWait["by"];

  constructor(facts: ApiErrorFacts & { retryAfterMs: number | null; askedBy?: AskedWait["by"] }) {
    super({ ...facts, isTransient: true, concerns: "app" });
    this.retryAfterMs = facts.retryAfterMs;
    this.askedBy = facts.askedBy ?? "rate-limit-reset";
  }

  /**
   * The refusal with a wait that is worth waiting for: a `Retry-After` within `longestMs`, and a reset within the limit's
   * window, after which the window is empty in any case. The limit that refused may be another than the call's own, so a
   * reset is waited for up to a tenth of `longestMs` as well: a minute, which no vendor's window exceeds.
   */
  within({ windowMs, longestMs }: { windowMs: number; longestMs: number }): ThrottledError {
    const mostMs = Math.max(windowMs, this.askedBy === "retry-after" ? longestMs : longestMs / 10);
    if (this.retryAfterMs === null || this.retryAfterMs <= mostMs) return this;
    const { call, code, status, reason, requestId, askedBy } = this;
    const facts = { call, code, status, reason, requestId, askedBy };
    return new ThrottledError({ ...facts, retryAfterMs: mostMs }).tell(this.act);
  }
}

/** The statuses by which a gateway says that the service behind it is out, whatever the body is. */
export function isOfGateway(status: number): boolean {
  return status >= 502 && status <= 504;
}

/** The statuses by which a gateway says that the call comes too early, whatever the body is. */
export function isTooEarly(status: number): boolean {
  return status === 429 || status === 503;
}

/**
 * No answer came: no connection, a broken connection, or a timeout. Nobody knows whether the call was carried out. `lasts` says how
 * soon another try may help: `permanent`, not before somebody mends something; `name`, perhaps soon, as a name server may
 * have missed one question; `passing`, after a while.
 */
export class NoReplyError extends CallError {
  override readonly name: string = "NoReplyError";
  readonly lasts: Fault["lasts"];
  /**
   * Whether the other side closed the connection before any of an answer. Most likely it had given an idle connection up, and
   * never saw the call. https://www.rfc-editor.org/rfc/rfc9112#section-9.5
   */
  readonly metClosing: boolean;

  constructor(call: string, cause: unknown, where: Where = { host: "", wholeMs: 60_000 }) {
    const { reason, lasts } = faultOf(cause, where);
    super(call, `no answer came: ${reason}`, { cause });
    this.trouble = "ProviderUnavailable";
    this.lasts = lasts;
    this.metClosing = where.isUnanswered === true && isClosing(cause);
  }
}

/** Where a call went, for how long at most, the proxy that its host was called by, and whether nothing of an answer came. */
type Where = { host: string; wholeMs: number; proxy?: { variable: string; url: URL }; isUnanswered?: boolean };

/** Codes of a connection that the other side closed. */
const closings: ReadonlySet<string> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/** Whether the cause of a call without an answer is that the other side closed the connection. */
export function isClosing(cause: unknown): boolean {
  return closings.has(codeOf(cause) ?? "");
}

/**
 * Whether a status says that a server has failed. A 511 is of the network in between, which wants somebody to log in.
 * https://www.rfc-editor.org/rfc/rfc6585#section-6
 */
export function isServerFault(status: number): boolean {
  return status >= 500 && status !== 511;
}

/** The answer has not the documented form: it is HTML, broken JSON, or JSON of another shape. */
export class UnexpectedReplyError extends CallError {
  override readonly name: string = "UnexpectedReplyError";
  readonly status: number;

  constructor(call: string, status: number, reason: string) {
    super(call, `the answer is unexpected: ${reason}, HTTP ${status}`);
    if (isServerFault(status)) this.trouble = "ProviderUnavailable";
    this.status = status;
  }
}

/** The error of an answer without the documented form. A 429 or 503 is a gateway's refusal of too many calls, not an odd answer. */
export function unexpectedReply(
  call: string,
  { status, headers }: { status: number; headers: Record<string, string> },
  reason: string,
): UnexpectedReplyError | ThrottledError {
  if (!isTooEarly(status)) return new UnexpectedReplyError(call, status, reason);
  const asked = askedWait(headers);
  const text = `the gateway takes no calls for now; ${reason}`;
  const facts = { call, code: String(status), status, reason: text, requestId: null, retryAfterMs: asked?.ms ?? null };
  return new ThrottledError(asked ? { ...facts, askedBy: asked.by } : facts);
}

/** A listing cannot be followed to its end. The pages that were read must not be used. */
export class IncompleteListingError extends CallError {
  override readonly name: string = "IncompleteListingError";
}

type Fault = { reason: string; lasts: "permanent" | "name" | "passing" };

const unknownAuthority = "its certificate is of an authority that this machine does not know";
const moreAuthorities =
  "if a proxy or firewall of yours opens connections, put its authority's certificate (PEM) into a file and name the file in NODE_EXTRA_CA_CERTS";

/** What is wrong with a certificate, by the code of OpenSSL or Node, and what to do. */
const certificateFaults: Readonly<Record<string, [cause: string, remedy: string]>> = {
  CERT_HAS_EXPIRED: ["its certificate has expired", "set this machine's clock, or have the certificate renewed"],
  CERT_NOT_YET_VALID: ["its certificate is not valid yet", "set this machine's clock"],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "its certificate is for another name",
    "check baseUrl, and whether a proxy or firewall answers in the host's place",
  ],
  CERT_REVOKED: ["its certificate was revoked", "have the certificate renewed"],
  DEPTH_ZERO_SELF_SIGNED_CERT: [unknownAuthority, moreAuthorities],
  SELF_SIGNED_CERT_IN_CHAIN: [unknownAuthority, moreAuthorities],
  UNABLE_TO_GET_ISSUER_CERT: [unknownAuthority, moreAuthorities],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [unknownAuthority, moreAuthorities],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [unknownAuthority, moreAuthorities],
  CERT_UNTRUSTED: [unknownAuthority, moreAuthorities],
  CERT_REJECTED: [unknownAuthority, moreAuthorities],
  HOSTNAME_MISMATCH: [
    "its certificate is for another name",
    "check baseUrl, and whether a proxy or firewall answers in the host's place",
  ],
  INVALID_CA: ["its certificate is of an authority that may not give it", "have the certificate replaced"],
  INVALID_PURPOSE: ["its certificate is for another purpose", "have the certificate replaced"],
  CERT_CHAIN_TOO_LONG: ["its certificate has too many authorities above it", "have the certificate replaced"],
  PATH_LENGTH_EXCEEDED: ["its certificate has too many authorities above it", "have the certificate replaced"],
  CERT_SIGNATURE_FAILURE: ["its certificate is not signed as it says", "find out who answers in the host's place"],
};

/** Codes of a host that speaks no TLS, or none that this machine speaks: a web server on port 443, or a firewall that meddles. */
const withoutTls: ReadonlySet<string> = new Set([
  "EPROTO",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_HTTP_REQUEST",
  "ERR_SSL_UNSUPPORTED_PROTOCOL",
  "ERR_SSL_UNKNOWN_PROTOCOL",
  "ERR_SSL_NO_PROTOCOLS_AVAILABLE",
  "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
]);

// The code alone (ECONNRESET, UND_ERR_HEADERS_TIMEOUT): the message may quote the request.
function faultOf(cause: unknown, where: Where): Fault {
  const { host, wholeMs } = where;
  const code = codeOf(cause);
  const ofProxy = proxyFault(cause, where);
  if (ofProxy) return ofProxy;
  const at = host === "" ? "" : ` from ${host}`;
  const certificate = certificateFaults[code ?? ""];
  if (certificate) {
    const [fault, remedy] = certificate;
    return { reason: `${host} cannot be trusted: ${fault} (${code}); ${remedy}`, lasts: "permanent" };
  }
  if (withoutTls.has(code ?? "")) {
    const reason = `${host} speaks no TLS that this machine knows (${code}); check baseUrl's host and port, and whether a proxy or firewall answers in the host's place`;
    return { reason, lasts: "permanent" };
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    const reason = `no address is known for ${host} (${code}); check the host's name and this machine's DNS`;
    return { reason, lasts: code === "ENOTFOUND" ? "name" : "passing" };
  }
  if (code === "ECONNREFUSED")
    return { reason: `${addressOf(cause) ?? host} refuses connections (${code})`, lasts: "passing" };
  if (cause instanceof DOMException && cause.name === "TimeoutError") {
    return { reason: `nothing whole came${at} within ${wholeMs / 1000} s`, lasts: "passing" };
  }
  return { reason: `${code ?? "connection failed"}${at}`, lasts: "passing" };
}

/** What is wrong with the proxy, or null where the proxy has done its part. */
function proxyFault(cause: unknown, { host, proxy }: Where): Fault | null {
  if (!proxy) return null;
  const { url, variable } = proxy;
  const code = codeOf(cause);
  const named = `the proxy ${url.host} (${variable})`;
  const status = /^Proxy response \((\d+)\)/.exec(cause instanceof Error ? cause.message : "")?.[1];
  if (status === "407") {
    const fault = url.username === "" ? "wants a user and a password" : "refuses the user and the password";
    return { reason: `${named} ${fault} (HTTP 407); write http://user:password@host:port`, lasts: "permanent" };
  }
  if (status !== undefined) {
    const reason = `${named} does not let calls through to ${host} (HTTP ${status}); have the host allowed`;
    return { reason, lasts: Number(status) < 500 && status !== "429" ? "permanent" : "passing" };
  }
  const { hostname, port } = firstCause(cause) as { hostname?: unknown; port?: unknown };
  const isProxyPort = String(port) === (url.port || (url.protocol === "https:" ? "443" : "80"));
  if (hostname === url.hostname && (code === "ENOTFOUND" || code === "EAI_AGAIN")) {
    return { reason: `no address is known for ${named} (${code})`, lasts: code === "ENOTFOUND" ? "name" : "passing" };
  }
  if (code === "ECONNREFUSED" && isProxyPort)
    return { reason: `${named} refuses connections (${code})`, lasts: "passing" };
  return null;
}

/** The error itself, or the first that an AggregateError gathers: one for each address of a host. */
function firstCause(cause: unknown): unknown {
  return cause instanceof AggregateError ? (cause.errors[0] ?? cause) : (cause ?? {});
}

/** The code of an error, or of the first that an AggregateError gathers: one for each address of a host. */
function codeOf(cause: unknown): string | null {
  if (typeof cause !== "object" || cause === null) return null;
  if (cause instanceof DOMException) return null;
  if ("code" in cause && typeof cause.code === "string") return quoteOf(cause.code);
  return cause instanceof AggregateError ? codeOf(cause.errors[0]) : null;
}

function addressOf(cause: unknown): string | null {
  const { address, port } = firstCause(cause) as Record<string, unknown>;
  return typeof address === "string" && typeof port === "number" ? `${address} port ${port}` : null;
}
