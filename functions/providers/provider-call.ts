// Every provider's calls: opened, throttled, retried, noted down, decoded, and their failures told apart. Above 300 lines,
// as these parts are used together by every provider and say nothing of any vendor.

import type * as z from "zod/mini";
import type { Proxies } from "../basics/proxies.ts";
import type { AnnouncingCall, Timer } from "../http/call.ts";
import {
  ApiError,
  isTooEarly,
  NoReplyError,
  quoteOf,
  ThrottledError,
  toldOf,
  UnexpectedReplyError,
} from "../http/errors.ts";
import { type JsonCaller, type JsonReply, type JsonRequest, openJsonCall } from "../http/json-call.ts";
import {
  longestAskedMs,
  type Patience,
  type Repeatable,
  retryPolicy,
  withOneMoreTry,
  withRetry,
} from "../http/retry.ts";
import type { AskedWait } from "../http/retry-after.ts";
import { withoutSecrets } from "../http/secrets-in-replies.ts";
import type { Throttle } from "../http/throttle.ts";
import { type Limits, openThrottles, withThrottle } from "../http/throttles.ts";
import type { ReadLine } from "../review/grants/snapshot.ts";
import type { PermissionCheck, RestoreReply, RevokeReply, ThrottleWindows } from "../review/ports.ts";

/** What every request has, whatever its vendor. `decode` throws UnexpectedReplyError where the body has another shape. */
export type ProviderRequest<Data, Body = unknown> = {
  /** The call's name in errors, limits and the list of reads. */
  name: string;
  /** What the call is to do, as errors say it after "Cannot": "list the roles". */
  words: string;
  repeatable: Repeatable;
  /** Awaited right before each sending, after all waiting. Nothing is sent where it throws. */
  beforeSend?: () => Promise<void>;
  decode: (body: Body, status: number) => Data;
};

/** `requestId` is the vendor's id of the reply, for its support; null where the vendor sent none. */
export type ProviderReply<Data> = { data: Data; requestId: string | null };

/** Where a call goes, as errors say it: `CallAct.place`. */
export type Placed = { readonly place?: string };

/** Any call of one vendor. `Own` is what the vendor's requests have beside `ProviderRequest`. */
export type ProviderCall<Own extends object, Body = unknown> = (<Data>(
  request: Own & ProviderRequest<Data, Body>,
) => Promise<ProviderReply<Data>>) &
  Placed;

/** The place alone of a call. */
export function placeIn({ place }: Placed): Placed {
  return place === undefined ? {} : { place };
}

/** What differs from vendor to vendor in a call. `Auth` is what a request is authorized with: a token, or a key that signs. */
export type Vendor<Request, Body, Auth> = {
  /** Gives the token or the key; may take a call of its own. */
  authorize(): Promise<Auth>;
  /** Called right before sending, so that a signature has the time of sending. */
  toHttp(request: Request, auth: Auth): JsonRequest;
  /** What `reads.jsonl.gz` says of the request and the reply: ids and counts, no credentials, no content. */
  describeRead(request: Request, reply: JsonReply): Pick<ReadLine, "parameters" | "page" | "items" | "logId">;
  /** Takes the vendor's envelope off. Throws the error that a refusal stands for, whatever the HTTP status. */
  openEnvelope(callName: string, reply: JsonReply): { body: Body; requestId: string | null };
  /** Told after a `StaleAuthError`; the next `authorize` gives something else. */
  discardAuth?(auth: Auth): void;
};

export type ProviderCallOptions = {
  call: AnnouncingCall<JsonRequest, JsonReply>;
  throttleOf: (callName: string) => Throttle;
  /** Told of every reply, refusals included. */
  onRead: (line: ReadLine) => void;
  timer: Timer;
  random: () => number;
  /** Divides every wait, as it divides the windows of the limits. */
  pace: number;
  patience?: Patience;
  /** Where the calls go, as errors say it; left out: errors do not say it. */
  place?: string;
  signal?: AbortSignal;
};

type Answer = ProviderReply<unknown> & { line: ReadLine };

/**
 * A vendor's calls, from the outside in: retried where a retry may help, repeated once with a new authorization where the
 * old one was refused, throttled by the call's limit, sent, noted down, and decoded.
 */
export function createProviderCall<Own extends object, Body, Auth>(
  vendor: Vendor<Own & ProviderRequest<unknown, Body>, Body, Auth>,
  options: ProviderCallOptions,
): ProviderCall<Own, Body> {
  type Request = Own & ProviderRequest<unknown, Body>;
  const { timer, random, pace, throttleOf, onRead } = options;
  const signal = options.signal ? { signal: options.signal } : {};
  const { mostMs: _mostMs, goOn, ...stopping } = options.patience ?? {};
  const going = goOn ? { goOn } : {};
  const throttled = withThrottle(
    (request: Request, onAnswer) => sendOnce(request, vendor, { ...options, ...going, onAnswer }),
    ({ name }) => throttleOf(name),
    { ...signal, timer, ...stopping, defaultPauseMs: 1000 / pace, longestPauseMs: longestAskedMs(pace) },
  );
  async function authorized(request: Request): Promise<Answer> {
    // A token that has to be fetched is fetched before the throttle gives a slot: the slot measures the call alone.
    await vendor.authorize();
    return await throttled(request);
  }
  const retried = withRetry(withOneMoreTry(authorized, isStaleAuth), {
    policy: retryPolicy(pace, options.patience),
    ...stopping,
    ...going,
    timer,
    random,
    repeatable: (request) => request.repeatable,
    nameOf: (request) => request.name,
    ...signal,
  });
  async function call<Data>(request: Own & ProviderRequest<Data, Body>): Promise<ProviderReply<Data>> {
    const { data, requestId, line, retries } = await retried(request);
    onRead({ ...line, retries });
    return { data: data as Data, requestId };
  }
  return Object.assign(call, placeIn(options));
}

type Sending = Pick<ProviderCallOptions, "call" | "timer" | "onRead" | "place"> & {
  onAnswer: (() => void) | undefined;
  goOn?: () => Promise<void>;
};

async function sendOnce<Request extends ProviderRequest<unknown, Body>, Body, Auth>(
  request: Request,
  vendor: Vendor<Request, Body, Auth>,
  sending: Sending,
): Promise<Answer> {
  const { name, words } = request;
  try {
    return await sendBare(request, vendor, sending);
  } catch (error) {
    throw toldOf(error, name, { words, ...(sending.place ? { place: sending.place } : {}) });
  }
}

async function sendBare<Request extends ProviderRequest<unknown, Body>, Body, Auth>(
  request: Request,
  vendor: Vendor<Request, Body, Auth>,
  { call, timer, onRead, onAnswer, goOn }: Sending,
): Promise<Answer> {
  const { name } = request;
  const auth = await vendor.authorize();
  await goOn?.();
  await request.beforeSend?.();
  const reply = await call(vendor.toHttp(request, auth), onAnswer);
  const { parameters, page, items, logId } = vendor.describeRead(request, reply);
  const { status, sha256 } = reply;
  const at = new Date(timer.now()).toISOString();
  const line = { call: name, parameters, page, status, items, sha256, logId, retries: 0, at };
  try {
    const { body, requestId } = vendor.openEnvelope(name, { ...reply, json: toWellFormed(reply.json) });
    return { data: request.decode(body, status), requestId, line };
  } catch (error) {
    onRead(line);
    if (isStaleAuth(error)) vendor.discardAuth?.(auth);
    throw error;
  }
}

/**
 * A reply with well-formed texts. Half an emoji (a lone surrogate) in a name, as a vendor sends who cuts names off by length,
 * has no UTF-8 form: no hash and no file could hold it. The half becomes U+FFFD. Changes the reply in place.
 */
function toWellFormed(json: unknown): unknown {
  if (typeof json === "string") return json.toWellFormed();
  const waiting: unknown[] = [json];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== "object" || value === null) continue;
    const fields = value as Record<string, unknown>;
    for (const [key, field] of Object.entries(fields)) {
      const isFaulty = !key.isWellFormed() || (typeof field === "string" && !field.isWellFormed());
      if (isFaulty) {
        delete fields[key];
        fields[key.toWellFormed()] = typeof field === "string" ? field.toWellFormed() : field;
      }
      if (typeof field === "object") waiting.push(field);
    }
  }
  return json;
}

/** What an API is opened with. `caller` is whom the vendor counts calls by: an app, or an access key. */
export type ApiOptions = {
  baseUrl: string;
  /** The host as errors name it; left out: that of baseUrl. */
  host?: string;
  /** The source's id and which of its secrets is used, as errors name them. */
  source?: string;
  /** Values that no error and no record may hold, though a reply echoes them. */
  secrets?: readonly string[];
  secret?: "credentials.read" | "credentials.write";
  caller: string;
  limits: Limits;
  /** Divides the window of every limit. */
  pace: number;
  clock: Timer;
  random?: () => number;
  /** How long an outage is waited out. */
  patience?: Patience;
  proxies?: Proxies;
  /** Ends every wait and call. */
  signal?: AbortSignal;
};

/** One caller's API: its calls, what they read, and how much of each limit is used. */
export type ProviderApi<Call> = {
  call: Call;
  /** Milliseconds until a call of this name may be sent without waiting. */
  delay(callName: string): number;
  /** Milliseconds between two calls at the limit's full rate. */
  spacingMs(callName: string): number;
  /** The replies since the last `takeReads`. */
  takeReads(): ReadLine[];
  saveWindows(): ThrottleWindows;
  loadWindows(windows: ThrottleWindows): void;
  close(): Promise<void>;
};

/** Where calls go, as errors say it: of which source, to which host, by which secret. */
export function placeOf(options: Pick<ApiOptions, "baseUrl" | "host" | "source" | "secret">): string {
  const { baseUrl, host = new URL(baseUrl).host, source, secret } = options;
  return [source && `of ${source}`, `at ${host}`, secret && `by ${secret}`].filter(Boolean).join(" ");
}

/**
 * Opens an API; nothing is sent before its first call. `vendorOver` makes the vendor over the bare connections, which
 * `connect` opens: over HTTP, unless a test has another network.
 */
export function openProviderApi<Own extends object, Body, Auth>(
  options: ApiOptions,
  vendorOver: (
    call: AnnouncingCall<JsonRequest, JsonReply>,
  ) => Vendor<Own & ProviderRequest<unknown, Body>, Body, Auth>,
  connect: (options: { baseUrl: string; proxies?: Proxies; signal?: AbortSignal }) => JsonCaller = openJsonCall,
): ProviderApi<ProviderCall<Own, Body>> {
  const { baseUrl, caller, limits, pace, clock, random = Math.random } = options;
  const signal = options.signal ? { signal: options.signal } : {};
  const pool = connect({ baseUrl, ...(options.proxies ? { proxies: options.proxies } : {}), ...signal });
  const send = withoutSecrets(pool.call, options.secrets ?? []);
  const throttles = openThrottles(clock, { host: new URL(baseUrl).host, caller, limits, pace });
  const reads: ReadLine[] = [];
  const call = createProviderCall<Own, Body, Auth>(vendorOver(send), {
    call: send,
    throttleOf: throttles.of,
    onRead: (line) => reads.push(line),
    timer: clock,
    random,
    pace,
    ...(options.patience ? { patience: options.patience } : {}),
    place: placeOf(options),
    ...signal,
  });
  return {
    call,
    delay: (callName) => throttles.of(callName).delay(),
    spacingMs: throttles.spacingMs,
    takeReads: () => reads.splice(0),
    saveWindows: throttles.save,
    loadWindows: throttles.load,
    close: pool.close,
  };
}

/** Limits of single calls that the configuration sets, by the call's name. */
export type LimitOverrides = Record<string, { calls: number; perMs: number }>;

/** The documented limits of these calls, or of all, with the overrides in place. Throws on an override of no call. */
export function limitsWith(
  documented: Limits,
  overrides: LimitOverrides,
  callNames: readonly string[] = Object.keys(documented),
): Limits {
  const unknown = Object.keys(overrides).find((name) => !(name in documented));
  if (unknown !== undefined) throw new Error(`Cannot limit ${unknown} as this provider has no such call`);
  const chosen = Object.entries(documented).filter(([name]) => callNames.includes(name));
  return Object.fromEntries(
    chosen.map(([name, windows]) => [name, overrides[name] ? [overrides[name]] : windows] as const),
  );
}

/** A decoder by a schema. Its error names the first field that does not match, never the value; `root` names the body. */
export function decodeAs<Schema extends z.ZodMiniType>(
  callName: string,
  schema: Schema,
  root = "data",
): (body: unknown, status: number) => z.infer<Schema> {
  return (body, status) => {
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    const path = result.error.issues[0]?.path.join(".") || root;
    throw new UnexpectedReplyError(callName, status, `${path} is not as documented`);
  };
}

/** What a vendor's refusal says. `reason` is in our own words; `mayPassLater` as in `ApiError`. */
export type Refusal = {
  call: string;
  code: string;
  status: number;
  reason: string;
  requestId: string | null;
  mayPassLater?: boolean;
};

/** The caller lacks a permission. The vendor wants any one of `permissions`, which is empty where the vendor named none. */
export class PermissionError extends ApiError {
  override readonly name: string = "PermissionError";
  readonly permissions: string[];

  constructor(refusal: Refusal, permissions: string[]) {
    super({ ...refusal, concerns: "app" });
    this.permissions = permissions;
  }
}

/** The token or the signature was refused for its age. The call was not carried out; it may pass with a new one. */
export class StaleAuthError extends ApiError {
  override readonly name: string = "StaleAuthError";

  constructor(refusal: Refusal) {
    super({ ...refusal, concerns: "app" });
    this.trouble = "CredentialsRefused";
  }
}

// One repetition alone: where the new authorization is refused too, its age is not the reason.
function isStaleAuth(error: unknown): boolean {
  return error instanceof StaleAuthError;
}

/**
 * What any vendor's refusal can lead to: wait and retry, retry a read, wait until the service is back, stop every call of the
 * caller, or give up this request.
 */
export type CommonConsequence = "throttle" | "transient" | "outage" | "app" | "request";

/** The error of a refusal. `asked` is the wait that the reply's headers ask for. */
export function toApiError(consequence: CommonConsequence, refusal: Refusal, asked: AskedWait | null = null): ApiError {
  // A passing fault that says when to come again is waited for like a rate limit.
  const isPassing = consequence === "transient" || consequence === "outage";
  const isAsked = isPassing && asked !== null && isTooEarly(refusal.status);
  if (consequence === "throttle" || isAsked) {
    return new ThrottledError({ ...refusal, retryAfterMs: asked?.ms ?? null, ...(asked ? { askedBy: asked.by } : {}) });
  }
  if (isPassing) return new ApiError({ ...refusal, isTransient: true, isOutage: consequence === "outage" });
  return new ApiError({ ...refusal, concerns: consequence });
}

/** Whether the vendor refused what was asked: another request of the same caller may pass, the same request will not. */
export function isRequestRefused(error: unknown): error is ApiError {
  return error instanceof ApiError && error.concerns === "request" && !error.isTransient;
}

/** Whether the vendor answered with one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}

/**
 * What a call is checked by. `isPlain`: the request names no id, so that the provider has no reason to refuse it. `scopes`: the
 * permissions of the call, any one of which is enough, for a provider that refuses without naming one.
 */
type CheckedCall = { isPlain?: boolean; scopes?: string };

/**
 * Whether the caller may make each of these calls, found by making all of them at once. Throws what concerns the caller as a
 * whole, such as a wrong secret.
 */
export async function checkCalls<Own extends object, Body>(
  call: ProviderCall<Own, Body>,
  requests: (Own & ProviderRequest<unknown, Body> & CheckedCall)[],
): Promise<PermissionCheck[]> {
  return await Promise.all(requests.map((request) => checkCall(call, request)));
}

/** The request as a plain one. */
export function plain<Request>(request: Request): Request & CheckedCall {
  return { ...request, isPlain: true };
}

/** `checkCalls` of one call. */
export async function checkCall<Own extends object, Body>(
  call: ProviderCall<Own, Body>,
  request: Own & ProviderRequest<unknown, Body> & CheckedCall,
): Promise<PermissionCheck> {
  const { name, isPlain = false, scopes } = request;
  try {
    await call(request);
  } catch (error) {
    if (error instanceof PermissionError) return { call: name, passed: false, missing: missingOf(error, scopes) };
    if (isPlain ? isOfThisCall(error, name) : isBroken(error, name)) {
      return { call: name, passed: false, missing: (error as Error).message };
    }
    // Permissions are checked before ids are: a request that was refused for its ids has passed the check.
    if (!isRequestRefused(error)) throw error;
  }
  return { call: name, passed: true, missing: null };
}

/** Whether this call alone has failed, and others of the same caller may pass. */
function isOfThisCall(error: unknown, name: string): boolean {
  return isBroken(error, name) || (isRequestRefused(error) && error.call === name);
}

/** Whether the call was answered in a way that says nothing of the request: by an odd answer, or an error inside the provider. */
function isBroken(error: unknown, name: string): boolean {
  if (error instanceof UnexpectedReplyError) return error.call === name;
  return error instanceof ApiError && !(error instanceof ThrottledError) && error.isTransient && error.call === name;
}

function missingOf({ permissions, reason }: PermissionError, scopes: string | undefined): string {
  if (permissions.length > 0) return quoteOf(permissions.join(" | "));
  return scopes ? `${reason}: ${scopes}, and the data range of the app` : reason;
}

/** The reply of a removal that failed, where the failure is this grant's alone. Throws every other failure. */
export function toFailedRemoval(
  error: unknown,
  callName: string,
): Extract<RevokeReply, { kind: "refused" | "no-answer" }> {
  if (error instanceof NoReplyError || error instanceof UnexpectedReplyError) {
    // The call for the token failed: the removal was never sent.
    if (error.call !== callName) throw error;
    return { kind: "no-answer", detail: error.message };
  }
  if (!(error instanceof ApiError) || error instanceof ThrottledError || error.call !== callName) throw error;
  // An internal error does not tell whether the removal was carried out.
  if (error.isTransient) return { kind: "no-answer", detail: error.message };
  if (error.concerns === "app") throw error;
  const { requestId, mayPassLater } = error;
  return { kind: "refused", detail: describeRefusal(error), requestId, ...(mayPassLater ? { isPassing: true } : {}) };
}

/** The reply of a restoration that the vendor refused for what was asked. Throws every other failure. */
export function toRefusedRestoration(error: unknown): RestoreReply {
  if (!isRequestRefused(error)) throw error;
  return { requestId: error.requestId, refusal: describeRefusal(error) };
}

function describeRefusal({ code, reason }: ApiError): string {
  return `${code} ${reason}`;
}
